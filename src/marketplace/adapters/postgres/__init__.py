"""Implementations of the ports on PostgreSQL."""
