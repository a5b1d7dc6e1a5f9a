import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from icalendar import Calendar

from builders import TOMORROW
from fakes import NOW
from http_api import SETTINGS, Api, Person, as_json, open_api, problem
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.errors import Busy

CALENDAR = "/api/calendar/"
DAY = timedelta(days=1)


class UnreadableFeeds:
    """Feeds that raise when their bookings are read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def find_bookings(self, *_: Any) -> Any:
        raise self._error


def of(booking: dict[str, Any]) -> str:
    return f"/api/bookings/{booking['id']}/calendar.ics"


def events(response: Response) -> list[Any]:
    """Parse the events of a calendar response."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


async def address(person: Person) -> str:
    """Return the path of the person's feed."""
    response = await person.get(CALENDAR)
    assert response.status_code == 200, response.text
    assert set(response.json()) == {"url"}
    return path_of(response)


def path_of(response: Response, site: str = "http://localhost:8000") -> str:
    url: str = response.json()["url"]
    assert url.startswith(f"{site}/api/calendar/")
    return url.removeprefix(site)


async def test_a_booking_is_one_event_for_each_of_its_parties(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    booking = await api.booking(learner, await api.session(creator, title="Morning yoga"))

    (event,) = events(await learner.get(of(booking)))

    assert (event["uid"], event["summary"]) == (f"{booking['id']}@marketplace", "Morning yoga")
    assert (as_json(event["dtstart"].dt), as_json(event["dtend"].dt)) == (booking["booking_date"], booking["ends_at"])
    assert (await creator.get(of(booking))).content == (await learner.get(of(booking))).content


async def test_calendar_is_a_private_file_download(api: Api) -> None:
    learner = await api.person()
    booking = await api.booking(learner, await api.session())

    for path, name, caching in (
        (of(booking), "booking.ics", "private, no-store"),
        (await address(learner), "bookings.ics", "private, max-age=60"),
    ):
        headers = (await learner.get(path)).headers
        assert headers["content-disposition"] == f'attachment; filename="{name}"'
        assert headers["cache-control"] == caching


async def test_feed_address_ignores_the_host_of_the_request() -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    async with open_api(replace(SETTINGS, public_url="https://sessions.example.org")) as api:
        learner = await api.person()
        booking = await api.booking(learner, await api.session())

        answered = await learner.send("GET", CALENDAR, headers=hostile)
        feed = await learner.send("GET", path_of(answered, "https://sessions.example.org"), headers=hostile)
        file = await learner.send("GET", of(booking), headers=hostile)

    (event,), (imported,) = events(feed), events(file)
    assert event["url"] == imported["url"] == f"https://sessions.example.org/sessions/{booking['session']}"
    for response in (answered, feed, file):
        assert "evil.example" not in response.text + str(response.headers)


async def test_unchanged_feed_is_304_until_a_booking_changes(api: Api) -> None:
    learner = await api.person()
    booking = await api.booking(learner, await api.session())
    feed = await address(learner)
    first = await api.visitor.get(feed)
    api.clock.advance(timedelta(minutes=5))

    etag = first.headers["etag"]
    for value in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        again = await api.visitor.send("GET", feed, headers={"If-None-Match": value})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        for name in ("cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
    await learner.post(f"/api/bookings/{booking['id']}/cancel/")
    changed = await api.visitor.send("GET", feed, headers={"If-None-Match": etag})

    assert changed.status_code == 200
    assert changed.headers["etag"] != etag
    assert etag.startswith('W/"')


async def test_feed_of_a_renamed_person_is_not_unchanged(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    await api.booking(learner, await api.session(creator))
    feed = await address(creator)
    etag = (await api.visitor.get(feed)).headers["etag"]

    await learner.patch("/api/auth/profile/", {"first_name": "Zoë", "last_name": "Lovelace"})
    renamed = await api.visitor.send("GET", feed, headers={"If-None-Match": etag})

    assert renamed.status_code == 200
    assert "Zoë Lovelace: 1 seat" in str(events(renamed)[0]["description"])


async def test_feed_is_compressed_if_the_client_accepts_gzip(api: Api) -> None:
    creator = await api.creator()
    for number in range(4):
        await api.booking(await api.person(), await api.session(creator), booking_date=as_json(TOMORROW + number * DAY))
    feed = await address(creator)

    plain = await api.visitor.send("GET", feed, headers={"Accept-Encoding": "gzip;q=0, identity"})
    zipped = await api.visitor.send("GET", feed, headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert (zipped.headers["content-encoding"], zipped.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert zipped.content == plain.content


async def test_address_of_a_feed_is_never_compressed(api: Api) -> None:
    response = await (await api.person()).send("GET", CALENDAR, headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in response.headers


async def test_feed_says_how_often_to_fetch_it(api: Api) -> None:
    text = (await api.visitor.get(await address(await api.person()))).text

    assert "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT60M\r\n" in text
    assert "\r\nX-PUBLISHED-TTL:PT60M\r\n" in text
    assert "\r\nURL:http://localhost:8000/dashboard\r\n" in text


async def test_event_follows_booking_status(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    booking = await api.booking(learner, await api.session(creator, requires_confirmation=True))
    path, feed = f"/api/bookings/{booking['id']}/", await address(learner)
    rescheduled = as_json(TOMORROW + timedelta(hours=2))

    seen = []
    for person, step, body in (
        (creator, "", None),
        (creator, "confirm/", None),
        (creator, "reschedule/", {"booking_date": rescheduled}),
        (learner, "cancel/", None),
    ):
        if step:
            api.clock.advance(timedelta(minutes=1))
            assert (await person.post(path + step, body)).status_code == 200
        (event,), (fed,) = events(await learner.get(of(booking))), events(await api.visitor.get(feed))
        assert event == fed
        seen.append((str(event["status"]), int(event["sequence"]), as_json(event["dtstart"].dt), event["dtstamp"].dt))

    at = booking["booking_date"]
    assert [each[:3] for each in seen] == [
        ("TENTATIVE", 0, at),
        ("CONFIRMED", 1, at),
        ("CONFIRMED", 2, rescheduled),
        ("CANCELLED", 3, rescheduled),
    ]
    assert [stamp for *_, stamp in seen] == [NOW + timedelta(minutes=minute) for minute in range(4)]


async def test_calendar_of_booking_is_for_its_parties_only(api: Api) -> None:
    booking = await api.booking(await api.person(), await api.session())

    for person in (await api.person(), await api.creator(), await api.person(is_staff=True)):
        problem(await person.get(of(booking)), 404, "not_found")
    problem(await (await api.person()).get(of({"id": uuid4()})), 404, "not_found")


async def test_feed_has_bookings_of_its_owner_as_learner_and_creator(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    sold = await api.booking(learner, await api.session(creator))
    bought = await api.booking(creator, await api.session())

    found = {str(event["uid"]) for event in events(await api.visitor.get(await address(creator)))}

    assert found == {f"{sold['session']}-20300108T090000Z@marketplace", f"{bought['id']}@marketplace"}
    assert len(events(await api.visitor.get(await address(learner)))) == 1


async def test_feed_reaches_90_days_back(api: Api) -> None:
    learner = await api.person()
    await api.booking(learner, await api.session())
    feed = await address(learner)

    api.clock.at = TOMORROW + timedelta(days=90)
    assert len(events(await api.visitor.get(feed))) == 1
    api.clock.advance(timedelta(seconds=1))
    assert events(await api.visitor.get(feed)) == []


async def test_calendars_contain_no_email_address(api: Api) -> None:
    learner = await api.person()
    booking = await api.booking(learner, await api.session())

    for path in (of(booking), await address(learner)):
        assert "@example.org" not in (await learner.get(path)).text


async def test_feed_address_is_stable_until_renewed_and_then_invalid(api: Api) -> None:
    person = await api.person()
    old = await address(person)
    assert await address(person) == old

    new = path_of(await person.post(f"{CALENDAR}renew/"))

    assert new != old == old.strip()
    assert await address(person) == new
    problem(await api.visitor.get(old), 404, "not_found")
    assert events(await api.visitor.get(new)) == []


async def test_feed_can_be_renewed_before_its_first_request(api: Api) -> None:
    person = await api.person()

    new = path_of(await person.post(f"{CALENDAR}renew/"))

    assert await address(person) == new


async def test_feed_of_deactivated_user_is_not_found(api: Api) -> None:
    person = await api.person()
    feed = await address(person)
    await api.deactivate(person)

    problem(await api.visitor.get(feed), 404, "not_found")


@pytest.mark.parametrize(
    "name", [f"{43 * 'A'}.ics", 43 * "A", "A.ics", ".ics", "x", f"{42 * 'A'}%00.ics", f"{42 * 'A'}%C3%A9.ics"]
)
async def test_unknown_feed_address_is_404(api: Api, name: str) -> None:
    problem(await api.visitor.get(CALENDAR + name), 404, "not_found")


async def test_feed_is_served_regardless_of_authorization_header(api: Api) -> None:
    feed = await address(await api.person())

    assert (await api.client.get(feed, headers={"Authorization": "Basic YWRhOmFkYQ=="})).status_code == 200
    assert (await api.visitor.send("HEAD", feed)).headers["content-type"].startswith("text/calendar")


@pytest.mark.parametrize("error", [Busy(), ZeroDivisionError("a bug")])
async def test_feed_address_is_never_logged(caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    unreadable: Any = UnreadableFeeds(error)
    token = 43 * "A"
    with caplog.at_level(logging.DEBUG):
        async with open_api(storage=replace(memory_storage(), feeds=unreadable)) as api:
            response = await api.visitor.get(f"{CALENDAR}{token}.ics")

    assert response.status_code in {500, 503}
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("marketplace")]
    assert [message.split()[:2] for message in ours] == [["GET", "/api/calendar/{feed}"]]
    assert token not in "".join(ours)
