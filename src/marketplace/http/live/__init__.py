"""Live seats: streams of server-sent events about the seats of a session."""
