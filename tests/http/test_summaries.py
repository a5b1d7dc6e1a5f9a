from datetime import timedelta

from builders import TOMORROW
from fakes import NOW
from http_api import Api, as_json

SUMMARY = "/api/creator/summary/"


async def test_creator_summary_is_in_time_zone_of_profile(api: Api) -> None:
    creator, learner = await api.creator(time_zone="Europe/Madrid"), await api.person()
    session = await api.session(creator, title="Compilers by hand", max_participants=6)
    asking = await api.session(creator, requires_confirmation=True)
    await api.booking(learner, session, seats=2)
    await api.booking(learner, asking, booking_date=as_json(TOMORROW + timedelta(days=40)))

    body = (await creator.get(SUMMARY)).json()

    assert {name: body[name] for name in body if name != "days"} == {
        "time_zone": "Europe/Madrid",
        "upcoming": {"seats_sold": 3, "seats_offered": 9, "fill_rate": 0.3333},
        "pending_bookings": 1,
        "expected_income": "99.98",
        "completed_income": "0.00",
        "next_slot": {
            "session": str(session.id),
            "title": "Compilers by hand",
            "starts_at": as_json(TOMORROW),
            "ends_at": as_json(TOMORROW + timedelta(hours=1)),
            "seats_taken": 2,
            "capacity": 6,
            "utc_offset": "+01:00",
            "viewer_utc_offset": "+01:00",
        },
    }
    assert len(body["days"]) == 30
    assert body["days"][-1] == {"date": NOW.date().isoformat(), "seats": 3, "income": "149.97"}
    assert body["days"][0] == {"date": "2029-12-09", "seats": 0, "income": "0.00"}


async def test_new_creator_summary_has_zeros_and_no_rate(api: Api) -> None:
    body = (await (await api.creator()).get(SUMMARY)).json()

    assert body["upcoming"] == {"seats_sold": 0, "seats_offered": 0, "fill_rate": None}
    assert (body["next_slot"], body["expected_income"]) == (None, "0.00")
