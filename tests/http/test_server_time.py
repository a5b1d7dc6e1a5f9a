"""Responses to signed-in clients tell the API's time, by which their countdowns end."""

from datetime import timedelta

from fakes import NOW
from http_api import Api

TIME = "x-server-time"


async def test_signed_in_clients_are_told_the_time_of_the_moved_clock(api: Api) -> None:
    person = await api.person()
    told = int((await person.get("/api/bookings/")).headers[TIME])
    assert told == NOW.timestamp() * 1000
    api.clock.advance(timedelta(minutes=10, milliseconds=7))
    response = await person.post("/api/bookings/", {})
    assert response.status_code == 400
    assert int(response.headers[TIME]) == told + 600_007


async def test_public_responses_which_may_be_kept_tell_no_time(api: Api) -> None:
    session = await api.session()
    for path in ("/api/sessions/", f"/api/sessions/{session.id}/"):
        assert TIME not in (await api.visitor.get(path)).headers
