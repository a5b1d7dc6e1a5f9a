"""Where a request came from."""

from typing import Any

from litestar.connection import ASGIConnection

from marketplace.core.entities.audit import Origin

AGENT_LENGTH = 300
"""Characters."""


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The client's address as the server knows it, which is the one place where proxies are reckoned with."""
    return connection.client.host or None if connection.client else None


def origin_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Origin:
    """The client's address and what it calls itself."""
    said = "".join(filter(str.isprintable, connection.headers.get("user-agent", "")))
    return Origin(address=address_of(connection), agent=said[:AGENT_LENGTH] or None)
