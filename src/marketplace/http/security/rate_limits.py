"""Keys of the rate limits: attempts are counted per client network, and some per account."""

from collections.abc import Callable
from ipaddress import ip_network
from uuid import UUID

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.rate_limits import (
    EMAIL_CHANGE,
    EMAIL_CHANGE_TO,
    FORGOTTEN_PASSWORD,
    FORGOTTEN_PASSWORD_OF,
    UNPROVEN_MAILS,
    VERIFICATION,
    Attempt,
    RateLimit,
    of_wider_network,
)
from marketplace.core.domain.users import fold
from marketplace.http.answers import HasScope
from marketplace.http.security.authorization import optional_principal_of
from marketplace.http.security.origin import address_of

CLIENT_NETWORK_PREFIX = 64
"""Bits. An IPv6 customer usually gets a /64 and can choose any address in it."""
WIDER_PREFIX = 48
"""Bits. Some get a /48, which has 65,536 of those."""


def client_network(request: HasScope) -> str:
    """Return the client's IPv4 address, or the /64 network of an IPv6 address."""
    host = address_of(request) or ""
    return str(ip_network((host, CLIENT_NETWORK_PREFIX), strict=False)) if ":" in host else host


def per_network(limit: RateLimit, request: HasScope) -> tuple[Attempt, ...]:
    """Return an attempt of the client's network, and of the /48 around that of an IPv6 address."""
    network = client_network(request)
    if ":" not in network:
        return (Attempt(limit, network),)
    wider = ip_network(network).supernet(new_prefix=WIDER_PREFIX)
    return Attempt(limit, network), Attempt(of_wider_network(limit), str(wider))


def searcher_of(request: HasScope) -> tuple[UUID | None, Callable[[RateLimit], tuple[Attempt, ...]]]:
    """Return whom searches are counted for: the person who asks, and the networks for those who are not signed in."""
    searcher = optional_principal_of(request)
    return searcher.actor_id if searcher else None, lambda limit: per_network(limit, request)


def forgotten_password(request: HasScope, email: str) -> tuple[Attempt, ...]:
    """Return attempts per network and address, and per network."""
    of_address = Attempt(FORGOTTEN_PASSWORD_OF, f"{client_network(request)} {fold(email)}")
    return of_address, *per_network(FORGOTTEN_PASSWORD, request)


def verification(request: HasScope, principal: Principal) -> tuple[Attempt, ...]:
    """Return attempts per user, and per network."""
    return Attempt(VERIFICATION, str(principal.user_id)), *per_network(UNPROVEN_MAILS, request)


def email_change(request: HasScope, principal: Principal, email: str) -> tuple[Attempt, ...]:
    """Return attempts per user, per new address, and per network."""
    to = Attempt(EMAIL_CHANGE_TO, fold(email))
    return Attempt(EMAIL_CHANGE, str(principal.user_id)), to, *per_network(UNPROVEN_MAILS, request)
