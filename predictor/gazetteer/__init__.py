"""One table of places and their names, for search, map labels, signs and metadata; no other part keeps names."""
