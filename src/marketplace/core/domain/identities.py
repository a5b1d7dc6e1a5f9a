"""Accounts of people at identity providers, and which account here they sign in to."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.users import User
from marketplace.core.errors.identities import SignInFailed

FLOW_TTL = timedelta(minutes=10)
"""How long a person has at the provider."""
CLOCK_LEEWAY = timedelta(seconds=60)
"""How far the clock of a provider may be off."""
MAX_IDENTITIES = 10
"""Of one account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """A provider of the settings. An identity belongs to the `issuer`; the name may change."""

    name: str
    label: str
    issuer: str
    can_reauthenticate: bool = True
    """Whether it asks a person to sign in again if told to, and says when they did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One way to a provider and back. The browser keeps it in a cookie that it cannot read or alter."""

    provider: str
    seed: str = field(repr=False)
    """Random; what is sent to the provider is derived from it with the key of the installation."""
    expires_at: datetime
    redirect_uri: str
    next: str | None = None
    """The path to go to afterwards."""
    user_id: UUID | None = None
    login_id: UUID | None = None
    """With `user_id`, the login of a person who connects the provider to their account; `None` to sign in."""
    proved_login_id: UUID | None = None
    """With `user_id`, the login of a person who proves once more that it's them."""
    time_zone: str = "UTC"
    locale: str | None = None
    """With `time_zone`, of an account that is created."""

    @property
    def started_at(self) -> datetime:
        return self.expires_at - FLOW_TTL


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSecrets:
    """What ties an answer to its flow: `state` (RFC 6749), `nonce` (OpenID Connect) and `verifier` (RFC 7636)."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedIdentity:
    """What a provider has proved about who came back: `subject` never changes, everything else may."""

    issuer: str
    subject: str
    email: str | None = None
    is_email_verified: bool = False
    """Only if the provider says so of this very address."""
    first_name: str = ""
    last_name: str = ""
    authenticated_at: datetime | None = None
    """When the person last signed in there, if the provider says so."""

    @property
    def proved_email(self) -> str | None:
        """The address, if the provider says that the person reads its mail."""
        return self.email if self.is_email_verified else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An account at an issuer that signs in to an account here. At most one has the same issuer and subject."""

    id: UUID
    user_id: UUID
    issuer: str
    subject: str = field(repr=False)
    email: str | None
    """The address there when it was last used, to tell several apart; nothing is decided by it."""
    connected_at: datetime
    last_used_at: datetime

    def used(self, proved: ProvedIdentity, now: datetime) -> Self:
        return replace(self, email=proved.email, last_used_at=now)


Outcome = Literal["sign_in", "connect", "create"]
"""To sign in to the account that has the identity; to connect it first; to create an account for it."""


def outcome_of(proved: ProvedIdentity, owner: User | None, reader: User | None) -> Outcome:
    """Decide what an identity leads to, for a person who is not signed in.

    `owner` has the identity; `reader` has the e-mail address that the provider proved. It is only connected to an
    account whose owner has proved to read the same mailbox, and never to one of staff. Without a proof by the provider,
    nothing depends on whether an account has the address.

    Raises `SignInFailed`.
    """
    if owner is not None:
        return _of_active(owner, "sign_in")
    if proved.proved_email is None:
        raise SignInFailed("email_unverified", "email_missing" if proved.email is None else None)
    if reader is None:
        return "create"
    if not reader.is_email_verified:
        raise SignInFailed("address_in_use", "address_unproved", reader.id)
    if reader.has_rights:
        raise SignInFailed("address_in_use", "staff_account", reader.id)
    return _of_active(reader, "connect")


def _of_active(account: User, outcome: Outcome) -> Outcome:
    if not account.is_active:
        raise SignInFailed("account_inactive", account_id=account.id)
    return outcome
