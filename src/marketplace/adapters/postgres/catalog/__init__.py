"""The SQL of the public catalog."""
