"""Questions to the model while somebody waits: asked in a web process, answered by a worker on the best device."""
