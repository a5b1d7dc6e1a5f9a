"""Whether the two parties of a booking see each other's e-mail address."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response

from builders import TOMORROW
from http_api import SETTINGS, Api, Person, as_json, open_api
from marketplace.core.domain.sessions import Session

CONTACT_FIELDS = {"id", "username", "role", "avatar", "first_name", "last_name", "email"}
BOOKINGS = "/api/bookings/"
LATER = as_json(TOMORROW + timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Pair:
    """The two parties of a pending booking."""

    api: Api
    learner: Person
    creator: Person
    session: Session
    booking: dict[str, Any]

    @classmethod
    async def of(cls, api: Api) -> "Pair":
        learner, creator = await api.person(), await api.creator()
        session = await api.session(creator, requires_confirmation=True, max_participants=9)
        return cls(api, learner, creator, session, await api.booking(learner, session))

    @property
    def path(self) -> str:
        return f"{BOOKINGS}{self.booking['id']}/"

    def addresses_in(self, response: Response) -> set[str]:
        """Return which party's address a successful response has."""
        assert response.is_success, response.text
        people = {"learner": self.learner, "creator": self.creator}
        return {name for name, person in people.items() if person.user.email in response.text}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sharing() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, share_email=True)) as opened:
        yield opened


async def answers(pair: Pair) -> list[Response]:
    """Return every answer to a party about a booking."""
    learner, creator, path = pair.learner, pair.creator, pair.path
    await learner.post(f"{path}messages/", {"text": "Hello."})
    feed = (await creator.get("/api/calendar/")).json()["url"]
    return [
        *[await person.get(each) for person in (learner, creator) for each in (path, f"{path}calendar.ics")],
        *[await person.get(f"{path}messages/") for person in (learner, creator)],
        await learner.get(BOOKINGS),
        await learner.get(f"{BOOKINGS}my_bookings/"),
        await creator.get(f"{BOOKINGS}creator_bookings/"),
        await creator.get("/api/creator/summary/"),
        await creator.get(feed[feed.index("/api/") :]),
        await learner.get(f"/api/sessions/{pair.session.id}/"),
        await learner.get(f"/api/creators/{creator.user.username}/"),
        await learner.patch(path, {"seats": 2}),
        await creator.post(f"{path}confirm/"),
        await learner.post(f"{path}reschedule/", {"booking_date": LATER}),
        await creator.post(f"{path}decline/"),
        await creator.post(f"{path}reschedule/", {"booking_date": LATER, "reason": "I am ill."}),
        await creator.post(f"/api/sessions/{pair.session.id}/slots/cancel/", {"starts_at": LATER}),
        await pair.learner.post(BOOKINGS, {"session": str(pair.session.id), "booking_date": LATER}),
    ]


async def test_no_answer_to_a_party_has_an_address(api: Api) -> None:
    pair = await Pair.of(api)

    assert [pair.addresses_in(each) for each in await answers(pair)] == [set()] * 20
    for person in (pair.learner, pair.creator):
        shown = (await person.get(pair.path)).json()
        for details in (shown["user_details"], shown["session_details"]["creator_details"]):
            assert (set(details), details["email"]) == (CONTACT_FIELDS, None)


async def test_parties_see_each_others_address_where_it_is_shared(sharing: Api) -> None:
    pair = await Pair.of(sharing)

    for person, path in ((pair.learner, BOOKINGS), (pair.creator, f"{BOOKINGS}creator_bookings/")):
        [listed] = (await person.get(path)).json()
        for shown in (listed, (await person.get(pair.path)).json()):
            assert shown["user_details"]["email"] == pair.learner.user.email
            assert shown["session_details"]["creator_details"]["email"] == pair.creator.user.email


@pytest.mark.parametrize("step", ["", "cancel/"])
async def test_staff_see_addresses_in_the_back_office_whatever_is_shared(api: Api, step: str) -> None:
    pair, staff = await Pair.of(api), await api.person(is_staff=True)
    path = f"/api/admin/bookings/{pair.booking['id']}/{step}"

    answer = await (staff.post(path, {"reason": "They asked for it."}) if step else staff.get(path))

    assert pair.addresses_in(answer) == {"learner", "creator"}
    assert pair.addresses_in(await staff.get("/api/admin/bookings/export/", format="csv")) == {"learner", "creator"}
    assert pair.addresses_in(await (await api.seen_as(staff, pair.learner)).get(pair.path)) == set()
