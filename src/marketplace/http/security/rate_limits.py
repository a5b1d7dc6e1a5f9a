"""Keys of the rate limits: attempts are counted per client network and, for sign-in, per account."""

from ipaddress import ip_network

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.rate_limits import (
    EMAIL_CHANGE,
    EMAIL_CHANGE_TO,
    FORGOTTEN_PASSWORD,
    FORGOTTEN_PASSWORD_OF,
    GUESSES_PER_DAY,
    PASSKEY_CHALLENGES,
    PASSWORD_CHANGE,
    PROVIDER_SIGN_IN,
    REFRESH,
    REGISTRATION,
    SIGN_IN,
    SIGN_IN_TO_ACCOUNT,
    UNPROVEN_MAILS,
    VERIFICATION,
    Attempt,
)
from marketplace.core.domain.users import User, fold
from marketplace.http.answers import HasScope
from marketplace.http.security.origin import address_of

CLIENT_NETWORK_PREFIX = 64
"""Bits. An IPv6 customer usually gets a /64 and can choose any address in it."""


def client_network(request: HasScope) -> str:
    """Return the client's IPv4 address, or the /64 network of an IPv6 address."""
    host = address_of(request) or ""
    return str(ip_network((host, CLIENT_NETWORK_PREFIX), strict=False)) if ":" in host else host


def sign_in(network: str, email: str) -> tuple[Attempt, Attempt]:
    """Return attempts per network and account, and per network."""
    return Attempt(SIGN_IN_TO_ACCOUNT, f"{network} {fold(email)}"), Attempt(SIGN_IN, network)


def guesses(request: HasScope, user: User) -> tuple[Attempt, ...]:
    """Return attempts at an account's password or codes, whichever way: as at its sign-in, and over all networks.

    Only people who know the password, or are signed in, can make them: strangers cannot lock the account.
    """
    account = str(user.id)
    per_account = Attempt(PASSWORD_CHANGE, account), Attempt(GUESSES_PER_DAY, account)
    return *sign_in(client_network(request), user.email), *per_account


def forgotten_password(request: HasScope, email: str) -> tuple[Attempt, Attempt]:
    """Return attempts per network and address, and per network."""
    network = client_network(request)
    return Attempt(FORGOTTEN_PASSWORD_OF, f"{network} {fold(email)}"), Attempt(FORGOTTEN_PASSWORD, network)


def verification(request: HasScope, principal: Principal) -> tuple[Attempt, Attempt]:
    """Return attempts per user, and per network."""
    return Attempt(VERIFICATION, str(principal.user_id)), unproven_mail(request)


def email_change(request: HasScope, principal: Principal, email: str) -> tuple[Attempt, Attempt, Attempt]:
    """Return attempts per user, per new address, and per network."""
    to = Attempt(EMAIL_CHANGE_TO, fold(email))
    return Attempt(EMAIL_CHANGE, str(principal.user_id)), to, unproven_mail(request)


def unproven_mail(request: HasScope) -> Attempt:
    return Attempt(UNPROVEN_MAILS, client_network(request))


def registration(request: HasScope) -> Attempt:
    return Attempt(REGISTRATION, client_network(request))


def provider_sign_in(request: HasScope) -> Attempt:
    return Attempt(PROVIDER_SIGN_IN, client_network(request))


def refresh(request: HasScope) -> Attempt:
    return Attempt(REFRESH, client_network(request))


def passkey_challenge(request: HasScope) -> Attempt:
    return Attempt(PASSKEY_CHALLENGES, client_network(request))


def passkey_sign_in(request: HasScope) -> Attempt:
    """Return attempts per network, together with those by password."""
    return Attempt(SIGN_IN, client_network(request))
