"""Storage in dicts: for tests, and for trying the service without a database. Real transactions and locks."""
