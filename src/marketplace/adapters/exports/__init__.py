"""Export files, written in chunks."""
