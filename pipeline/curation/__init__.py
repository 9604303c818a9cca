"""Curation of photos: review, corrections, reports, collections, the bin and take-downs."""
