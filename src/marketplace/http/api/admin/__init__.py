"""The back office over HTTP: what the staff does, by noun."""
