"""Drawn pictures of the demo: a scene for each session by its category and title, and a face for each creator."""
