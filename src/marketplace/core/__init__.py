"""The rules of the marketplace, on the standard library alone: entities, ports, services."""
