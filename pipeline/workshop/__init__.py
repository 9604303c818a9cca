"""The own pages of an admin, where Django's admin does not fit: upload, review, collections, statistics, models."""
