"""Encoding of pictures, and stores of their bytes."""
