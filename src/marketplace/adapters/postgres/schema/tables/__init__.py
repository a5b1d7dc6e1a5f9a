"""The schema as advanced-alchemy tables, a file per noun. The migrations create it; a test compares the two.

Constraint names are part of the code: `connection/errors.py` maps each to an error of the core.
"""
