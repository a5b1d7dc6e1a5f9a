"""Principals: who makes a request, through which login and from where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Role = Literal["user", "creator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where something was asked from: the client's address and what it calls itself; `None` where nobody knows."""

    address: str | None = None
    agent: str | None = None


UNKNOWN_ORIGIN = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The person behind a request, as they stand in the database, and where the request came from."""

    user_id: UUID
    family_id: UUID
    role: Role
    is_staff: bool
    is_superuser: bool
    impersonator_id: UUID | None = None
    """Who of the staff sees the site as this person."""
    origin: Origin = UNKNOWN_ORIGIN

    @property
    def actor_id(self) -> UUID:
        """Who really acts."""
        return self.impersonator_id or self.user_id

    @property
    def as_id(self) -> UUID | None:
        """Whom they act as, if that is somebody else."""
        return self.user_id if self.impersonator_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One login: the refresh tokens that follow from one another (RFC 9700, 4.14.2)."""

    id: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    """When its youngest refresh token expires."""
    address: str | None = None
    """Where it began, and by which program."""
    agent: str | None = None
    impersonated_from: UUID | None = None
    """The login of who of the staff sees the site as this person, and by this login."""

    @property
    def is_impersonation(self) -> bool:
        """Whether it is not the person themselves."""
        return self.impersonated_from is not None
