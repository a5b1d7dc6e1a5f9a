"""The back office's lists, on SQLAlchemy and advanced-alchemy: imported when somebody first asks for one."""
