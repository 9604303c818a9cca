"""Measurements of a running site with many players."""
