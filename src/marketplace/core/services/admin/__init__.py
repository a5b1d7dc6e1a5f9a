"""What the staff does, by noun. Every method leaves an entry in the audit log."""
