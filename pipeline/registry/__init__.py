"""The model's life: what versions were measured at, which is better, which serves and served."""
