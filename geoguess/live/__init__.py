"""Live play: rooms, duels and lessons, which several players play at the same time over sockets."""
