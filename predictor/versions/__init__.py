"""Model versions: registered, asked for predictions, made the champion."""
