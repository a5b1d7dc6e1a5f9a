"""Use cases of staff, by noun. Every method writes an entry to the audit log."""
