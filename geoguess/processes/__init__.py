"""Supervision of the processes of a running site, and the embedded Valkey server."""
