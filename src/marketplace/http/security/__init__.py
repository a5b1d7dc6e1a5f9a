"""Who may call a route, and where a request came from."""
