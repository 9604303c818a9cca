"""Why the model guessed what it guessed: where it looks, which photos look alike, what it takes for clues."""
