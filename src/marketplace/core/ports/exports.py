"""Export files."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.exports import Cell, ExportFormat


class ExportFile(Protocol):
    """A file written sequentially and streamed; it is not stored.

    Text is UTF-8, times are ISO 8601 in UTC, money has two decimals. In formats that spreadsheets open, text that looks
    like a formula is prefixed with an apostrophe.
    """

    def begin(self) -> bytes: ...

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """Write further rows, in column order; may return nothing while a compressor buffers."""
        ...

    def end(self) -> bytes: ...


class ExportFiles(Protocol):
    """Factory of export files."""

    def open(self, form: ExportFormat, name: ListName, columns: Sequence[str]) -> ExportFile:
        """Return a new file of the given format."""
        ...
