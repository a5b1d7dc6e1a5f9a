"""Origin of a request: client address and user agent."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from marketplace.core.domain.principals import Origin
from marketplace.http.answers import HasScope, headers_of

MAX_USER_AGENT = 300
"""Characters kept of the header."""


def address_of(request: HasScope) -> str | None:
    """Return the client's address, or `None` if unknown; behind an untrusted proxy, the proxy's."""
    return _address(_host(request))


def origin_of(request: HasScope) -> Origin:
    """Return the client's address and its user agent, printable characters only."""
    host, user_agent = _host(request), next(iter(headers_of(request, b"user-agent")), "")
    # Long ones are not cached, so that the cache stays small whatever clients send.
    return _origin(host, user_agent) if len(user_agent) <= MAX_USER_AGENT else _origin.__wrapped__(host, user_agent)


def _host(request: HasScope) -> str:
    client = request.scope.get("client")
    return client[0] if client else ""


@lru_cache(1024)
def _address(host: str) -> str | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


@lru_cache(1024)
def _origin(host: str, user_agent: str) -> Origin:
    printable = "".join(filter(str.isprintable, user_agent))
    return Origin(address=_address(host), agent=printable[:MAX_USER_AGENT] or None)
