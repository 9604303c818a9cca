"""Import of photos from a folder or ZIP: valid files become rows and display copies, others are rejected."""
