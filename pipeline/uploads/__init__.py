"""Photos that are brought in through the browser: in pieces, checked as a whole, then taken in."""
