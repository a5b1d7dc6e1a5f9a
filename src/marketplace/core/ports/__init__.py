"""Interfaces of the core's dependencies. Their docstrings are the contract that every adapter is tested against."""
