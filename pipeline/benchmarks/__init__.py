"""`manage.py benchmark`: figures as ratios against named baselines of the same run."""
