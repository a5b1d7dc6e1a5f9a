"""Demo data: a realistic marketplace, created through the services like any other data."""
