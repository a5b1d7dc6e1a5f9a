"""Workbooks (ECMA-376, part 1): a zip of XML, compressed and streamed while it is written."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape

from marketplace.adapters.exports.cells import text_of
from marketplace.core.domain.exports import Cell, Column
from marketplace.core.domain.money import currency

MAX_ROWS = 1_048_576
"""Rows of a sheet, including its header: the limit of Excel."""
MAX_BYTES = 1_500_000_000
"""Bytes of a sheet before compression: beyond 2 GiB a zip needs extensions that some readers lack."""
MAX_TEXT = 32_767
"""Characters of a cell: the limit of Excel."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_HEAD = (
    f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
SHEET_TAIL = "</sheetData></worksheet>"
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="{places}"/>'
    '<numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="170" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
BOLD, MONEY, TIME = 1, 2, 3
"""Indices into `cellXfs`."""
DAY_ZERO, FIRST_TIME = datetime(1899, 12, 30, tzinfo=UTC), datetime(1900, 3, 1, tzinfo=UTC)
"""Times are days since the first. Before the second, programs disagree, since Lotus took 1900 for a leap year."""
INVALID_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 forbids."""
ESCAPE_START = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""The start of an escaped character, which a reader would decode (ECMA-376, part 1, 22.9.2.19)."""


class _WriteOnlyFile(io.RawIOBase):
    """A write-only file that hands out the bytes written so far."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def take_written(self) -> bytes:
        """Return the bytes written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


class _Zip(zipfile.ZipFile):
    def __del__(self) -> None:
        # an export that the client abandoned has nothing to close; the library would try, and fail
        pass


class XlsxFile:
    """A workbook. Rows beyond the limits of a sheet go to further sheets, each with the header.

    Cells are typed: no program evaluates text in an inline string, so it is not escaped, and times, which have no zone
    there, are UTC.
    """

    def __init__(self, name: str, columns: Mapping[str, Column], *, max_rows: int = MAX_ROWS) -> None:
        self._name = name
        self._columns = [f"{name} (UTC)" if column.is_time else name for name, column in columns.items()]
        self._max_rows = max_rows
        self._output = _WriteOnlyFile()
        self._zip = _Zip(self._output, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._sheet: IO[bytes] | None = None
        self._sheets = self._rows = self._bytes = 0

    def begin(self) -> bytes:
        self._zip.writestr("xl/styles.xml", STYLES.format(places=currency().zero))
        self._begin_sheet()
        return self._output.take_written()

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        for row in rows:
            if self._rows == self._max_rows or self._bytes > MAX_BYTES:
                self._end_sheet()
                self._begin_sheet()
            self._write(f"<row>{''.join(map(_cell, row))}</row>")
            self._rows += 1
        return self._output.take_written()

    def end(self) -> bytes:
        self._end_sheet()
        for path, content in _package_parts(self._name, self._sheets).items():
            self._zip.writestr(path, content)
        self._zip.close()
        return self._output.take_written()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        self._rows, self._bytes = 1, 0
        names = "".join(_text_cell(name, BOLD) for name in self._columns)
        self._write(f"{SHEET_HEAD}<row>{names}</row>")

    def _end_sheet(self) -> None:
        self._write(SHEET_TAIL)
        if self._sheet is not None:
            self._sheet.close()

    def _write(self, text: str) -> None:
        data = text.encode()
        self._bytes += len(data)
        if self._sheet is not None:
            self._sheet.write(data)


def _cell(cell: Cell) -> str:
    if isinstance(cell, bool):
        return f'<c t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, Decimal):
        return f'<c s="{MONEY}"><v>{cell}</v></c>'
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    if isinstance(cell, datetime) and cell >= FIRST_TIME:
        return f'<c s="{TIME}"><v>{(cell - DAY_ZERO) / timedelta(days=1)!r}</v></c>'
    text = text_of(cell)
    return _text_cell(text) if text else "<c/>"


def _text_cell(text: str, style: int = 0) -> str:
    escaped = escape(ESCAPE_START.sub("_x005F_", INVALID_XML.sub("\ufffd", text[:MAX_TEXT])))
    content = escaped.replace("\r", "&#13;")
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{content}</t></is></c>'


def _package_parts(name: str, sheets: int) -> dict[str, str]:
    """Return the parts of the package that describe the sheets."""
    numbers = range(1, sheets + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{CONTENT}.worksheet+xml"/>' for n in numbers
    )
    entries = "".join(
        f'<sheet name="{name if n == 1 else f"{name} {n}"}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers
    )
    relationships = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return {
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{entries}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{relationships}<Relationship Id="rId{sheets + 1}"'
            f' Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
        ),
        "_rels/.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
            f' Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "[Content_Types].xml": (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{CONTENT}.styles+xml"/>{types}</Types>'
        ),
    }
