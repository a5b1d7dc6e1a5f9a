"""Passwords and signatures."""
