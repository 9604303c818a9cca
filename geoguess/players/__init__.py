"""Players: guests and accounts, the player of a request, and players' reports of photos."""
