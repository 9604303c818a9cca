"""Pages that show why the model guessed what it guessed: after a round, in the gallery, of an upload."""
