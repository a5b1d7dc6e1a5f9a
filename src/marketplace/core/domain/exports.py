"""Lists as files: which columns there are, and what stands in each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from marketplace.core.domain.admin_lists import Filters, ListName
from marketplace.core.errors import FieldErrors

ExportFormat = Literal["csv", "jsonl", "xlsx"]
Cell = str | int | bool | Decimal | datetime | UUID | Mapping[str, Any] | None
Read = Callable[[Any], Cell]


def _columns(*names: str, **others: str) -> dict[str, Read]:
    return {name: attrgetter(name) for name in names} | {name: attrgetter(path) for name, path in others.items()}


def _person(column: str) -> dict[str, Read]:
    parts = ("username", "email", "first_name", "last_name")
    return _columns(**{column: f"{column}.id"} | {f"{column}_{part}": f"{column}.{part}" for part in parts})


def _username(details: str) -> Read:
    def read(entry: Any) -> Cell:
        person = getattr(entry, details)
        return None if person is None else str(person.username)

    return read


COLUMNS: dict[ListName, dict[str, Read]] = {
    "users": _columns(
        "id",
        "email",
        "username",
        "role",
        "first_name",
        "last_name",
        "avatar",
        "is_active",
        "is_staff",
        "is_superuser",
        "date_joined",
        "time_zone",
    ),
    "sessions": {
        **_columns("id", "title"),
        **_person("creator"),
        **_columns(
            "status",
            "price",
            "duration",
            "max_participants",
            "category",
            "created_at",
            "archived_at",
            "hidden_at",
            "featured_at",
            "image_url",
        ),
    },
    "bookings": {
        **_columns("id", session="session.id", session_title="session.title"),
        **_person("creator"),
        **_person("user"),
        **_columns(booking_date="starts_at"),
        **_columns("seats", "amount", "status", "created_at"),
    },
    "audit": {
        **_columns("id", "at", "action", "actor_id"),
        "actor_username": _username("actor_details"),
        **_columns("as_id"),
        "as_username": _username("as_details"),
        **_columns("target_kind", "target_id", "reason", "address", "agent", "before", "after"),
    },
}
"""By list, the columns in the order in which a file has them."""


def columns_of(name: ListName, requested: tuple[str, ...] | None) -> dict[str, Read]:
    """The columns that are asked for, in that order, or all."""
    return COLUMNS[name] if requested is None else {column: COLUMNS[name][column] for column in requested}


def validate_columns(name: ListName, requested: tuple[str, ...] | None) -> FieldErrors:
    """What is wrong with the columns that are asked for."""
    if requested is None or (requested and not set(requested).difference(COLUMNS[name])):
        return {}
    return {"columns": [f"Choose one or several of: {', '.join(COLUMNS[name])}."]}


def requested_values(filters: Filters) -> dict[str, Any]:
    """What was asked of a list, as the audit log can hold it."""
    names = filters.__dataclass_fields__
    return {name: _audit_value(getattr(filters, name)) for name in names if getattr(filters, name) is not None}


def _audit_value(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join(str(each) for each in value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
