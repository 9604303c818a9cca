"""What all capabilities use: progress of long work, and pools of processes."""
