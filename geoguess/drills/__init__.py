"""Drills: what a running site survives, tried by making it. `manage.py drill` runs them."""
