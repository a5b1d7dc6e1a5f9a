"""The pool, transactions, locks and errors."""
