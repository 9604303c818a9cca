"""Jobs: long tasks that an admin starts, watches, cancels and retries; each is a row of pipeline.models.Job."""
