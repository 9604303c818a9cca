"""Geography of India: districts, states and outline, landmarks, official names, and the equal-area plane for polygons.

Its data ship in ``data/``, with the code that derives them from their sources.
"""
