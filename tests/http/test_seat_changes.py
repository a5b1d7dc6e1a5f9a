"""The seats of a booking over HTTP."""

from http_api import Api, bad_fields, problem

BOOKINGS = "/api/bookings/"


async def test_learner_changes_the_seats_of_a_booking(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    booking = await api.booking(learner, session)
    path = f"{BOOKINGS}{booking['id']}/"

    changed = (await learner.patch(path, {"seats": 3})).json()

    assert (changed["seats"], changed["amount"], changed["terms"]) == (3, "149.97", booking["terms"])
    assert changed["allowed_actions"] == ["cancel", "reschedule", "seats"]
    step = changed["history"][-1]
    assert (step["action"], step["from_seats"], step["to_seats"], step["from"], step["to"]) == (
        "seats",
        1,
        3,
        "confirmed",
        "confirmed",
    )
    assert (await learner.get(path)).json() == changed
    problem(await learner.patch(path, {"seats": 4}), 409, "sold_out")
    assert (await learner.get(path)).json() == changed


async def test_bad_numbers_of_seats_are_refused_by_field(api: Api) -> None:
    learner = await api.person()
    path = f"{BOOKINGS}{(await api.booking(learner, await api.session()))['id']}/"

    for seats in (0, -1, 1.5, "two", None, 10_001, True):
        assert bad_fields(await learner.patch(path, {"seats": seats})) == {"seats"}
    assert bad_fields(await learner.patch(path, {})) == {"seats"}


async def test_seats_of_a_strangers_booking_are_not_found(api: Api) -> None:
    booking = await api.booking(await api.person(), await api.session())

    problem(await (await api.person()).patch(f"{BOOKINGS}{booking['id']}/", {"seats": 2}), 404, "not_found")
