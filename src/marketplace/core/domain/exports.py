"""Columns of exported lists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from marketplace.core.domain.admin_lists import (
    AccountRow,
    BookingRow,
    Filters,
    ListName,
    PersonName,
    SessionName,
    SessionRow,
)
from marketplace.core.domain.audit import WITHHELD, AuditDetails
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.utc_offsets import utc_offset
from marketplace.core.errors import FieldErrors

ExportFormat = Literal["csv", "jsonl", "xlsx"]
Cell = str | int | bool | Decimal | datetime | UUID | Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Column:
    """How to read the cell of a row, and whether it is a time."""

    read: Callable[[Any], Cell]
    is_time: bool = False


COLUMN_NAMES = {"starts_at": "booking_date", "actor_details": "actor", "as_details": "as"}
"""Column names of fields that are named differently in exports."""
ROW_TYPES: dict[ListName, type] = {
    "users": AccountRow,
    "sessions": SessionRow,
    "bookings": BookingRow,
    "audit": AuditDetails,
}
LEADING_FIELDS: dict[ListName, tuple[str, ...]] = {
    "users": (),
    "sessions": ("id", "title", "creator"),
    "bookings": (),
    "audit": (
        *("id", "at", "action", "actor_id", "actor_details", "as_id", "as_details"),
        *("target_kind", "target_id", "reason", "address", "agent", "before", "after"),
    ),
}
"""Fields whose columns come first."""


def _columns_of(row: type, first: tuple[str, ...]) -> dict[str, Column]:
    """Derive the columns of a list: one per field, several for a person or session."""
    kinds = {each.name: each.type for each in fields(row)}
    found: dict[str, Column] = {}
    for name in (*first, *field_names(row, *first)):
        column = COLUMN_NAMES.get(name, name)
        if kinds[name] in {PersonName, SessionName}:
            parts = field_names(PersonName if kinds[name] is PersonName else SessionName)
            found |= {
                column if part == "id" else f"{column}_{part}": Column(attrgetter(f"{name}.{part}")) for part in parts
            }
        elif kinds[name] == tuple[str, ...]:
            found[column] = Column(_joined(name))
        elif name.endswith("_details"):
            found[f"{column}_username"] = Column(_username(name))
        else:
            found[column] = Column(attrgetter(name), is_time=kinds[name] in {datetime, datetime | None})
    return found


def _joined(texts: str) -> Callable[[Any], Cell]:
    def read(row: Any) -> Cell:
        return ", ".join(getattr(row, texts))

    return read


def _username(details: str) -> Callable[[Any], Cell]:
    def read(entry: Any) -> Cell:
        person = getattr(entry, details)
        return None if person is None else str(person.username)

    return read


COLUMNS: dict[ListName, dict[str, Column]] = {
    name: _columns_of(row, LEADING_FIELDS[name]) for name, row in ROW_TYPES.items()
}
"""Columns of each list, in file order."""
VIEWER_OFFSET = "viewer_utc_offset"
COLUMNS["bookings"][VIEWER_OFFSET] = Column(lambda _: None)


def columns_of(name: ListName, requested: tuple[str, ...] | None, viewer_zone: str | None = None) -> dict[str, Column]:
    """Return the requested columns in that order, or all. `viewer_zone` is the time zone of a signed-in reader."""
    columns = COLUMNS[name]
    if viewer_zone is not None and VIEWER_OFFSET in columns:
        columns = columns | {VIEWER_OFFSET: Column(lambda row: utc_offset(row.starts_at, viewer_zone))}
    return columns if requested is None else {column: columns[column] for column in requested}


def validate_columns(name: ListName, requested: tuple[str, ...] | None) -> FieldErrors:
    """Validate the requested column names."""
    if requested is None or (requested and not set(requested).difference(COLUMNS[name])):
        return {}
    return {"columns": [f"Choose one or more of: {', '.join(COLUMNS[name])}."]}


def requested_values(filters: Filters) -> dict[str, Any]:
    """Return the set filters as JSON values."""
    names = filters.__dataclass_fields__
    return {name: _audit_value(getattr(filters, name)) for name in names if getattr(filters, name) is not None}


def audited_filters(filters: Filters) -> dict[str, Any]:
    """Return the set filters for the audit log, which outlives accounts: words may name a person, an ID does not."""
    values = requested_values(filters)
    return values if filters.search is None or isinstance(filters.search, UUID) else values | {"search": WITHHELD}


def _audit_value(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join(str(each) for each in value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
