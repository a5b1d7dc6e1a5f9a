"""Entry points: command line, HTTP server, worker, shell and `marketplace check`."""
