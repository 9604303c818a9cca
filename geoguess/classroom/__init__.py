"""Lessons: an educator prepares photos with notes, plays them with a class in a live room, and gets a report."""
