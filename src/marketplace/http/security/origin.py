"""Where a request came from."""

from ipaddress import IPv6Address, ip_address
from typing import Any

from litestar.connection import ASGIConnection

from marketplace.core.domain.principals import Origin

AGENT_LENGTH = 300
"""Characters."""


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The address of the client. Behind a proxy that is the proxy's, unless the server was told to trust it."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def origin_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Origin:
    """The client's address and what it calls itself."""
    said = "".join(filter(str.isprintable, connection.headers.get("user-agent", "")))
    return Origin(address=address_of(connection), agent=said[:AGENT_LENGTH] or None)
