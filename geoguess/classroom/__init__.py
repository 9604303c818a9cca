"""Lessons: an educator prepares a row of photos with notes, plays it with a class, and reads the report."""
