"""What is erased of a person who deletes their account, and what is kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from marketplace.core.domain.audit import AuditEntry, AuditValues
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import UNUSABLE_HASH, User

DELETED_NAMES = ("Deleted", "user")
DELETED_DOMAIN = "deleted.invalid"
"""Where no mail can go (RFC 2606, 2)."""
DELETED_TEXT = "This was deleted together with its author's account."
"""Instead of what the person wrote, where a text is required."""
DELETED_LABEL = " ".join(DELETED_NAMES)
KEPT_AUDIT_VALUES = frozenset({"role", "is_active", "is_staff", "is_superuser", "asked", "code"})
"""Of audit log entries about the person. Values of any other name are erased, as of later releases."""
NAMING_ACTIONS = frozenset({"registered", "email_changed", "user_changed"})
"""Actions whose entries have e-mail addresses that were the person's."""
SESSION_TEXTS: Mapping[str, Any] = {
    "description": DELETED_TEXT,
    "audience": "",
    "bring": "",
    "image_url": None,
    "place": None,
    "address": None,
    "coordinates": None,
    "join_url": None,
}
"""What becomes of the texts of archived sessions. Titles stay, since bookings were made by them."""


def deleted_user(user: User, username: str, now: datetime) -> User:
    """Return what stays of an account whose person deletes it: no one can sign in, and it names no one."""
    return replace(
        user,
        email=f"{user.id}@{DELETED_DOMAIN}",
        username=username,
        first_name=DELETED_NAMES[0],
        last_name=DELETED_NAMES[1],
        avatar=None,
        bio="",
        languages=(),
        locale=None,
        time_zone="UTC",
        password_hash=UNUSABLE_HASH,
        email_verified_at=None,
        is_active=False,
        is_staff=False,
        is_superuser=False,
        deleted_at=now,
    )


def erased_session(session: Session) -> Session:
    """Return an archived session without its texts."""
    return replace(session, **SESSION_TEXTS)


def erased_entry(entry: AuditEntry) -> AuditEntry:
    """Return an entry about the person without what names them. The address of another person, who acted, stays."""
    is_elsewhere = entry.actor_id not in {None, entry.target_id}
    return replace(
        entry,
        before=_kept(entry.before),
        after=_kept(entry.after),
        reason="",
        address=entry.address if is_elsewhere else None,
        agent=entry.agent if is_elsewhere else None,
    )


def erased_session_entry(entry: AuditEntry) -> AuditEntry:
    """Return an entry about a session of the person without the texts of the session."""
    gone = {*SESSION_TEXTS, "pictures"}
    before, after = (
        {name: value for name, value in values.items() if name not in gone} for values in (entry.before, entry.after)
    )
    return replace(entry, before=before, after=after)


def _kept(values: AuditValues) -> AuditValues:
    return {name: value for name, value in values.items() if name in KEPT_AUDIT_VALUES}
