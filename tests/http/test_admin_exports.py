import csv
import io
import json
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import openpyxl
import pytest
from httpx import Response

from builders import stored_session, stored_user
from fakes import NOW
from http_api import Api, Person, as_json, bad_fields
from marketplace.core.domain.exports import COLUMNS, ExportFormat

FORMATS: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
every_format = pytest.mark.parametrize("form", FORMATS)


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


def rows_of(answer: Response, form: str) -> list[dict[str, Any]]:
    if form == "jsonl":
        return [json.loads(line) for line in answer.text.split("\n")[:-1]]
    if form == "csv":
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))
    names, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    plain = [str(name).removesuffix(" (UTC)") for name in names]
    return [dict(zip(plain, row, strict=True)) for row in rows]


@every_format
@pytest.mark.parametrize("name", COLUMNS)
async def test_export_has_all_columns_of_its_list(api: Api, staff: Person, name: str, form: str) -> None:
    await api.booking(await api.person(), await api.session())

    answer = await staff.get(f"/api/admin/{name}/export/", format=form)

    rows, listed = rows_of(answer, form), await staff.get(f"/api/admin/{name}/", limit=100)
    assert answer.headers["content-type"] == FORMATS[form]  # type: ignore[index]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}-2030-01-07-090000.{form}"'
    assert answer.headers["cache-control"] == "no-store"
    assert {tuple(row) for row in rows} == {tuple(COLUMNS[name])}  # type: ignore[index]
    assert {row["id"] for row in listed.json()} <= {row["id"] for row in rows} or len(rows) > 100


@every_format
async def test_export_has_rows_of_list_with_same_filters_and_order(api: Api, staff: Person, form: str) -> None:
    creator = await stored_user(api.storage, role="creator", username=f"export.{form}", first_name="=cmd()")
    for number, title in enumerate(["Yoga, deep", "=1+1", "Bal d'été"]):
        await stored_session(
            api.storage,
            creator_id=creator.id,
            title=title,
            price=Decimal(f"{number}5.50"),
            created_at=NOW + timedelta(hours=number),
        )
    columns = "title,price,created_at,creator_first_name,archived_at"
    requested = {"creator": creator.id, "ordering": "-price", "max_price": "20", "columns": columns, "format": form}

    rows = rows_of(await staff.get("/api/admin/sessions/export/", **requested), form)

    formula, price = ("'" if form == "csv" else ""), (float if form == "xlsx" else str)
    first, second = NOW + timedelta(hours=1), NOW
    time = as_json if form != "xlsx" else partial(datetime.replace, tzinfo=None)
    nothing = "" if form == "csv" else None
    assert rows == [
        {
            "title": f"{formula}=1+1",
            "price": price("15.50"),
            "created_at": time(first),
            "creator_first_name": f"{formula}=cmd()",
            "archived_at": nothing,
        },
        {
            "title": "Yoga, deep",
            "price": price("5.50"),
            "created_at": time(second),
            "creator_first_name": f"{formula}=cmd()",
            "archived_at": nothing,
        },
    ]


async def test_export_is_audited_with_actor_and_filters(staff: Person) -> None:
    query = {"columns": "email,id", "role": "creator", "joined_from": "2029-01-01", "search": "ada lovelace"}
    await staff.get("/api/admin/users/export/", format="jsonl", **query)

    entry = (await staff.get("/api/admin/audit/", actor=staff.id, action="exported")).json()[0]

    assert entry["actor_details"]["username"] == staff.user.username
    assert entry["after"] == {
        "list": "users",
        "format": "jsonl",
        "columns": ["email", "id"],
        "filters": {
            "search": "(withheld)",
            "role": "creator",
            "joined_from": "2029-01-01T00:00:00+00:00",
            "ordering": "-date_joined",
        },
    }


async def test_export_of_one_id_is_audited_with_it(staff: Person) -> None:
    await staff.get("/api/admin/bookings/export/", format="jsonl", search=str(staff.id))

    entry = (await staff.get("/api/admin/audit/", actor=staff.id, action="exported")).json()[0]

    assert entry["after"]["filters"] == {"search": str(staff.id), "ordering": "-created_at"}


async def test_invalid_export_request_returns_no_file_and_is_not_audited(staff: Person) -> None:
    query = {"format": "pdf", "columns": "email,password_hash", "is_staff": "perhaps"}

    answer = await staff.get("/api/admin/users/export/", **query)

    assert bad_fields(answer) == {"format", "columns", "is_staff"}
    assert (await staff.get("/api/admin/audit/", actor=staff.id, action="exported")).json() == []


async def test_head_request_of_export_reads_no_list(staff: Person) -> None:
    answer = await staff.send("HEAD", "/api/admin/users/export/")

    assert (answer.status_code, answer.content) == (200, b"")
