"""Rules for passwords."""

from typing import Annotated, Protocol

from marketplace.core.domain.fields import Text, validate_field
from marketplace.core.domain.users import fold

PASSWORD_LENGTH = (8, 128)
"""Characters. The upper bound keeps hashing cheap (OWASP ASVS 5.0, 6.2)."""
CONTEXT_WORDS = frozenset(
    {
        *("marketplace", "market", "session", "sessions", "booking", "bookings", "learner", "learners"),
        *("creator", "creators", "teacher", "student", "staff", "admin", "administrator", "superuser"),
        *("password", "passphrase", "welcome", "changeme", "letmein"),
    }
)
"""Words that a password must not consist of, whatever digits and signs surround them (OWASP ASVS 5.0, 6.1.2)."""
PASSWORD_EXPECTED = "Use a password of {} to {} characters.".format(*PASSWORD_LENGTH)
NewPassword = Annotated[
    str,
    Text(
        *PASSWORD_LENGTH,
        expected=PASSWORD_EXPECTED,
        format="password",
        exact=True,
        example="correct horse battery",
        description="Not a common password, the email address or the username.",
    ),
]


class PasswordLists(Protocol):
    """Passwords that are in use elsewhere."""

    def is_common(self, password: str) -> bool: ...

    def is_breached(self, password: str) -> bool: ...


def validate_password(password: str, *, names: tuple[str, ...], lists: PasswordLists) -> list[str]:
    """Return error messages for a new password; empty if it is acceptable.

    `names` are the e-mail address and username, which it must not equal. One of `CONTEXT_WORDS`, alone or repeated,
    with digits and signs is not enough. Follows NIST SP 800-63B, 3.1.1.2: a minimum length and a blocklist of common
    and breached passwords, no composition rules.
    """
    malformed = validate_field("password", NewPassword, password).get("password")
    if malformed:
        return list(malformed)
    if fold(password) in {fold(name) for name in names}:
        return ["Use a password other than your email address or username."]
    if lists.is_common(password):
        return ["This is one of the most common passwords. Use another one."]
    if _is_of_context(password):
        return ["This is a word of this site, so it's easy to guess. Use another password."]
    if lists.is_breached(password):
        return ["This password was stolen from another site, so it's easy to guess. Use another one."]
    return []


def _is_of_context(password: str) -> bool:
    words = set("".join(each if each.isalpha() else " " for each in fold(password)).split())
    return len(words) == 1 and not words.isdisjoint(CONTEXT_WORDS)
