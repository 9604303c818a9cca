"""One player's games: rounds, guesses, scores, series, standings."""
