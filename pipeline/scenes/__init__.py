"""Illustrated India: scenes drawn by code, with contents that depend on the place."""
