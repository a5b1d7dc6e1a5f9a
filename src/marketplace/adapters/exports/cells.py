"""Cells as text."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from marketplace.core.domain.exports import Cell

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - Excel accepts full-width forms
"""Prefixes that a spreadsheet may read as the start of a formula (OWASP, CSV Injection)."""


OFFSET = re.compile(r"[+-]\d\d:\d\d")


def text_of(cell: Cell) -> str:
    """Return a cell that is not a number as readable text."""
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
    """Prefix text that could be a formula with an apostrophe, so that no spreadsheet runs it (OWASP).

    A UTC offset is a number at most, and stays as it is.
    """
    return f"'{text}" if text.startswith(FORMULAS) and not OFFSET.fullmatch(text) else text
