"""People: their accounts, what others may see of them, and the rules for names and passwords."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from marketplace.core.domain.fields import (
    MAX_NAME_LENGTH,
    Rule,
    Text,
    WebAddress,
    field_names,
    validate_entity,
    validate_field,
)
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Login, Origin, Principal, Role
from marketplace.core.domain.wall_time import time_zones
from marketplace.core.errors import (
    FieldErrors,
    HasSessions,
    IllegalTransition,
    LastSuperuser,
    NotSuperuser,
    Oneself,
    StaffTarget,
)

PASSWORD_LENGTH = (8, 128)
"""Characters. The upper bound keeps hashing cheap (OWASP ASVS 5.0, 6.2)."""
PASSWORD_EXPECTED = "Use a password of {} to {} characters.".format(*PASSWORD_LENGTH)
MAX_USERNAME_LENGTH = 150
MAX_EMAIL_LENGTH = 254
"""Characters (RFC 5321, 4.5.3.1.3, less the angle brackets)."""
EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$"
)
"""What browsers take for an e-mail address (HTML Living Standard), with at least one dot in the domain."""


def fold(text: str) -> str:
    """The form in which e-mail addresses and usernames are compared: NFKC and case folding (Unicode 3.13)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, eq=False)
class UsernameText(Text):
    """Text that is short enough in the form in which usernames are compared, too."""

    def read(self, value: Any) -> Any:
        """The username as it is shown."""
        name = Text.read(self, value)
        if len(fold(name)) > self.maximum:
            raise ValueError(self.expected)
        return name


@dataclass(frozen=True, eq=False)
class TimeZoneName(Rule):
    """An IANA time zone."""

    def read(self, value: Any) -> Any:
        """The name itself."""
        if not isinstance(value, str) or value not in time_zones():
            raise ValueError("Choose an IANA time zone such as Europe/Madrid.")
        return value


Email = Annotated[
    str,
    Text(
        3,
        MAX_EMAIL_LENGTH,
        EMAIL,
        "Enter an email address such as ada@example.org.",
        format="email",
        example="ada@example.org",
    ),
]
Username = Annotated[
    str,
    UsernameText(
        2,
        MAX_USERNAME_LENGTH,
        rf"^[\w.@+-]{{2,{MAX_USERNAME_LENGTH}}}$",
        f"Use 2 to {MAX_USERNAME_LENGTH} letters, digits and @ . + - _",
        example="ada",
        says="Letters, digits and @ . + - _",
    ),
]
FirstName = Annotated[str, Text(0, MAX_NAME_LENGTH, example="Ada")]
LastName = Annotated[str, Text(0, MAX_NAME_LENGTH, example="Byron")]
TimeZone = Annotated[str, TimeZoneName(example="Europe/Madrid", says="An IANA time zone name.")]
NewPassword = Annotated[
    str,
    Text(
        *PASSWORD_LENGTH,
        expected=PASSWORD_EXPECTED,
        format="password",
        trim=False,
        example="correct horse battery",
        says="Not a common password, the email address or the username.",
    ),
]


def validate_password(password: str, *, names: tuple[str, ...], is_common: Callable[[str], bool]) -> list[str]:
    """What is wrong with a new password, as sentences; nothing when it may be taken.

    `names` are the e-mail address and the username that it must not repeat. After NIST SP 800-63B, 3.1.1.2:
    a length and a list of the commonest, no rules of composition.
    """
    malformed = validate_field("password", NewPassword, password).get("password")
    if malformed:
        return list(malformed)
    if fold(password) in {fold(name) for name in names}:
        return ["Use a password other than your email address or username."]
    if is_common(password):
        return ["This is one of the most common passwords. Use another one."]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUser:
    """What anyone may see of a person."""

    id: UUID
    username: Username
    role: Role
    avatar: WebAddress
    first_name: FirstName
    last_name: LastName


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(PublicUser):
    """What the other party of a booking may see."""

    email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Contact):
    """An account. `time_zone` is an IANA name; `password_hash` an argon2 string."""

    password_hash: str
    time_zone: TimeZone
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: datetime

    def validate(self) -> FieldErrors:
        """What is wrong with each field, as sentences for a person."""
        return validate_entity(self)

    def principal(self, family_id: UUID, origin: Origin = UNKNOWN_ORIGIN) -> Principal:
        """This user as the principal of one of their own logins."""
        return Principal(
            user_id=self.id,
            family_id=family_id,
            role=self.role,
            is_staff=self.is_staff,
            is_superuser=self.is_superuser,
            origin=origin,
        )

    def require_manageable_by(self, staff: Principal, *, also_oneself: bool = False) -> None:
        """Whether this member of the staff may change this account: another of the staff is only a superuser's.

        Raises `NotSuperuser`, and `Oneself` unless that is no matter.
        """
        if self.id == staff.user_id:
            if not also_oneself:
                raise Oneself
        elif (self.is_staff or self.is_superuser) and not staff.is_superuser:
            raise NotSuperuser("Only superusers can change staff accounts.")

    def with_active(self, *, is_active: bool) -> Self:
        """The account switched on or off. Raises `IllegalTransition` when it is so already."""
        if self.is_active == is_active:
            raise IllegalTransition(f"This account is already {'active' if is_active else 'deactivated'}.")
        return replace(self, is_active=is_active)

    def with_role(self, role: Role, *, has_sessions: bool) -> Self:
        """The account in another role. Raises `IllegalTransition` when it has it, `HasSessions`."""
        if self.role == role:
            raise IllegalTransition(f"This account already has the role {role}.")
        if role != "creator" and has_sessions:
            raise HasSessions
        return replace(self, role=role)

    def require_impersonable_by(self, staff: Principal) -> None:
        """Whether this member of the staff may see the site as this person. Raises `Oneself`, `StaffTarget`."""
        if self.id == staff.user_id:
            raise Oneself
        if self.is_staff or self.is_superuser:
            raise StaffTarget

    def require_grantable_by(self, staff: Principal, superusers: frozenset[UUID]) -> None:
        """Whether this member of the staff, if a superuser at this moment, may change this account's rights.

        Raises `NotSuperuser`, `Oneself`.
        """
        if staff.user_id not in superusers:
            raise NotSuperuser
        if self.id == staff.user_id:
            raise Oneself

    def require_superuser_remains(self, before: "User", superusers: frozenset[UUID]) -> None:
        """Raise `LastSuperuser` when of the active `superusers` none would be left after this change."""
        ceases = before.is_superuser and not (self.is_superuser and self.is_active)
        if ceases and superusers <= {self.id}:
            raise LastSuperuser


USER_FIELDS = field_names(User, "id", "password_hash", "avatar", "time_zone", "date_joined")
"""What the audit log keeps of an account: never its password, not even hashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDetails(User):
    """An account as the staff reads it: with how much it offers and booked, and its living logins, newest first."""

    sessions: int
    """Those that are not archived."""
    bookings: int
    logins: tuple[Login, ...]


def validate_rights(*, is_staff: bool, is_superuser: bool) -> FieldErrors:
    """What is wrong with rights that are to be given together."""
    return {"is_superuser": ["A superuser must also be staff."]} if is_superuser and not is_staff else {}


def public_user(user: User) -> PublicUser:
    """What anyone may see of an account."""
    return PublicUser(**{field.name: getattr(user, field.name) for field in fields(PublicUser)})


def contact(user: User) -> Contact:
    """What the other party of a booking may see of an account."""
    return Contact(**{field.name: getattr(user, field.name) for field in fields(Contact)})
