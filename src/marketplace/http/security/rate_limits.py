"""Who is counted: the address that a request comes from, as far as the network says."""

from ipaddress import ip_network
from typing import Any

from litestar import Request

from marketplace.core.domain.rate_limits import REFRESH, REGISTRATION, SIGN_IN, SIGN_IN_TO_ACCOUNT, Attempt
from marketplace.core.domain.users import fold
from marketplace.http.security.origin import address_of

CLIENT_NETWORK_PREFIX = 64
"""Bits of an IPv6 address that one customer of a provider has; the rest they choose as they like."""


def client_network(request: Request[Any, Any, Any]) -> str:
    """The address of the client, or of their network where they have many."""
    host = address_of(request) or ""
    return str(ip_network((host, CLIENT_NETWORK_PREFIX), strict=False)) if ":" in host else host


def sign_in(network: str, email: str) -> tuple[Attempt, Attempt]:
    """An attempt to sign in."""
    return Attempt(SIGN_IN_TO_ACCOUNT, f"{network} {fold(email)}"), Attempt(SIGN_IN, network)


def registration(request: Request[Any, Any, Any]) -> Attempt:
    """An attempt to register."""
    return Attempt(REGISTRATION, client_network(request))


def refresh(request: Request[Any, Any, Any]) -> Attempt:
    """An attempt to get the next pair of tokens."""
    return Attempt(REFRESH, client_network(request))
