"""Accounts as staff see them."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.domain.principals import Login
from marketplace.core.domain.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDetails(User):
    """An account with its number of sessions and bookings, and its active logins, newest first."""

    sessions: int
    """Unarchived sessions."""
    bookings: int
    second_factor_since: datetime | None
    logins: tuple[Login, ...]
