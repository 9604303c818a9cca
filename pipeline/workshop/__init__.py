"""The workshop: staff pages beside Django's admin, for uploads, review, collections, statistics, models and jobs."""
