"""Model versions: registration, predictions, promotion to champion."""
