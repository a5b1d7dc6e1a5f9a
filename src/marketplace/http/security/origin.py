"""Origin of a request: client address and user agent."""

from ipaddress import IPv6Address, ip_address
from typing import Any

from litestar.connection import ASGIConnection

from marketplace.core.domain.principals import Origin

MAX_USER_AGENT = 300
"""Characters kept of the header."""


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the client's address, or `None` if unknown; behind an untrusted proxy, the proxy's."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def origin_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Origin:
    """Return the client's address and its user agent, printable characters only."""
    user_agent = "".join(filter(str.isprintable, connection.headers.get("user-agent", "")))
    return Origin(address=address_of(connection), agent=user_agent[:MAX_USER_AGENT] or None)
