"""Pictures: decoded from bytes, resized, cut into views, and stored by the hash of their bytes."""
