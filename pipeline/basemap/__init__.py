"""The base map of the site, generated from the boundaries."""
