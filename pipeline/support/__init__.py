"""Shared by all capabilities: progress of long tasks, pools of processes, choices of forms, settings of the map."""
