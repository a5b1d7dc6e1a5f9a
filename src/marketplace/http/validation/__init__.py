"""Parsing and validation of bodies and queries."""
