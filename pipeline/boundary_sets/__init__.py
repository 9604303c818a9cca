"""Boundaries that somebody imported, for geocells to start from."""
