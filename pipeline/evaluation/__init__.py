"""Evaluation of a version on photos that it has not learnt from: figures, baselines, plots, a report."""
