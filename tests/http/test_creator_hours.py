"""General hours, and the starts that they suggest, over HTTP."""

from http_api import Api, bad_fields, problem

HOURS = "/api/creator/hours/"
NINE_TO_ELEVEN = [{"weekday": day, "starts": "09:00", "ends": "11:00", "step": None} for day in range(1, 8)]


async def test_creator_sets_hours_that_suggest_quarters(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator)
    usual = (await creator.get(HOURS)).json()
    assert [each["starts"] for each in usual["weekly"]] == ["08:00"] * 7
    body = {"time_zone": "UTC", "weekly": NINE_TO_ELEVEN}

    assert (await creator.put(HOURS, body)).json() == body
    assert (await creator.get(HOURS)).json() == body

    path, window = f"/api/sessions/{session.id}/suggested-starts/", {"from": "2030-01-10", "to": "2030-01-11"}
    found = (await api.visitor.get(path, **window)).json()
    assert [start["starts_at"] for start in found] == [
        "2030-01-10T09:00:00Z",
        "2030-01-10T09:15:00Z",
        "2030-01-10T09:30:00Z",
        "2030-01-10T09:45:00Z",
        "2030-01-10T10:00:00Z",
    ]
    assert (found[0]["seats_left"], found[0]["reason"], found[0]["utc_offset"]) == (3, None, "+00:00")
    await api.booking(await api.person(), session, booking_date="2030-01-10T09:30:00Z", seats=2)
    found = (await api.visitor.get(path, **window)).json()
    assert [(start["seats_left"], start["reason"]) for start in found][1:4] == [
        (3, "other_session"),
        (1, None),
        (3, "other_session"),
    ]


async def test_bad_hours_are_refused_by_field(api: Api) -> None:
    creator = await api.creator()

    for body, fields in (
        ({}, {"time_zone", "weekly"}),
        ({"time_zone": "Nowhere", "weekly": []}, {"time_zone"}),
        ({"time_zone": "UTC", "weekly": [{"weekday": 8, "starts": "09:00", "ends": "10:00"}]}, {"weekly"}),
        ({"time_zone": "UTC", "weekly": [{"weekday": 1, "starts": "9", "ends": "10:00"}]}, {"weekly"}),
        ({"time_zone": "UTC", "weekly": [*NINE_TO_ELEVEN, NINE_TO_ELEVEN[0]]}, {"weekly"}),
    ):
        assert bad_fields(await creator.put(HOURS, body)) == fields, body


async def test_bad_windows_and_unknown_sessions_are_refused(api: Api) -> None:
    session = await api.session()
    path = "/api/sessions/{}/suggested-starts/"

    too_long = await api.visitor.get(path.format(session.id), **{"from": "2030-01-10", "to": "2030-05-11"})
    assert bad_fields(too_long) == {"to"}
    problem(await api.visitor.get(path.format(session.creator_id)), 404, "not_found")
