"""People: their accounts, what others may see of them, and the rules for names and passwords."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal
from uuid import UUID

Role = Literal["user", "creator"]

PASSWORD_LENGTH = (8, 128)
"""Characters. The upper bound keeps hashing cheap (OWASP ASVS 5.0, 6.2)."""


PASSWORD_EXPECTED = "Choose a password of {} to {} characters.".format(*PASSWORD_LENGTH)


def fold(text: str) -> str:
    """The form in which e-mail addresses and usernames are compared: NFKC and case folding (Unicode 3.13)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def password_faults(password: str, *, names: tuple[str, ...], is_common: Callable[[str], bool]) -> list[str]:
    """What is wrong with a new password, as sentences; nothing when it may be taken.

    `names` are the e-mail address and the username that it must not repeat. After NIST SP 800-63B, 3.1.1.2:
    a length and a list of the commonest, no rules of composition.
    """
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most:
        return [PASSWORD_EXPECTED]
    if fold(password) in {fold(name) for name in names}:
        return ["Choose a password that is not your e-mail address or username."]
    if is_common(password):
        return ["This is one of the most used passwords. Choose another one."]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUser:
    """What anyone may see of a person."""

    id: UUID
    username: str
    role: Role
    avatar: str | None
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(PublicUser):
    """What the other party of a booking may see."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Contact):
    """An account. `time_zone` is an IANA name; `password_hash` an argon2 string."""

    password_hash: str
    time_zone: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: datetime


def public_user(user: User) -> PublicUser:
    """What anyone may see of an account."""
    return PublicUser(**{field.name: getattr(user, field.name) for field in fields(PublicUser)})


def contact(user: User) -> Contact:
    """What the other party of a booking may see of an account."""
    return Contact(**{field.name: getattr(user, field.name) for field in fields(Contact)})
