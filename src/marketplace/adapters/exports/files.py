"""Which form of file is written how."""

from collections.abc import Sequence

from marketplace.adapters.exports.text import CsvFile, JsonLinesFile
from marketplace.adapters.exports.xlsx import XlsxFile
from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.exports import ExportFormat
from marketplace.core.ports.exports import ExportFile


class StreamedFiles:
    """`ExportFiles`, none of which is ever whole in one place."""

    def open(self, form: ExportFormat, name: ListName, columns: Sequence[str]) -> ExportFile:
        """See the port."""
        match form:
            case "csv":
                return CsvFile(columns)
            case "jsonl":
                return JsonLinesFile(columns)
            case "xlsx":
                return XlsxFile(name, columns)
