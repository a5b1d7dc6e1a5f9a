"""A payment provider for demos and tests: a program of its own, whose money is not real."""
