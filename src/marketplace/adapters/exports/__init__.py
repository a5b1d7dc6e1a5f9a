"""Files that lists are written to, a part at a time."""
