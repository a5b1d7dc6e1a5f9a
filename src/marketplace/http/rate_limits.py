"""Who is counted: the address that a request comes from, as far as the network says."""

from ipaddress import ip_network
from typing import Any

from litestar import Request

from marketplace.core.entities.rate_limits import REFRESH, REGISTRATION, SIGN_IN, SIGN_IN_TO_ACCOUNT, Attempt
from marketplace.core.entities.users import fold
from marketplace.http.origin import address_of

HOUSEHOLD = 64
"""Bits of an IPv6 address that one customer of a provider has; the rest they choose as they like."""


def household_of(request: Request[Any, Any, Any]) -> str:
    """The address of the client, or of their network where they have many."""
    host = address_of(request) or ""
    return str(ip_network((host, HOUSEHOLD), strict=False)) if ":" in host else host


def sign_in(household: str, email: str) -> tuple[Attempt, Attempt]:
    """An attempt to sign in."""
    return Attempt(SIGN_IN_TO_ACCOUNT, f"{household} {fold(email)}"), Attempt(SIGN_IN, household)


def registration(request: Request[Any, Any, Any]) -> Attempt:
    """An attempt to register."""
    return Attempt(REGISTRATION, household_of(request))


def refresh(request: Request[Any, Any, Any]) -> Attempt:
    """An attempt to get the next pair of tokens."""
    return Attempt(REFRESH, household_of(request))
