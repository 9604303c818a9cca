"""The heads on top of an encoder, and the smoothed targets they learn."""
