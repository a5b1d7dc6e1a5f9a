"""The connection pool, transactions, advisory locks and errors."""
