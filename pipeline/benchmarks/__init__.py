"""The benchmarks of `manage.py benchmark`: ratios to named baselines measured in the same run."""
