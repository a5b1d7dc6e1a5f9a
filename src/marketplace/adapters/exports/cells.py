"""What stands in a cell, as text."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from marketplace.core.domain.exports import Cell

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - so Excel reads them too
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV Injection)."""


def text_of(cell: Cell) -> str:
    """A cell that is no number, as anybody can read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, Mapping):
        return json.dumps(dict(cell), ensure_ascii=False, sort_keys=True) if cell else ""
    return str(cell)


def escape_formula(text: str) -> str:
    """The text as no spreadsheet runs it: behind an apostrophe where it could be a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text
