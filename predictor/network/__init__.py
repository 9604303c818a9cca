"""The heads on top of an encoder, and the smoothed targets that they are trained on."""
