"""Controllers of the back office."""
