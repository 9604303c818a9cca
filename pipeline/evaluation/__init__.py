"""How good a version is on photos that it has not learnt from: figures, baselines, plots, a report."""
