import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from marketplace.adapters.exports import xlsx
from marketplace.adapters.exports.files import StreamedFiles
from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.exports import COLUMNS, Cell, Column, ExportFormat, columns_of, validate_columns

pytestmark = pytest.mark.thorough

AN_ID = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
COLUMN = {"value": Column(itemgetter("value"))}
EVERY: list[Cell] = [
    "Ada",
    "Zoë, \"the\" 'great'\r\n<&> \u2028 𝄞",
    7,
    Decimal("49.90"),
    NOON,
    NOON.astimezone(timezone(timedelta(hours=2))),
    AN_ID,
    None,
    True,
    {"title": "Yoga", "tags": ["é"]},
    {},
]
SHOWN = [
    "Ada",
    "Zoë, \"the\" 'great'\r\n<&> \u2028 𝄞",
    "7",
    "49.90",
    "2030-05-01T12:00:00Z",
    "2030-05-01T12:00:00Z",
    str(AN_ID),
    "",
    "true",
    '{"tags": ["é"], "title": "Yoga"}',
    "",
]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"]  # noqa: RUF001 - one of the characters that Excel evaluates


def written(form: ExportFormat, cells: Sequence[Cell]) -> bytes:
    file = StreamedFiles().open(form, "users", COLUMN)
    return file.begin() + file.rows([cell] for cell in cells) + file.end()


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def read_workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_a_csv_has_the_names_of_its_columns_and_every_kind_of_cell() -> None:
    content = written("csv", EVERY)

    assert read_csv(content) == [["value"], *([each] for each in SHOWN)]
    assert b'"Zo\xc3\xab, ""the""' in content


def test_a_utc_offset_is_no_formula() -> None:
    assert read_csv(written("csv", ["+05:45", "-03:00", "+05:45+1"]))[1:] == [["+05:45"], ["-03:00"], ["'+05:45+1"]]


def test_a_csv_begins_with_a_byte_order_mark_and_quotes_every_text_and_no_number() -> None:
    content = written("csv", ["x;=1+1", "Ada", True, None, NOON, AN_ID, 7, Decimal("49.90")])

    assert content.decode() == (
        f'\ufeff"value"\r\n"x;=1+1"\r\n"Ada"\r\n"true"\r\n""\r\n"2030-05-01T12:00:00Z"\r\n"{AN_ID}"\r\n7\r\n49.90\r\n'
    )


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_is_escaped_in_csv_and_plain_text_in_a_workbook(formula: str) -> None:
    (_, (cell,)) = read_csv(written("csv", [formula]))
    (_, (shown,)) = read_workbook(written("xlsx", [formula])).active.iter_rows()

    assert cell == f"'{formula}"
    assert (shown.data_type, shown.value) == ("s", formula)


def test_times_of_a_workbook_are_dates_in_the_zone_that_their_header_names() -> None:
    columns = {"at": Column(itemgetter(0), is_time=True), "note": Column(itemgetter(1))}
    file = StreamedFiles().open("xlsx", "users", columns)
    summer = datetime(2030, 5, 1, 14, 30, 59, tzinfo=timezone(timedelta(hours=2)))
    content = (
        file.begin() + file.rows([[summer, "x"], [None, "y"], [datetime(1850, 1, 1, tzinfo=UTC), "z"]]) + file.end()
    )
    head, first, *rest = read_workbook(content).active.iter_rows()

    assert [cell.value for cell in head] == ["at (UTC)", "note"]
    assert (first[0].data_type, first[0].is_date) == ("d", True)
    assert first[0].value == datetime(2030, 5, 1, 12, 30, 59)  # noqa: DTZ001 - cells have no zone
    assert [row[0].value for row in rest] == [None, "1850-01-01T00:00:00Z"]


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_know_which_of_them_are_times(name: ListName) -> None:
    times = {column for column, each in COLUMNS[name].items() if each.is_time}

    assert times == {column for column in COLUMNS[name] if column.endswith(("_at", "booking_date", "date_joined"))} | (
        {"at"} & COLUMNS[name].keys()
    )


def test_formula_characters_inside_text_are_not_escaped() -> None:
    assert read_csv(written("csv", ["1=1", " =1", "a\n=1"]))[1:] == [["1=1"], [" =1"], ["a\n=1"]]


def test_negative_numbers_stay_numbers() -> None:
    (_, (money,), (number,)) = read_workbook(written("xlsx", [Decimal("-5.10"), -3])).active.iter_rows()

    assert read_csv(written("csv", [Decimal("-5.10"), -3]))[1:] == [["-5.10"], ["-3"]]
    assert (money.value, money.number_format, number.value) == (-5.1, "0.00", -3)


def test_json_lines_are_objects_with_values_unescaped() -> None:
    lines = [json.loads(line)["value"] for line in written("jsonl", [*EVERY, "=1+1"]).decode().split("\n")[:-1]]

    assert lines == [
        "Ada", EVERY[1], 7, "49.90", SHOWN[4], SHOWN[5], str(AN_ID), None, True, EVERY[9], {}, "=1+1",
    ]  # fmt: skip


def test_workbook_has_one_sheet_with_bold_frozen_header() -> None:
    book = read_workbook(written("xlsx", EVERY))
    (head,), *rows = book.active.iter_rows()

    noon = NOON.replace(tzinfo=None)
    assert book.sheetnames == ["users"]
    assert (head.value, head.font.b, book.active.freeze_panes) == ("value", True, "A2")
    assert [cell.value for (cell,) in rows] == [
        "Ada", EVERY[1], 7, 49.9, noon, noon, str(AN_ID), None, True, SHOWN[9], None,
    ]  # fmt: skip


def test_empty_workbook_opens() -> None:
    assert [[cell.value for cell in row] for row in read_workbook(written("xlsx", [])).active.iter_rows()] == [
        ["value"]
    ]


def test_text_invalid_in_workbook_is_truncated_or_replaced() -> None:
    (_, (long,), (control,)) = read_workbook(written("xlsx", ["x" * 40_000, "a\x00b\ufffe"])).active.iter_rows()

    assert len(long.value) == xlsx.MAX_TEXT
    assert control.value == "a\ufffdb\ufffd"


def test_text_like_a_character_escape_is_escaped_in_workbook() -> None:
    book = zipfile.ZipFile(io.BytesIO(written("xlsx", ["_x003D_1+1 _x0041_x0042_", "_x12_", "a_xy"])))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert ">_x005F_x003D_1+1 _x005F_x0041_x005F_x0042_<" in sheet
    assert ">_x12_<" in sheet
    assert ">a_xy<" in sheet


def test_full_sheet_continues_on_another() -> None:
    file = xlsx.XlsxFile("users", COLUMN, max_rows=3)
    content = file.begin() + file.rows([number] for number in range(5)) + file.end()
    book = read_workbook(content)

    assert book.sheetnames == ["users", "users 2", "users 3"]
    assert [[row[0].value for row in sheet.iter_rows()] for sheet in book] == [
        ["value", 0, 1],
        ["value", 2, 3],
        ["value", 4],
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_file_is_streamed_while_written(form: ExportFormat) -> None:
    file = StreamedFiles().open(form, "users", COLUMN)
    parts = [file.begin(), *(file.rows([f"{number} {hash(number)}"] for number in range(5_000)) for _ in range(4))]
    parts.append(file.end())

    assert all(len(part) < sum(map(len, parts)) / 2 for part in parts)
    if form == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(b"".join(parts))).testzip() is None


def test_columns_are_exported_in_requested_order() -> None:
    assert list(columns_of("users", ("email", "id"))) == ["email", "id"]
    assert list(columns_of("users", None)) == list(COLUMNS["users"])
    assert validate_columns("users", ("email", "id")) == validate_columns("users", None) == {}
    assert (
        validate_columns("users", ("email", "password_hash")).keys()
        == validate_columns("users", ()).keys()
        == {"columns"}
    )


def test_export_columns_include_no_secret() -> None:
    assert not any("password" in column or "token" in column for columns in COLUMNS.values() for column in columns)
