"""From photos to a model version: features, folds, choices, heads, prototypes, fine-tuning, ablation."""
