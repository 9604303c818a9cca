"""The base map that pages draw, made from the boundaries."""
