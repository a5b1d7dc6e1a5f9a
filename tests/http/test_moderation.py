from uuid import uuid4

import pytest

from http_api import Api, Person, a_booking_body, a_session_body, all_pages, bad_fields, ids, problem
from marketplace.core.domain.sessions import Session

WHY = "The photo shows another place."
REPORTS = "/api/admin/reports/"


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


def public(session: Session, action: str = "") -> str:
    return f"/api/sessions/{session.id}/" + (f"{action}/" if action else "")


def managed(session: Session, action: str = "") -> str:
    return f"/api/admin/sessions/{session.id}/" + (f"{action}/" if action else "")


async def reported(api: Api, session: Session) -> str:
    response = await (await api.person()).post(public(session, "report"), {"reason": "misleading", "text": WHY})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def test_hidden_session_is_visible_only_to_its_creator_with_reason(api: Api, staff: Person) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)

    hidden = await staff.post(managed(session, "hide"), {"reason": WHY})

    assert hidden.status_code == 200
    assert hidden.json()["moderation"]["reason"] == WHY
    for stranger in (api.visitor, learner, await api.creator()):
        problem(await stranger.get(public(session)), 404, "not_found")
        problem(await stranger.get(public(session, "slots")), 404, "not_found")
    problem(await learner.post("/api/bookings/", a_booking_body(session)), 404, "not_found")
    assert ids(await api.visitor.get("/api/sessions/", creator=str(creator.id))) == []
    (own,) = (await creator.get("/api/sessions/", my_sessions="true")).json()
    assert own["moderation"] == (await creator.get(public(session))).json()["moderation"]
    assert own["moderation"] == {"hidden_at": hidden.json()["moderation"]["hidden_at"], "reason": WHY}
    assert (await staff.get(public(session))).json()["moderation"]["reason"] == WHY


async def test_only_staff_can_restore_hidden_session(api: Api, staff: Person) -> None:
    creator = await api.creator()
    session = await api.session(creator)
    await staff.post(managed(session, "hide"), {"reason": WHY})

    body = a_session_body(status="active", moderation=None, hidden_at=None)
    assert (await creator.put(public(session), body)).json()["moderation"]["reason"] == WHY
    problem(await creator.post(managed(session, "restore"), {}), 403, "not_staff")
    problem(await api.visitor.get(public(session)), 404, "not_found")

    assert (await staff.post(managed(session, "restore"))).json()["moderation"] is None
    assert (await api.visitor.get(public(session))).json()["moderation"] is None


async def test_learner_of_hidden_session_does_not_see_reason(api: Api, staff: Person) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await api.booking(learner, session)

    await staff.post(managed(session, "hide"), {"reason": WHY})

    found = await learner.get(f"/api/bookings/{booking['id']}/")
    assert found.json()["status"] == "confirmed"
    assert "moderation" not in found.json()["session_details"]
    assert WHY not in found.text


async def test_the_front_page_is_a_filter_of_the_catalog(api: Api, staff: Person) -> None:
    creator = await api.creator()
    sessions = [await api.session(creator, title=f"Class {number}") for number in range(4)]
    for session in sessions[:3]:
        featured = await staff.post(managed(session, "feature"))
        assert featured.status_code == 200, featured.text
    filters = {"creator": str(creator.id), "featured": "true"}

    newest_first = [str(session.id) for session in reversed(sessions[:3])]
    assert ids(await api.visitor.get("/api/sessions/", **filters)) == newest_first
    assert await all_pages(api.visitor, "/api/sessions/", **filters, limit=2) == [newest_first[:2], newest_first[2:]]
    turned = ids(await api.visitor.get("/api/sessions/", **filters, ordering="featured_at"))
    assert turned == newest_first[::-1]
    assert len(ids(await api.visitor.get("/api/sessions/", creator=str(creator.id)))) == 4
    assert (await api.visitor.get(public(sessions[0]))).json()["featured_at"] is not None
    assert (await api.visitor.get(public(sessions[3]))).json()["featured_at"] is None

    await staff.post(managed(sessions[0], "unfeature"), {"reason": "Its week is over."})
    assert ids(await api.visitor.get("/api/sessions/", **filters)) == newest_first[:2]


async def test_an_order_by_feature_needs_the_filter(api: Api) -> None:
    for query in ({}, {"featured": "false"}):
        refused = await api.visitor.get("/api/sessions/", ordering="-featured_at", **query)
        assert bad_fields(refused) == {"ordering"}
    assert bad_fields(await api.visitor.get("/api/sessions/", featured="perhaps")) == {"featured"}


async def test_unlisted_session_cannot_be_featured(api: Api, staff: Person) -> None:
    session = await api.session(status="inactive")

    problem(await staff.post(managed(session, "feature")), 409, "not_listed")


async def test_staff_reads_session_in_any_state_with_reports_and_log(api: Api, staff: Person) -> None:
    creator = await api.creator()
    session = await api.session(creator)
    report = await reported(api, session)
    await staff.patch(managed(session), {"title": "Honest yoga", "reason": "As its creator asked."})
    await staff.post(managed(session, "archive"), {"reason": WHY})

    found = (await staff.get(managed(session))).json()

    problem(await creator.get(public(session)), 404, "not_found")
    assert (found["title"], found["creator"]) == ("Honest yoga", str(creator.id))
    assert found["archived_at"] is not None
    assert [one["id"] for one in found["reports"]] == [report]
    assert [(entry["action"], entry["reason"]) for entry in found["log"]] == [
        ("session_archived", WHY),
        ("session_changed", "As its creator asked."),
    ]
    problem(await staff.post(managed(session, "hide"), {"reason": WHY}), 404, "not_found")


async def test_staff_edit_follows_the_creators_rules(api: Api, staff: Person) -> None:
    session = await api.session(max_participants=3)
    await api.booking(await api.person(), session, seats=3)

    assert bad_fields(await staff.patch(managed(session), {"price": "free", "category": "juggling"})) == {
        "price",
        "category",
    }
    problem(await staff.patch(managed(session), {"max_participants": 2}), 409, "has_upcoming_bookings")
    problem(await staff.post(managed(session, "archive"), {"reason": WHY}), 409, "has_upcoming_bookings")


@pytest.mark.parametrize("action", ["hide", "archive"])
async def test_hiding_or_archiving_requires_a_reason(api: Api, staff: Person, action: str) -> None:
    session = await api.session()

    for body in ({}, {"reason": " "}):
        assert bad_fields(await staff.post(managed(session, action), body)) == {"reason"}
    assert (await api.visitor.get(public(session))).status_code == 200


async def test_request_repeated_with_its_key_is_harmless(api: Api, staff: Person) -> None:
    session = await api.session()
    headers = {"Idempotency-Key": uuid4().hex}

    first, second = [
        await staff.send("POST", managed(session, "hide"), json={"reason": WHY}, headers=headers) for _ in range(2)
    ]

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json() == second.json()
    problem(await staff.post(managed(session, "hide"), {"reason": WHY}), 409, "illegal_transition")


async def test_person_can_report_a_session_once(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)

    created = await learner.post(public(session, "report"), {"reason": "misleading", "text": f" {WHY} "})

    assert created.status_code == 201
    assert set(created.json()) == {"id", "session", "reason", "text", "created_at"}
    assert (created.json()["session"], created.json()["reason"], created.json()["text"]) == (
        str(session.id),
        "misleading",
        WHY,
    )
    problem(await learner.post(public(session, "report"), {"reason": "spam"}), 409, "already_reported")
    problem(await creator.post(public(session, "report"), {"reason": "spam"}), 403, "own_session")
    problem(await api.visitor.post(public(session, "report"), {"reason": "spam"}), 401, "not_signed_in")
    problem(await learner.post(f"/api/sessions/{uuid4()}/report/", {"reason": "spam"}), 404, "not_found")
    assert bad_fields(await learner.post(public(session, "report"), {"reason": "dull", "text": "x" * 2001})) == {
        "reason",
        "text",
    }


async def test_report_queue_has_open_reports_oldest_first_in_numbered_pages(empty_api: Api) -> None:
    staff = await empty_api.person(is_staff=True)
    session = await empty_api.session()
    created = [await reported(empty_api, session) for _ in range(3)]

    first = await staff.get(REPORTS, limit=2)
    second = await staff.get(REPORTS, limit=2, page=2)
    beyond = await staff.get(REPORTS, limit=2, page=3)

    assert (ids(first), ids(second), ids(beyond)) == (created[:2], created[2:], [])
    assert {page.headers["x-total-count"] for page in (first, second, beyond)} == {"3"}
    shown = first.json()[0]
    assert shown["session_details"]["id"] == str(session.id)
    assert "@" in shown["reporter_details"]["email"]
    assert (shown["resolution"], shown["note"]) == (None, "")
    for bad in ({"page": "0"}, {"page": "x"}, {"limit": "101"}):
        assert bad_fields(await staff.get(REPORTS, **bad)) == set(bad)


async def test_report_is_dismissed_or_hidden_once(api: Api, staff: Person) -> None:
    escape_formula, bad = await api.session(), await api.session()
    dismissed, upheld, also = await reported(api, escape_formula), await reported(api, bad), await reported(api, bad)

    one = await staff.post(f"{REPORTS}{dismissed}/resolve/", {"resolution": "dismissed", "reason": "It is fine."})
    other = await staff.post(f"{REPORTS}{upheld}/resolve/", {"resolution": "hidden", "reason": WHY})

    assert (one.json()["resolution"], one.json()["note"], one.json()["resolved_by"]) == (
        "dismissed",
        "It is fine.",
        str(staff.id),
    )
    assert (other.json()["resolution"], other.json()["session_details"]["moderation"]["reason"]) == ("hidden", WHY)
    assert (await api.visitor.get(public(escape_formula))).status_code == 200
    problem(await api.visitor.get(public(bad)), 404, "not_found")
    for settled in (dismissed, upheld, also):
        again = await staff.post(f"{REPORTS}{settled}/resolve/", {"resolution": "dismissed", "reason": WHY})
        problem(again, 409, "illegal_transition")
    unknown = f"{REPORTS}{uuid4()}/resolve/"
    assert bad_fields(await staff.post(unknown, {})) == {"resolution", "reason"}
    problem(await staff.post(unknown, {"resolution": "hidden", "reason": WHY}), 404, "not_found")
