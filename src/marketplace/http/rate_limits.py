"""Who is counted: the address that a request comes from, as far as the network says."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from litestar import Request

from marketplace.core.entities.rate_limits import REFRESH, REGISTRATION, SIGN_IN, SIGN_IN_TO_ACCOUNT, Attempt
from marketplace.core.entities.users import fold

HOUSEHOLD = 64
"""Bits of an IPv6 address that one customer of a provider has; the rest they choose as they like."""


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address of the client. Behind a proxy that is the proxy's, unless the server was told to trust it."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ip_network((address, HOUSEHOLD), strict=False))


def sign_in(request: Request[Any, Any, Any], email: str) -> tuple[Attempt, Attempt]:
    """An attempt to sign in."""
    address = address_of(request)
    return Attempt(SIGN_IN_TO_ACCOUNT, f"{address} {fold(email)}"), Attempt(SIGN_IN, address)


def registration(request: Request[Any, Any, Any]) -> Attempt:
    """An attempt to register."""
    return Attempt(REGISTRATION, address_of(request))


def refresh(request: Request[Any, Any, Any]) -> Attempt:
    """An attempt to get the next pair of tokens."""
    return Attempt(REFRESH, address_of(request))
