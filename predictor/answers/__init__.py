"""From cell probabilities to an answer: geocells, prototypes, calibration, opponent levels; the artifact of them."""
