"""Reasons: pages that show why the model guessed what it guessed, of a round, a gallery photo or an upload."""
