"""Columns shared by statements, and conversions of rows to entities."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import asyncpg

from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.users import Contact, PublicUser, User

PUBLIC_USER = field_names(PublicUser)
CONTACT = field_names(Contact)
USER = tuple(each.name for each in fields(User))
BOOKING = field_names(Booking, "ends_at")
"""Fields stored with a booking; `ends_at` is stored in the slot."""
COLUMN_NAMES = {"respond_by": "answer_by"}
"""Column names of fields that are stored under another name."""
SESSION = field_names(Session)


def columns(alias: str, names: Sequence[str]) -> str:
    """Return `alias.name, …`, each column named like its field."""
    return ", ".join(
        f"{alias}.{COLUMN_NAMES[name]} AS {name}" if name in COLUMN_NAMES else f"{alias}.{name}" for name in names
    )


TIME_ZONE = "coalesce(s.schedule ->> 'time_zone', c.time_zone)"
SESSION_WITH_CREATOR = (
    f"{columns('s', SESSION)}, ({columns('c', PUBLIC_USER)}) AS creator_details, c.is_active AS creator_is_active,"
    f" s.schedule IS NULL AS is_open, {TIME_ZONE} AS time_zone"
)
SESSION_WITH_CONTACT = (
    f"({columns('s', SESSION)}, c.is_active, s.schedule IS NULL, {TIME_ZONE}) AS session,"
    f" ({columns('c', CONTACT)}) AS creator"
)


def session_details(row: asyncpg.Record) -> SessionDetails:
    """Convert a row with the columns of `SESSION_WITH_CREATOR`."""
    return SessionDetails(**session_values(row))


def session_values(row: asyncpg.Record) -> dict[str, Any]:
    """Return the fields of `SessionDetails` of a row with the columns of `SESSION_WITH_CREATOR`."""
    return {name: row[name] for name in SESSION} | {
        "tags": tuple(row["tags"]),
        "creator_details": public_user(row["creator_details"]),
        "creator_is_active": row["creator_is_active"],
        "is_open": row["is_open"],
        "time_zone": row["time_zone"],
    }


def booked_session(row: asyncpg.Record) -> SessionDetails:
    """Convert a row with the columns of `SESSION_WITH_CONTACT`, which has the creator's e-mail address."""
    *values, creator_is_active, is_open, time_zone = row["session"]
    session = dict(zip(SESSION, values, strict=True))
    return SessionDetails(
        **session | {"tags": tuple(session["tags"])},
        creator_details=contact(row["creator"]),
        creator_is_active=creator_is_active,
        is_open=is_open,
        time_zone=time_zone,
    )


def contact(values: Sequence[object]) -> Contact:
    """Convert a `CONTACT` composite."""
    return Contact(**dict(zip(CONTACT, values, strict=True)))  # type: ignore[arg-type]


def public_user(values: Sequence[object]) -> PublicUser:
    """Convert a `PUBLIC_USER` composite."""
    return PublicUser(**dict(zip(PUBLIC_USER, values, strict=True)))  # type: ignore[arg-type]
