"""CSV and JSON Lines files."""

import codecs
import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from marketplace.adapters.exports.cells import escape_formula, text_of
from marketplace.core.domain.exports import Cell


class CsvFile:
    """Comma-separated values (RFC 4180) with a header.

    A byte order mark tells spreadsheets the encoding. All text is quoted, so that one which separates lists with
    semicolons as well does not divide it, and formulas in it are escaped. The front end's `toCsv` writes the same.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self._columns = columns

    def begin(self) -> bytes:
        return codecs.BOM_UTF8 + self.rows([tuple(self._columns)])

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
        return buffer.getvalue().encode()

    def end(self) -> bytes:
        return b""


def _csv_cell(cell: Cell) -> str | int | Decimal:
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return cell
    return escape_formula(text_of(cell))


class JsonLinesFile:
    """One JSON object per line. Spreadsheets do not open these files, so text is not escaped."""

    def __init__(self, columns: Collection[str]) -> None:
        self._columns = columns

    def begin(self) -> bytes:
        return b""

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        lines = (dict(zip(self._columns, map(_json_cell, row), strict=True)) for row in rows)
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()

    def end(self) -> bytes:
        return b""


def _json_cell(cell: Cell) -> object:
    if cell is None or isinstance(cell, bool | int):
        return cell
    return dict(cell) if isinstance(cell, Mapping) else text_of(cell)
