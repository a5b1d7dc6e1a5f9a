"""Columns of exported lists."""

from collections.abc import Callable, Mapping
from dataclasses import fields
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
from marketplace.core.domain.audit import AuditDetails
from marketplace.core.domain.fields import field_names
from marketplace.core.errors import FieldErrors

ExportFormat = Literal["csv", "jsonl", "xlsx"]
Cell = str | int | bool | Decimal | datetime | UUID | Mapping[str, Any] | None
CellReader = Callable[[Any], Cell]


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


def _columns_of(row: type, first: tuple[str, ...]) -> dict[str, CellReader]:
    """Derive the columns of a list: one per field, several for a person or session."""
    kinds = {each.name: each.type for each in fields(row)}
    found: dict[str, CellReader] = {}
    for name in (*first, *field_names(row, *first)):
        column = COLUMN_NAMES.get(name, name)
        if kinds[name] in {PersonName, SessionName}:
            parts = field_names(PersonName if kinds[name] is PersonName else SessionName)
            found |= {column if part == "id" else f"{column}_{part}": attrgetter(f"{name}.{part}") for part in parts}
        elif name.endswith("_details"):
            found[f"{column}_username"] = _username(name)
        else:
            found[column] = attrgetter(name)
    return found


def _username(details: str) -> CellReader:
    def read(entry: Any) -> Cell:
        person = getattr(entry, details)
        return None if person is None else str(person.username)

    return read


COLUMNS: dict[ListName, dict[str, CellReader]] = {
    name: _columns_of(row, LEADING_FIELDS[name]) for name, row in ROW_TYPES.items()
}
"""Columns of each list, in file order."""


def columns_of(name: ListName, requested: tuple[str, ...] | None) -> dict[str, CellReader]:
    """Return the requested columns in that order, or all."""
    return COLUMNS[name] if requested is None else {column: COLUMNS[name][column] for column in requested}


def validate_columns(name: ListName, requested: tuple[str, ...] | None) -> FieldErrors:
    """Validate the requested column names."""
    if requested is None or (requested and not set(requested).difference(COLUMNS[name])):
        return {}
    return {"columns": [f"Choose one or more of: {', '.join(COLUMNS[name])}."]}


def requested_values(filters: Filters) -> dict[str, Any]:
    """Return the set filters as audit values."""
    names = filters.__dataclass_fields__
    return {name: _audit_value(getattr(filters, name)) for name in names if getattr(filters, name) is not None}


def _audit_value(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join(str(each) for each in value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
