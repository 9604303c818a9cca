"""Training of the network that tells scripts, on lines of text drawn with many fonts."""
