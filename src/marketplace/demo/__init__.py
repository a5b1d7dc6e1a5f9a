"""The demo: a believable marketplace to look around in, made through the services like any other data."""
