"""The processes of a running site: started together, restarted, stopped together."""
