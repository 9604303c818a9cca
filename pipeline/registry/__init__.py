"""Model registry: measurements of versions, comparison, promotion and rollback."""
