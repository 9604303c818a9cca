"""The reasons for a guess: saliency maps, the most similar training photos, predicted clues."""
