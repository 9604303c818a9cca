"""Import of photos from the web: sources behind one interface, one loop, and one HTTP client guarded against SSRF."""
