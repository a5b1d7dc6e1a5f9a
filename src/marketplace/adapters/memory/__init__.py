"""In-memory storage with real transactions and locks, for tests and for running without a database."""
