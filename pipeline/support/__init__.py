"""Shared by all capabilities: progress of long tasks, and pools of processes."""
