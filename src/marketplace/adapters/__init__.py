"""The ports filled with technology."""
