"""Pictures as bytes: read, prepared, cut into views, and kept by the hash of their bytes."""
