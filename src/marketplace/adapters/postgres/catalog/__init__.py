"""The statements of the public catalog."""
