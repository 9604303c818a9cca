"""Uploads of photos through the browser: received in chunks, checked as a whole, then imported."""
