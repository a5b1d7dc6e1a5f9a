"""Entry point of `python -m marketplace`."""

from marketplace.entrypoints.cli import main

main()
