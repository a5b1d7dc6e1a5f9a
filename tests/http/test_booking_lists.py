"""Filters and orders of booking lists."""

from datetime import timedelta

import pytest

from builders import TOMORROW
from http_api import Api, Person, all_pages, as_json, bad_fields, ids, next_page

OWN, ALSO_OWN, OF_CREATOR = "/api/bookings/", "/api/bookings/my_bookings/", "/api/bookings/creator_bookings/"
DAY = timedelta(days=1)
every_list = pytest.mark.parametrize("path", [OWN, ALSO_OWN, OF_CREATOR])


async def booked(api: Api) -> tuple[dict[str, Person], dict[str, str]]:
    """Return a creator, a learner and their bookings by name, in order of creation and, except the last, of start."""
    creator, learner = await api.creator(), await api.person()
    asks, plain = await api.session(creator, requires_confirmation=True), await api.session(creator)
    created = {}
    for name, session, days in (("asked", asks, 1), ("sure", plain, 2), ("off", plain, 3), ("soon", plain, 0)):
        api.clock.advance(timedelta(seconds=1))
        booking = await api.booking(learner, session, booking_date=as_json(TOMORROW + days * DAY))
        created[name] = booking["id"]
    await learner.post(f"{OWN}{created['off']}/cancel/")
    people = {OWN: learner, ALSO_OWN: learner, OF_CREATOR: creator}
    return people, created | {"asks": str(asks.id), "plain": str(plain.id)}


def named(created: dict[str, str], *names: str) -> list[str]:
    return [created[name] for name in names]


@every_list
async def test_booking_list_filters_by_status_session_and_start(api: Api, path: str) -> None:
    people, created = await booked(api)
    person = people[path]
    day_1, day_2 = (as_json(TOMORROW + days * DAY) for days in (1, 2))

    for query, names in {
        "": ("soon", "off", "sure", "asked"),
        "status=pending": ("asked",),
        "status=pending,cancelled": ("off", "asked"),
        "status=pending&status=cancelled": ("off", "asked"),
        "status=pending&status=cancelled,%20confirmed": ("soon", "off", "sure", "asked"),
        "status=completed": (),
        "status=": ("soon", "off", "sure", "asked"),
        "status=&status=pending": ("asked",),
        f"session={created['asks']}": ("asked",),
        f"session={created['plain']}&status=confirmed": ("soon", "sure"),
        f"starts_from={day_1}": ("off", "sure", "asked"),
        f"starts_to={day_2}": ("soon", "asked"),
        f"starts_from={day_1}&starts_to={day_2}": ("asked",),
        "starts_from=2030-01-10": ("off", "sure"),
        "starts_to=2030-01-10": ("soon", "asked"),
        f"starts_from={day_2}&starts_to={day_1}": (),
        "starts_from=0001-01-01&starts_to=9999-12-31T23:59:59Z": ("soon", "off", "sure", "asked"),
    }.items():
        assert ids(await person.get(f"{path}?{query}")) == named(created, *names), query


@every_list
async def test_booking_list_orders_by_creation_or_start(api: Api, path: str) -> None:
    people, created = await booked(api)
    by_start = named(created, "soon", "asked", "sure", "off")

    for ordering, expected in {
        "-created_at": named(created, "soon", "off", "sure", "asked"),
        "booking_date": by_start,
        "-booking_date": by_start[::-1],
    }.items():
        pages = await all_pages(people[path], path, ordering=ordering, limit=3)
        assert pages == [expected[:3], expected[3:]]


@every_list
@pytest.mark.parametrize(
    ("query", "bad"),
    [
        ("status=open", "status"),
        ("status=pending,open", "status"),
        ("status=pending&status=Confirmed", "status"),
        ("status=pending,", "status"),
        ("status=,", "status"),
        ("session=7", "session"),
        ("session=a&session=b", "session"),
        ("starts_from=soon", "starts_from"),
        ("starts_from=2030-01-10T10:00:00", "starts_from"),
        ("starts_to=2030-13-01", "starts_to"),
        ("starts_to=2030-01-10&starts_to=2030-01-11", "starts_to"),
        ("ordering=created_at", "ordering"),
        ("ordering=-created_at&ordering=booking_date", "ordering"),
    ],
)
async def test_invalid_list_parameters_are_reported(api: Api, path: str, query: str, bad: str) -> None:
    person = await api.creator()

    assert bad_fields(await person.get(f"{path}?{query}&limit=0")) == {bad, "limit"}


@every_list
async def test_a_cursor_of_bookings_belongs_to_its_filters_and_its_order(api: Api, path: str) -> None:
    people, created = await booked(api)
    person, plain = people[path], f"session={created['plain']}"
    requested = f"status=confirmed&{plain}&ordering=booking_date&starts_from=2030-01-01"
    address = next_page(await person.get(f"{path}?{requested}&limit=1")) or ""

    assert ids(await person.get(address)) == named(created, "sure")
    for this, other in (
        ("status=confirmed", "status=confirmed&status=pending"),
        ("status=confirmed", "status=pending"),
        ("ordering=booking_date", "ordering=-booking_date"),
        ("ordering=booking_date", ""),
        ("starts_from=2030-01-01", "starts_from=2030-01-02"),
        (plain, f"session={created['asks']}"),
    ):
        assert this in address
        assert bad_fields(await person.get(address.replace(this, other))) == {"cursor"}
    assert ids(await person.get(address.replace("limit=1", "limit=9"))) == named(created, "sure")
