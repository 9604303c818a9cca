"""Imported boundaries, which geocells can be built from instead of the project's districts."""
