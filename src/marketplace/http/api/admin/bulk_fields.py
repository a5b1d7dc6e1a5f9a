"""Fields of bulk actions."""

from decimal import Decimal
from typing import Annotated, Any, get_args
from uuid import UUID

from marketplace.core.domain.bulk import ACTIONS, MAX_BULK, BulkAction, BulkKind
from marketplace.core.domain.fields import Choice
from marketplace.http.api.admin.pages import NumberedPageQuery
from marketplace.http.validation.fields import field
from marketplace.http.validation.parsing import wire_names
from marketplace.http.validation.validators import identifier

PAGE_PARAMETERS = wire_names(NumberedPageQuery)
"""Pagination parameters, which are not filters."""
ACTION_DESCRIPTION = " ".join(f"For {kind}: {', '.join(actions)}." for kind, actions in ACTIONS.items())


def _ids(value: Any) -> tuple[UUID, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_BULK:
        raise ValueError(f"Must be a list of 1 to {MAX_BULK} IDs.")
    return tuple(dict.fromkeys(identifier(each) for each in value))


def _filters(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("Must be an object with the list's filters.")  # noqa: TRY004 - readers raise one kind
    words = {name: _as_text(provided) for name, provided in value.items() if provided is not None}
    return {name: word for name, word in words.items() if word and name not in PAGE_PARAMETERS}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return str(value)
    raise ValueError("Each filter must be text, as in the list's query string.")


def _preview(value: Any) -> UUID | None:
    return None if value is None else identifier(value)


KindWord = Annotated[BulkKind, Choice(get_args(BulkKind), example="sessions")]
ActionWord = Annotated[
    BulkAction,
    Choice(
        tuple(each for actions in ACTIONS.values() for each in actions), example="hide", description=ACTION_DESCRIPTION
    ),
]
Ids = Annotated[
    tuple[UUID, ...],
    field(
        _ids,
        {"type": "array", "minItems": 1, "maxItems": MAX_BULK, "items": {"type": "string", "format": "uuid"}},
        ["0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"],
        "IDs of the rows. Send either `ids` or `filters`.",
    ),
]
ListFilters = Annotated[
    dict[str, str],
    field(
        _filters,
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"status": "active", "created_from": "2030-01-01"},
        f"Everything that the list with these query parameters has, at most {MAX_BULK} rows: `{{}}` for all of it. "
        "Once previewed, the action is held to the rows of the preview: later matches are not touched, and rows that "
        "no longer match are reported.",
    ),
]


Preview = Annotated[
    UUID | None,
    field(
        _preview,
        {"type": ["string", "null"], "format": "uuid"},
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "The `preview` that was agreed to, with the same `filters`: usable once, within an hour. Without it, your "
        "newest preview of the same action on the same filters counts; if there was none within a day, what "
        "matches now. Where it has been used or is too old, preview again.",
    ),
]
