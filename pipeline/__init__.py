"""From files with positions to an evaluated model version."""
