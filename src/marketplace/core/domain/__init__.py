"""Entities and value objects: frozen dataclasses with their rules as methods."""
