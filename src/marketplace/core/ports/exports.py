"""Files that lists are written to."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.exports import Cell, ExportFormat


class ExportFile(Protocol):
    """A file that is written from its beginning to its end, and kept by nobody: each part is handed out at once.

    Text is UTF-8, times are ISO 8601 in UTC, money has its two places. What a spreadsheet would take for a formula is
    text that begins with an apostrophe, where the format is one that spreadsheets open.
    """

    def begin(self) -> bytes:
        """Its first bytes."""
        ...

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """Further rows, in the order of the columns; may be empty while something is kept back to be compressed."""
        ...

    def end(self) -> bytes:
        """Its last bytes."""
        ...


class ExportFiles(Protocol):
    """Begins files."""

    def open(self, form: ExportFormat, name: ListName, columns: Sequence[str]) -> ExportFile:
        """A new file of a form."""
        ...
