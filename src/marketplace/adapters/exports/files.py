"""Selection of the file format."""

from collections.abc import Mapping

from marketplace.adapters.exports.text import CsvFile, JsonLinesFile
from marketplace.adapters.exports.xlsx import XlsxFile
from marketplace.core.domain.exports import Column, ExportFormat
from marketplace.core.ports.exports import ExportFile


class StreamedFiles:
    """`ExportFiles` that are streamed, never held in memory as a whole."""

    def open(self, form: ExportFormat, name: str, columns: Mapping[str, Column]) -> ExportFile:
        match form:
            case "csv":
                return CsvFile(columns)
            case "jsonl":
                return JsonLinesFile(columns)
            case "xlsx":
                return XlsxFile(name, columns)
