"""Illustrated India: scenes drawn from code, whose contents follow the place."""
