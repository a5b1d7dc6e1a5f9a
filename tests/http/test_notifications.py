"""Notifications over HTTP."""

from datetime import timedelta
from uuid import uuid4

from fakes import NOW
from http_api import Api, all_pages, as_json, problem
from marketplace.core.services.events import EventRelay

NOTIFICATIONS = "/api/notifications/"


async def deliver(api: Api) -> None:
    relay = await api.container.get(EventRelay)
    while await relay.deliver():
        pass


async def test_creator_is_notified_of_a_booking_and_marks_it_as_read(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    booking = await api.booking(learner, await api.session(creator))
    await deliver(api)

    answer = await creator.get(NOTIFICATIONS)

    [shown] = answer.json()
    assert shown == {
        "id": shown["id"],
        "kind": "booked",
        "booking": booking["id"],
        "waitlist": None,
        "session": booking["session"],
        "title": "Morning yoga",
        "booking_date": booking["booking_date"],
        "as_creator": True,
        "other": {key: value for key, value in booking["user_details"].items() if key != "email"},
        "created_at": as_json(NOW),
        "amount": None,
        "currency": None,
        "is_read": False,
    }
    assert answer.headers["x-unread-count"] == "1"
    assert (await learner.get(NOTIFICATIONS)).headers["x-unread-count"] == "0"
    assert (await creator.post(f"{NOTIFICATIONS}read/", {"last": shown["id"]})).status_code == 204
    read = await creator.get(NOTIFICATIONS)
    assert (read.json()[0]["is_read"], read.headers["x-unread-count"]) == (True, "0")


async def test_notifications_are_paged_and_ones_own(api: Api) -> None:
    learner, creator, other = await api.person(), await api.creator(), await api.creator()
    booking = await api.booking(learner, await api.session(creator))
    api.clock.at = NOW + timedelta(minutes=1)
    await learner.post(f"/api/bookings/{booking['id']}/cancel/")
    await deliver(api)

    kinds = [each["kind"] for each in (await creator.get(NOTIFICATIONS)).json()]
    assert kinds == ["cancelled", "booked"]
    pages = await all_pages(creator, NOTIFICATIONS, limit=1)
    assert [len(page) for page in pages] == [1, 1]
    assert (await other.get(NOTIFICATIONS)).json() == []
    for last in (pages[0][0], str(uuid4())):
        problem(await other.post(f"{NOTIFICATIONS}read/", {"last": last}), 404, "not_found")
    problem(await api.visitor.get(NOTIFICATIONS), 401, "not_signed_in")
