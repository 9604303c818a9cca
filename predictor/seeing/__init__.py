"""Clues that are seen: which of a list of things a picture shows, where, and what each changes about the guess."""
