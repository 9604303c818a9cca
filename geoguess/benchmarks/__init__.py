"""Benchmarks of a running site with many players."""
