"""Jobs: long tasks that staff start, watch, cancel and retry; the state of each is a row of pipeline.models.Job."""
