"""The starter that the project ships: drawn scenes to play with, and the encoder and model trained on such scenes."""
