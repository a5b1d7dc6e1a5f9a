"""The REST API: controllers, wire structs, who may, and what a refusal looks like."""
