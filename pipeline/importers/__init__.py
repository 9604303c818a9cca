"""Photos from the web: every source speaks one contract, one loop takes pages in, one guarded client fetches."""
