"""Photos: which are played, trained on and used for evaluation, how they are split, and their audit log."""
