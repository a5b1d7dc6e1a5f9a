"""The sessions marketplace: publish a session, find it, book a seat that is really there."""

from importlib.metadata import version

__version__ = version("marketplace")
