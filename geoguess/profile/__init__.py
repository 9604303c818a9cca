"""The profile: a player's statistics and name, the export of their data, and its deletion."""
