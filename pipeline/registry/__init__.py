"""Model registry: measurements of versions, comparison, promotion and rollback.

It decides which version serves a collection; `predictor.versions` writes the row.
"""
