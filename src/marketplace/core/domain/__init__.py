"""What the marketplace speaks of: frozen dataclasses with the rules as methods."""
