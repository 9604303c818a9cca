"""Who plays: guests and accounts, their names, and what they report."""
