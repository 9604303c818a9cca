"""What a photo is to the rest: which are played, learnt from and measured on, and how they are split."""
