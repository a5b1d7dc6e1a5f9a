"""The job queue in PostgreSQL: one table, `jobs`, and the statements on it. See docs/decisions/0029."""
