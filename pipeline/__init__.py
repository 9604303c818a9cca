"""The pipeline: from photo files with positions to an evaluated model version."""
