"""Image bytes in; posterior over geocells, guess, radius and neighbours out."""
