"""A marketplace in yen or dinars: every amount it reads and shows has that currency's places (ISO 4217)."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import openpyxl
import pytest

from builders import TOMORROW
from http_api import SETTINGS, Api, a_session_body, bad_fields, ids, open_api
from marketplace.core.domain.money import use_currency

pytestmark = pytest.mark.thorough

CURRENCIES = {
    "JPY": {"price": "1500", "twice": "3000", "zero": "0", "finer": "1500.5", "band": "2500"},
    "KWD": {"price": "1.250", "twice": "2.500", "zero": "0.000", "finer": "1.2505", "band": "25.000"},
}

in_each = pytest.mark.parametrize("code", CURRENCIES)


@pytest.fixture(autouse=True)
def _euros_again() -> Iterator[None]:
    yield
    use_currency("EUR")


@asynccontextmanager
async def a_marketplace(code: str) -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, currency=code)) as api:
        yield api


@in_each
async def test_every_amount_has_the_places_of_the_currency(code: str) -> None:
    wanted = CURRENCIES[code]
    price, twice, zero = wanted["price"], wanted["twice"], wanted["zero"]
    async with a_marketplace(code) as api:
        creator, learner = await api.creator(is_staff=True, is_superuser=True), await api.person()
        created = await creator.post("/api/sessions/", a_session_body(price=price, max_participants=2))
        assert (created.status_code, created.json()["price"]) == (201, price)
        empty = (await creator.get("/api/creator/summary/")).json()
        assert (empty["expected_income"], {day["income"] for day in empty["days"]}) == (zero, {zero})

        booking = {"session": created.json()["id"], "booking_date": TOMORROW.isoformat(), "seats": 2}
        booked = (await learner.post("/api/bookings/", booking)).json()
        assert (booked["amount"], booked["session_details"]["price"]) == (twice, price)

        summary = (await creator.get("/api/creator/summary/")).json()
        assert (summary["expected_income"], summary["completed_income"]) == (twice, zero)
        assert summary["days"][-1]["income"] == twice
        assert (await creator.get("/api/admin/dashboard/")).json()["totals"]["income"] == twice
        assert [row["price"] for row in (await creator.get("/api/admin/sessions/")).json()] == [price]
        assert [row["amount"] for row in (await creator.get("/api/admin/bookings/")).json()] == [twice]
        sheet = await creator.get("/api/admin/bookings/export/", format="xlsx", columns="amount")
        cell = openpyxl.load_workbook(io.BytesIO(sheet.content)).active["A2"]
        assert (cell.value, cell.number_format) == (float(twice), zero)
        text = await creator.get("/api/admin/bookings/export/", format="csv", columns="amount")
        assert list(csv.reader(io.StringIO(text.text.removeprefix("\ufeff")))) == [["amount"], [twice]]


@in_each
async def test_amount_with_further_places_is_refused(code: str) -> None:
    finer = CURRENCIES[code]["finer"]
    async with a_marketplace(code) as api:
        creator = await api.creator(is_staff=True)

        assert bad_fields(await creator.post("/api/sessions/", a_session_body(price=finer))) == {"price"}
        session = await creator.post("/api/sessions/", a_session_body(price=CURRENCIES[code]["price"]))
        address = f"/api/sessions/{session.json()['id']}/"
        assert bad_fields(await creator.patch(address, {"price": float(str(finer))})) == {"price"}
        for path in ("/api/sessions/", "/api/sessions/facets/", "/api/admin/sessions/"):
            refused = await creator.get(path, min_price=finer, max_price=finer)
            assert bad_fields(refused) == {"min_price", "max_price"}


@in_each
async def test_filters_and_bands_are_of_the_currency(code: str) -> None:
    wanted = CURRENCIES[code]
    async with a_marketplace(code) as api:
        creator = await api.creator()
        session = (await creator.post("/api/sessions/", a_session_body(price=wanted["price"]))).json()

        assert ids(await api.visitor.get("/api/sessions/", max_price=wanted["price"])) == [session["id"]]
        assert ids(await api.visitor.get("/api/sessions/", min_price=wanted["twice"])) == []
        bands = (await api.visitor.get("/api/sessions/facets/")).json()["price_bands"]
        assert (bands[0]["min_price"], bands[0]["max_price"], bands[0]["count"]) == (wanted["zero"], wanted["band"], 1)


async def test_clients_learn_the_places() -> None:
    async with a_marketplace("JPY") as api:
        settings = (await api.visitor.get("/api/marketplace/")).json()
        described = (await api.visitor.get("/api/schema/openapi.json")).json()["components"]["schemas"]

    assert (settings["currency"], settings["currency_digits"]) == ("JPY", 0)
    assert described["SessionIn"]["properties"]["price"]["pattern"] == "^[0-9]{1,8}$"
    assert described["SessionOut"]["properties"]["price"]["pattern"] == "^[0-9]+$"
    assert described["BookingOut"]["properties"]["amount"] | {"examples": []} == {
        "type": "string",
        "pattern": "^[0-9]+$",
        "examples": [],
    }
