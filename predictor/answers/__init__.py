"""From cell probabilities to an answer: geocells, prototypes, calibration, opponents, and the artifact of it all."""
