"""Principals: the user behind a request, their login and origin."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.api_keys import KeyScope
from marketplace.core.errors import ImpersonatedReadOnly, NotACreator, NotSignedIn, NotStaff
from marketplace.core.errors.second_factors import ReauthenticationRequired, SecondFactorSetupRequired

Role = Literal["user", "creator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Origin of a request: client address and user agent, `None` if unknown."""

    address: str | None = None
    agent: str | None = None


UNKNOWN_ORIGIN = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The user behind a request, with their current rights, and the request's origin."""

    user_id: UUID
    family_id: UUID
    role: Role
    is_staff: bool
    is_superuser: bool
    impersonator_id: UUID | None = None
    """The staff member who impersonates this user, if any."""
    origin: Origin = UNKNOWN_ORIGIN
    time_zone: str = "UTC"
    """The time zone of the user's profile."""
    proved_at: datetime | None = field(default=None, compare=False)
    """When the person last proved who they are, with this login. `None` outside of a request."""
    lacks_second_factor: bool = False
    """Whether they, or the impersonator, are staff without the second factor that the installation requires: their
    rights rest."""
    key_id: UUID | None = None
    """The API key of the request, if it has one. Then it has no rights of staff, and `scopes` bound it."""
    scopes: frozenset[KeyScope] = frozenset()

    @property
    def actor_id(self) -> UUID:
        """The real actor: the impersonator, if any, or the user."""
        return self.impersonator_id or self.user_id

    @property
    def as_id(self) -> UUID | None:
        """The impersonated user, if any."""
        return self.user_id if self.impersonator_id else None

    @property
    def private_reader_id(self) -> UUID | None:
        """The user as a reader of private details. `None` during impersonation, which a link or an address outlasts."""
        return None if self.impersonator_id else self.user_id

    def require_creator(self) -> Self:
        """Return the principal. Raises `NotACreator`."""
        if self.role != "creator":
            raise NotACreator
        return self

    def require_staff(self) -> Self:
        """Return the principal. Raises `NotStaff`, `SecondFactorSetupRequired`."""
        if self.lacks_second_factor:
            raise SecondFactorSetupRequired
        if not self.is_staff:
            raise NotStaff
        return self

    def with_second_factor_rule(self, *, is_required: bool) -> Self:
        """Return staff that a storage has found, without their rights if they lack a required second factor.

        Impersonation is one of them: raises `NotSignedIn`.
        """
        if not self.lacks_second_factor:
            return self
        if not is_required:
            return replace(self, lacks_second_factor=False)
        if self.impersonator_id is not None:
            raise NotSignedIn
        return replace(self, is_staff=False, is_superuser=False)

    def require_recent_proof(self, now: datetime, within: timedelta) -> Self:
        """Return the principal. Raises `ReauthenticationRequired`, and `ImpersonatedReadOnly` during impersonation."""
        if self.impersonator_id is not None:
            raise ImpersonatedReadOnly
        if self.key_id is not None or (self.proved_at is not None and now - self.proved_at > within):
            raise ReauthenticationRequired
        return self


MAX_LOGINS = 20
"""Logins that a user has at once."""
LOGIN_KEPT_FOR = timedelta(days=90)
"""How long an expired login is kept, so that its browser is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLifetimes:
    """How long a login lasts unless it is used, and at the longest (OWASP ASVS 5.0, 7.3)."""

    unused: timedelta
    longest: timedelta

    def end_of(self, created_at: datetime, now: datetime) -> datetime:
        """Return when a login ends that was created then and is used now."""
        return min(now + self.unused, created_at + self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login: a family of refresh tokens derived from one another (RFC 9700, 4.14.2)."""

    id: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    """Expiry of its newest refresh token."""
    address: str | None = None
    """Client address at sign-in; `agent` is the user agent."""
    agent: str | None = None
    impersonated_from: UUID | None = None
    """The staff login that started this impersonation, if it is one."""
    proved_at: datetime | None = None
    """When the person last proved who they are, if that was not the sign-in: after it, or before it at a provider."""
    is_by_passkey: bool = False
    """Whether they did so with a passkey, at the sign-in or after it: that is two factors."""

    @property
    def is_impersonation(self) -> bool:
        return self.impersonated_from is not None

    def renewed(self, now: datetime, lifetimes: LoginLifetimes) -> Self:
        """Return the login with a new refresh token."""
        return replace(self, expires_at=lifetimes.end_of(self.created_at, now))
