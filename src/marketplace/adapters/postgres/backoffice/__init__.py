"""The lists of the back office, on SQLAlchemy and advanced-alchemy; imported at the first request for one."""
