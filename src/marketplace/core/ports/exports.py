"""Export files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from marketplace.core.domain.exports import Cell, Column, ExportFormat


class ExportFile(Protocol):
    """A file written sequentially and streamed; it is not stored.

    Text is UTF-8, times are ISO 8601 in UTC, money has the currency's places. In CSV, text that a spreadsheet would
    evaluate as a formula is prefixed with an apostrophe. Workbooks have typed cells: their times are dates, and the
    header names the zone, `created_at (UTC)`.
    """

    def begin(self) -> bytes: ...

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """Write further rows, in column order; may return nothing while a compressor buffers."""
        ...

    def end(self) -> bytes: ...


class ExportFiles(Protocol):
    """Factory of export files."""

    def open(self, form: ExportFormat, name: str, columns: Mapping[str, Column]) -> ExportFile:
        """Return a new file of the given format."""
        ...
