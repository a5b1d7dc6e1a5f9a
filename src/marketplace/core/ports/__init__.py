"""What the core needs from outside. The docstrings are the contract that every adapter is tested against."""
