"""Curation of photos: review, crops and blurs, corrections, players' reports, collections, coverage of India, export,
the gallery, the bin and take-downs.
"""
