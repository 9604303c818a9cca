"""A player's own pages: figures, name, all their data to take along or to delete."""
