"""Windows of many slots are answered in parts, and every start has the offsets it would have alone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from fakes import NOW
from http_api import Api, Person, as_json, bad_fields, next_page
from marketplace.core.domain.bookable_starts import BookableRun, BookableStarts
from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.sessions import Session
from marketplace.core.services.slots import MAX_STARTS
from marketplace.http.answers import Ask
from marketplace.http.api.offsets import offsets_of
from marketplace.http.api.slots import MANY, slots_answer, starts_out

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEK = [{"weekday": day, "starts": "09:00", "ends": "17:00", "step": 1} for day in range(1, 8)]


async def every_minute(api: Api, **schedule: Any) -> tuple[Person, Session]:
    creator = await api.creator(time_zone="America/New_York")
    session = await api.session(creator, duration=60)
    body = {"time_zone": "UTC", "weekly": WEEK, **schedule}
    assert (await creator.put(f"/api/sessions/{session.id}/schedule/", body)).status_code == 200
    return creator, session


def starts_of(pages: list[Any]) -> list[str]:
    return [slot["starts_at"] for page in pages for slot in page]


@pytest.mark.parametrize("query", [{}, {"explain": "true"}, {"time_zone": "Asia/Kolkata", "explain": "false"}])
async def test_links_lead_through_every_slot_of_a_window_once(api: Api, query: dict[str, str]) -> None:
    creator, session = await every_minute(api)
    begin = NOW.replace(hour=0) + DAY
    answer = await creator.get(
        f"/api/sessions/{session.id}/slots/", **{"from": as_json(begin), "to": as_json(begin + 10 * DAY)}, **query
    )

    pages = [answer.json()]
    while (address := next_page(answer)) is not None:
        answer = await creator.get(address)
        pages.append(answer.json())

    assert [len(page) for page in pages] == [MAX_STARTS, MAX_STARTS, 421 * 10 - 2 * MAX_STARTS]
    assert len(set(starts_of(pages))) == 4210
    assert starts_of(pages) == sorted(starts_of(pages))
    viewers = {slot["viewer_utc_offset"] for page in pages for slot in page}
    assert viewers == {"+05:30" if "time_zone" in query else "-05:00"}


@pytest.mark.parametrize("spelling", ["{}", "urn:uuid:{}", "\n{short}", "\r{short}", "{short} ", "{arabic}"])
async def test_link_leads_on_however_the_id_is_spelled(api: Api, spelling: str) -> None:
    _, session = await every_minute(api)
    digits = session.id.hex
    arabic = digits.translate({ord("0") + number: chr(0x660 + number) for number in range(10)})
    path = f"/api/sessions/{quote(spelling.format(session.id, short=digits[1:], arabic=arabic))}/slots/"
    first = await api.visitor.get(path)
    assert first.status_code == 200
    assert first.headers["link"].isprintable()

    address = next_page(first)
    assert address is not None
    assert (await api.visitor.get(address)).json()[0]["starts_at"] > first.json()[-1]["starts_at"]


async def test_default_window_ends_where_it_did_on_the_first_page(api: Api) -> None:
    creator, session = await every_minute(api)
    path = f"/api/sessions/{session.id}/slots/"
    whole = starts_of([(await creator.get(path)).json()])
    answer = await creator.get(path)
    while (address := next_page(answer)) is not None:
        api.clock.advance(MINUTE)
        answer = await creator.get(address)
        whole += starts_of([answer.json()])

    # today's from 09:01, and those of the fourteenth day before 09:00
    assert len(whole) == 420 + 13 * 421


async def test_other_requests_have_their_turn_while_two_thousand_slots_are_written() -> None:
    runs = tuple(
        BookableRun(RecurringStarts(NOW + day * DAY, 1, count), 5, None)
        for day, count in enumerate((1, MANY - 2, 1, MAX_STARTS - MANY - 100, *[1] * 100))
    )
    found = BookableStarts(time_zone="UTC", duration=60, capacity=10, runs=runs)
    writing = asyncio.ensure_future(slots_answer(Ask({}), found, None, ("from", "to"), NOW))
    turns = 0
    while not writing.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns >= MAX_STARTS // (2 * MANY)
    assert writing.result().body == msgspec.json.encode(starts_out(found))
    nothing = await slots_answer(Ask({}), replace(found, runs=()), None, ("from", "to"), NOW)
    assert nothing.body == b"[]"


async def test_same_body_sent_to_the_links_previews_the_whole_schedule(api: Api) -> None:
    creator, session = await every_minute(api)
    begin = NOW.replace(hour=0) + DAY
    body = {"weekly": WEEK, "starts_from": as_json(begin), "starts_to": as_json(begin + 10 * DAY)}
    answer = await creator.post(f"/api/sessions/{session.id}/schedule/preview/", body)
    pages = [answer.json()]
    while (address := next_page(answer)) is not None:
        answer = await creator.post(address, body)
        pages.append(answer.json())

    assert [len(page) for page in pages] == [MAX_STARTS, MAX_STARTS, 421 * 10 - 2 * MAX_STARTS]
    assert len(set(starts_of(pages))) == 4210


async def test_preview_names_what_is_wrong_with_address_and_body_together(api: Api) -> None:
    creator, session = await every_minute(api)
    path = f"/api/sessions/{session.id}/schedule/preview/?starts_from=soon"

    assert bad_fields(await creator.post(path, {"weekly": WEEK, "notice": -1})) == {"starts_from", "notice"}


@pytest.mark.parametrize("duration", [30, 60, 1440])
@pytest.mark.parametrize("viewer", ["America/New_York", "Australia/Lord_Howe", "Europe/Berlin"])
async def test_slots_across_clock_changes_have_the_offsets_of_each_alone(api: Api, viewer: str, duration: int) -> None:
    """Berlin sets its clocks back on 27 October 2030, New York on 3 November, Lord Howe forward on 6 October."""
    api.clock.at = datetime(2030, 10, 1, tzinfo=UTC)
    creator = await api.creator()
    session = await api.session(creator, duration=duration)
    hours = [{"weekday": day, "starts": "00:00", "ends": "00:00", "step": 45} for day in range(1, 8)]
    await creator.put(f"/api/sessions/{session.id}/schedule/", {"time_zone": "Europe/Berlin", "weekly": hours})
    found = []
    for day in ("2030-10-05T23:00:00Z", "2030-10-26T11:10:00Z", "2030-11-02T17:00:00Z"):
        to = as_json(datetime.fromisoformat(day) + 2 * DAY)
        answer = await api.visitor.get(
            f"/api/sessions/{session.id}/slots/", **{"from": day, "to": to}, time_zone=viewer
        )
        found += answer.json()

    assert len({slot["utc_offset"] for slot in found}) == 2
    for slot in found:
        start, end = (datetime.fromisoformat(slot[name]) for name in ("starts_at", "ends_at"))
        offsets = {name: slot[name] for name in slot if name.endswith("offset")}
        assert offsets == offsets_of(start, end, "Europe/Berlin", viewer)
