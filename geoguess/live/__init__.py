"""Live play: rooms, duels and lessons that several people play at once over sockets."""
