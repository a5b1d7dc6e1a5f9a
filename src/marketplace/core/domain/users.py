"""Accounts: fields, visibility to others, permissions, and rules for usernames and passwords."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from marketplace.core.domain.fields import (
    MAX_NAME_LENGTH,
    MAX_URL_LENGTH,
    URL,
    OrNone,
    Text,
    field_names,
    validate_entity,
)
from marketplace.core.domain.language_tags import Languages, Locale
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin, Principal, Role
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.errors import EmailUnverified, FieldErrors, IllegalTransition, NotSignedIn, NotSuperuser
from marketplace.core.errors.admin import AccountInactive, HasSessions, LastSuperuser, Oneself, StaffTarget

MAX_USERNAME_LENGTH, BIO_LENGTH = 150, 2_000
MAX_EMAIL_LENGTH = 254
"""Characters (RFC 5321, 4.5.3.1.3, less the angle brackets)."""
EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$"
)
"""E-mail addresses as browsers validate them (HTML Living Standard), with at least one dot in the domain."""

AVATAR_URL = rf"{URL.removesuffix(')?$')}|/pictures/[0-9a-f-]{{36}}/[0-9]{{1,4}}\.webp)?$"

VerifiedEffect = Literal["booking", "publishing"]
"""What an installation may require a verified e-mail address for."""
UNUSABLE_HASH = "!"
"""A password hash that no password has."""
RESERVED_USERNAME = timedelta(days=90)
"""How long a username that its owner gave up stays closed to others."""


def fold(text: str) -> str:
    """Fold a text for comparing e-mail addresses and usernames: NFKC and case folding (Unicode 3.13)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def username_keys(username: str, skeleton: Callable[[str], str]) -> frozenset[str]:
    """Return the keys that two usernames share if they look alike: as written, in lower case or in upper case."""
    folded = fold(username)
    return frozenset(skeleton(form) for form in (username, folded, folded.upper()))


@dataclass(frozen=True, eq=False)
class UsernameText(Text):
    """Text whose folded form, used for comparison, must not exceed the maximum length either."""

    def read(self, value: Any) -> Any:
        name = Text.read(self, value)
        if len(fold(name)) > self.maximum:
            raise ValueError(self.expected)
        return name


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
        description="Letters, digits and @ . + - _",
    ),
]
NewUsername = Annotated[
    str,
    UsernameText(
        0,
        MAX_USERNAME_LENGTH,
        rf"^([\w.@+-]{{2,{MAX_USERNAME_LENGTH}}})?$",
        f"Use 2 to {MAX_USERNAME_LENGTH} letters, digits and @ . + - _",
        example="ada",
        description="Empty: derived from the names.",
    ),
]
FirstName = Annotated[str, Text(0, MAX_NAME_LENGTH, example="Ada")]
LastName = Annotated[str, Text(0, MAX_NAME_LENGTH, example="Byron")]
Avatar = Annotated[
    str | None,
    OrNone(
        Text(0, MAX_URL_LENGTH, AVATAR_URL, "Enter a URL that starts with http:// or https://."),
        example="https://images.example.org/ada.jpg",
        description="An http(s) URL, or the path of an uploaded picture on this site; `null` for none.",
    ),
]
Bio = Annotated[str, Text(0, BIO_LENGTH, multiline=True, example="I bake.", description="Shown on a creator's page.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUser:
    """Public details of a user."""

    id: UUID
    username: Username
    role: Role
    avatar: Avatar
    first_name: FirstName
    last_name: LastName

    @property
    def display_name(self) -> str:
        """The full name, or the username if there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.username


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(PublicUser):
    """Details that the other party of a booking can see."""

    email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Contact):
    """An account. `time_zone` is an IANA name; `password_hash` an argon2 string, or `UNUSABLE_HASH`."""

    password_hash: str = field(repr=False)
    time_zone: TimeZone
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: datetime
    bio: Bio = ""
    languages: Languages = ()
    email_verified_at: datetime | None = None
    """When the person last proved that they read mail at the present address."""
    locale: Locale = None
    deleted_at: datetime | None = None
    """When the person deleted the account."""

    def validate(self) -> FieldErrors:
        """Return error messages per field."""
        return validate_entity(self)

    def principal(self, family_id: UUID, origin: Origin = UNKNOWN_ORIGIN) -> Principal:
        """Return the principal of one of the user's own logins."""
        return Principal(
            user_id=self.id,
            family_id=family_id,
            role=self.role,
            is_staff=self.is_staff,
            is_superuser=self.is_superuser,
            origin=origin,
            time_zone=self.time_zone,
        )

    def current(self, principal: Principal) -> Principal:
        """Return the principal with the rights of this account, by an API key none of staff. Raises `NotSignedIn`."""
        if not self.is_active:
            raise NotSignedIn
        is_resting = principal.key_id is not None or principal.lacks_second_factor
        return replace(
            principal,
            role=self.role,
            is_staff=self.is_staff and not is_resting,
            is_superuser=self.is_superuser and not is_resting,
        )

    @property
    def has_password(self) -> bool:
        return self.password_hash != UNUSABLE_HASH

    @property
    def verifiable_hash(self) -> str | None:
        """What `Passwords.verify` takes: without a password, it takes as long as with a wrong one."""
        return self.password_hash if self.has_password else None

    @property
    def is_email_verified(self) -> bool:
        return self.email_verified_at is not None

    def with_verified_email(self, now: datetime) -> Self:
        """Note that the person reads mail at the present address; the first proof of it stays."""
        return self if self.is_email_verified else replace(self, email_verified_at=now)

    def with_values(self, **changes: Any) -> Self:
        """Change fields. Another e-mail address is unverified; one that differs in case only is the same."""
        user = replace(self, **changes)
        return user if fold(user.email) == fold(self.email) else replace(user, email_verified_at=None)

    def require_verified_email(self) -> None:
        """Raise `EmailUnverified` if the address isn't verified."""
        if not self.is_email_verified:
            raise EmailUnverified

    @property
    def has_rights(self) -> bool:
        """Whether only superusers may change this account."""
        return self.is_staff or self.is_superuser

    def may_manage(self, user: "User") -> bool:
        """Return whether this is the account of staff who may change that one, by `require_manageable_by`."""
        return self.is_active and self.is_staff and (self.is_superuser or not user.has_rights)

    def require_manageable_by(self, staff: Principal, *, allow_oneself: bool = False) -> None:
        """Check that staff may change this account; staff accounts can only be changed by superusers.

        Raises `NotSuperuser`, `AccountInactive` if it was deleted, and `Oneself` unless `allow_oneself`.
        """
        self.require_not_deleted()
        if self.id == staff.user_id:
            if not allow_oneself:
                raise Oneself
        elif self.has_rights and not staff.is_superuser:
            raise NotSuperuser("Only superusers can change staff accounts.")

    def with_active(self, *, is_active: bool) -> Self:
        """Activate or deactivate the account. Raises `IllegalTransition` if that changes nothing."""
        if self.is_active == is_active:
            raise IllegalTransition(f"This account is already {'active' if is_active else 'deactivated'}.")
        return replace(self, is_active=is_active)

    def require_not_deleted(self) -> None:
        """Raise `AccountInactive` if the person deleted the account."""
        if self.deleted_at is not None:
            raise AccountInactive("This account was deleted.")

    def with_role(self, role: Role, *, has_sessions: bool) -> Self:
        """Change the role. Raises `IllegalTransition` if that changes nothing, and `HasSessions`."""
        if self.role == role:
            raise IllegalTransition(f"This account already has the role {role}.")
        if role != "creator" and has_sessions:
            raise HasSessions
        return replace(self, role=role)

    def require_impersonable_by(self, staff: Principal) -> None:
        """Check that staff may impersonate this user. Raises `Oneself`, `StaffTarget`."""
        if self.id == staff.user_id:
            raise Oneself
        if self.has_rights:
            raise StaffTarget

    def require_grantable_by(self, staff: Principal, superusers: frozenset[UUID]) -> None:
        """Check that staff may change this account's rights; `superusers` are the current active superusers.

        Raises `NotSuperuser`, `Oneself`, `AccountInactive` if it was deleted.
        """
        if staff.user_id not in superusers:
            raise NotSuperuser
        self.require_not_deleted()
        if self.id == staff.user_id:
            raise Oneself

    def require_superuser_remains(self, before: "User", superusers: frozenset[UUID]) -> None:
        """Raise `LastSuperuser` if this change would leave no active superuser."""
        loses_superuser = before.is_superuser and not (self.is_superuser and self.is_active)
        if loses_superuser and superusers <= {self.id}:
            raise LastSuperuser


USER_FIELDS = field_names(
    User, "id", "password_hash", "avatar", "time_zone", "date_joined", "email_verified_at", "locale", "deleted_at"
)
"""Fields recorded in the audit log; never the password, not even hashed."""
RIGHTS_FIELDS = ("is_staff", "is_superuser")


def validate_rights(*, is_staff: bool, is_superuser: bool) -> FieldErrors:
    """Validate the combination of rights."""
    return {"is_superuser": ["A superuser must also be staff."]} if is_superuser and not is_staff else {}


def public_user(user: User) -> PublicUser:
    """Return the public details of an account."""
    return PublicUser(**{field.name: getattr(user, field.name) for field in fields(PublicUser)})


def contact(user: User) -> Contact:
    """Return the details of an account that the other party of a booking can see."""
    return Contact(**{field.name: getattr(user, field.name) for field in fields(Contact)})
