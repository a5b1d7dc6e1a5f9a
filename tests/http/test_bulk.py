from decimal import Decimal
from typing import Any, get_args
from uuid import uuid4

import pytest

from builders import a_key, seats_taken
from due_jobs import run_due
from http_api import Api, Person, bad_fields, ids, problem
from marketplace.core.domain.bulk import MAX_BULK
from marketplace.core.ports.jobs import Handlers, JobKind

BULK = "/api/admin/bulk/"
WHY = "They all are a hoax."


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


def order(kind: str, action: str, *rows: object, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "action": action, "ids": [str(row) for row in rows]} | more


async def work(api: Api) -> None:
    """Run the due bulk jobs."""
    handlers = await api.container.get(Handlers)
    await run_due(api.storage.job_queue, api.clock.now(), {"run_bulk": handlers["run_bulk"]})


async def test_every_kind_of_job_has_a_handler(api: Api) -> None:
    assert set(await api.container.get(Handlers)) == set(get_args(JobKind))


async def test_bulk_run_is_queued_then_finished_and_reports_refused_rows(api: Api, staff: Person) -> None:
    shown, hidden = await api.session(), await api.session(hidden_at=api.clock.now(), hidden_reason="x")
    nobodys = uuid4()

    started = await staff.post(BULK, order("sessions", "hide", shown.id, hidden.id, nobodys, reason=WHY))
    queued = (await staff.get(f"{BULK}{started.json()['id']}/")).json()
    await work(api)
    over = (await staff.get(f"{BULK}{started.json()['id']}/")).json()
    report = await staff.get(f"{BULK}{started.json()['id']}/report/")

    assert started.status_code == 202
    assert started.json() == queued
    assert (queued["state"], queued["total"], queued["done"], queued["finished_at"]) == ("queued", 3, 0, None)
    assert (over["state"], over["done"], over["changed"], over["refused"]) == ("finished", 3, 1, 2)
    assert (over["kind"], over["action"], over["reason"], over["detail"]) == ("sessions", "hide", WHY, "")
    assert over["staff"]["username"] == staff.user.username
    assert report.headers["x-total-count"] == "2"
    assert report.json() == [
        {
            "id": str(hidden.id),
            "label": hidden.title,
            "code": "illegal_transition",
            "detail": "This session is already hidden.",
        },
        {
            "id": str(nobodys),
            "label": "",
            "code": "not_found",
            "detail": "This doesn't exist, or you don't have access to it.",
        },
    ]
    page = await staff.get(f"{BULK}{over['id']}/report/", page=2, limit=1)
    assert [row["id"] for row in page.json()] == [str(nobodys)]


async def test_bulk_preview_predicts_outcome_and_changes_nothing(api: Api, staff: Person) -> None:
    session = await api.session()
    booking = await api.booking(await api.person(), session, seats=2)

    preview = await staff.post(f"{BULK}preview/", order("bookings", "cancel", booking["id"], uuid4()))

    previewed = preview.json()
    assert preview.status_code == 200
    assert (previewed["matching"], previewed["will_change"], previewed["will_skip"], previewed["seats_affected"]) == (
        2,
        1,
        1,
        2,
    )
    change, skip = previewed["examples"]
    assert (change["id"], change["outcome"], change["code"]) == (booking["id"], "change", None)
    assert session.title in change["label"]
    assert (skip["outcome"], skip["code"]) == ("skip", "not_found")
    assert await seats_taken(api.storage, session) == 2


async def test_bulk_runs_are_listed_newest_first_with_total(empty_api: Api) -> None:
    staff = await empty_api.person(is_staff=True)
    runs = [(await staff.post(BULK, order("users", "deactivate", uuid4(), reason=WHY))).json()["id"] for _ in range(3)]

    first, second = await staff.get(BULK, limit=2), await staff.get(BULK, limit=2, page=2)

    assert ids(first) + ids(second) == runs[::-1]
    assert first.headers["x-total-count"] == "3"


async def test_bulk_run_can_be_cancelled_once(api: Api, staff: Person) -> None:
    session = await api.session()
    run = (await staff.post(BULK, order("sessions", "hide", session.id, reason=WHY))).json()

    stopped = await staff.post(f"{BULK}{run['id']}/cancel/")
    await work(api)

    assert (stopped.status_code, stopped.json()["state"], stopped.json()["done"]) == (200, "cancelled", 0)
    problem(await staff.post(f"{BULK}{run['id']}/cancel/"), 409, "illegal_transition")
    assert (await staff.get(f"/api/admin/sessions/{session.id}/")).json()["moderation"] is None


async def test_account_deactivated_in_bulk_is_signed_out_within_a_second(api: Api, staff: Person) -> None:
    people = [await api.person() for _ in range(2)]
    assert [(await person.get("/api/auth/profile/")).status_code for person in people] == [200, 200]

    await staff.post(BULK, order("users", "deactivate", *(person.id for person in people), reason=WHY))
    await work(api)

    for person in people:
        problem(await person.get("/api/auth/profile/"), 401, "not_signed_in")


async def test_idempotency_key_starts_bulk_run_once(api: Api, staff: Person) -> None:
    headers = {"Idempotency-Key": a_key().key}
    body = order("sessions", "hide", (await api.session()).id, reason=WHY)

    first, second = [await staff.send("POST", BULK, json=body, headers=headers) for _ in range(2)]

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotency-replayed"] == "true"
    other = body | {"reason": "Another."}
    problem(await staff.send("POST", BULK, json=other, headers=headers), 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({"kind": "reports"}, {"kind"}),
        ({"action": "cancel"}, {"action"}),
        ({"action": "explode"}, {"action"}),
        ({"ids": []}, {"ids"}),
        ({"ids": ["x"]}, {"ids"}),
        ({"ids": "x"}, {"ids"}),
        ({"filters": []}, {"filters"}),
        ({"filters": {}}, {"ids"}),
        ({"reason": " "}, {"reason"}),
        ({"kind": 1, "ids": [], "reason": ""}, {"kind", "ids", "reason"}),
    ],
)
async def test_incomplete_or_excessive_bulk_order_is_refused(
    staff: Person, change: dict[str, Any], bad: set[str]
) -> None:
    body = order("sessions", "hide", uuid4(), reason=WHY) | change

    assert bad_fields(await staff.post(BULK, body)) == bad
    preview = await staff.post(f"{BULK}preview/", body)
    assert preview.status_code == 200 if bad == {"reason"} else bad_fields(preview) == bad - {"reason"}


async def test_all_rows_of_a_list_are_chosen_by_its_own_filters(api: Api, staff: Person) -> None:
    creator = await api.creator()
    cheap, dear = await api.session(creator, price=Decimal(5)), await api.session(creator, price=Decimal(50))
    everything = {"creator": str(creator.id), "is_hidden": "", "page": "2", "limit": "1", "search": None}
    filters = everything | {"min_price": "10.00", "is_archived": False, "max_price": 50}
    body = {"kind": "sessions", "action": "hide", "filters": filters}

    preview = (await staff.post(f"{BULK}preview/", body)).json()
    run = (await staff.post(BULK, body | {"reason": WHY})).json()
    await work(api)
    both = (await staff.post(f"{BULK}preview/", body | {"filters": everything})).json()

    assert [each["id"] for each in preview["examples"]] == [str(dear.id)]
    assert run["total"] == 1
    assert [(each["id"], each["outcome"]) for each in both["examples"]] == [
        (str(cheap.id), "change"),
        (str(dear.id), "skip"),
    ]


async def test_row_that_joins_the_filters_after_the_preview_is_untouched(api: Api, staff: Person) -> None:
    creator = await api.creator()
    seen = [await api.session(creator) for _ in range(3)]
    body = {"kind": "sessions", "action": "hide", "filters": {"creator": str(creator.id)}}
    preview = (await staff.post(f"{BULK}preview/", body)).json()
    newcomer = await api.session(creator)

    started = await staff.post(BULK, body | {"reason": WHY, "preview": preview["preview"]})
    await work(api)

    assert (preview["matching"], started.status_code, started.json()["total"]) == (3, 202, 3)
    shown = [(await staff.get(f"/api/admin/sessions/{each.id}/")).json() for each in (*seen, newcomer)]
    assert [each["moderation"] is not None for each in shown] == [True, True, True, False]
    again = await staff.post(BULK, body | {"reason": WHY, "preview": preview["preview"]})
    assert bad_fields(again) == {"preview"}


async def test_preview_is_an_id_and_belongs_to_filters(api: Api, staff: Person) -> None:
    body = order("sessions", "hide", (await api.session()).id, reason=WHY)

    assert (await staff.post(f"{BULK}preview/", body)).json()["preview"] is None
    assert bad_fields(await staff.post(BULK, body | {"preview": str(uuid4())})) == {"preview"}
    assert bad_fields(await staff.post(BULK, body | {"preview": "x"})) == {"preview"}
    assert (await staff.post(BULK, body | {"preview": None})).status_code == 202


@pytest.mark.parametrize(
    ("kind", "filters"),
    [
        ("sessions", {"min_price": "cheap"}),
        ("sessions", {"creater": str(uuid4())}),
        ("sessions", {"learner": str(uuid4())}),
        ("sessions", {"creator": [str(uuid4())]}),
        ("users", {"status": "active"}),
        ("users", {"is_active": 1}),
        ("bookings", {"status": "active"}),
        ("bookings", {"starts_from": {"year": 2030}}),
    ],
)
async def test_unknown_bulk_filter_is_refused(staff: Person, kind: str, filters: dict[str, Any]) -> None:
    action = {"sessions": "hide", "users": "deactivate", "bookings": "cancel"}[kind]
    body = {"kind": kind, "action": action, "filters": filters, "reason": WHY}

    assert bad_fields(await staff.post(BULK, body)) == {"filters"}
    assert bad_fields(await staff.post(f"{BULK}preview/", body)) == {"filters"}


async def test_filters_without_match_start_no_bulk_run(staff: Person) -> None:
    body = {"kind": "sessions", "action": "hide", "filters": {"creator": str(uuid4())}, "reason": WHY}

    assert bad_fields(await staff.post(BULK, body)) == {"filters"}
    assert (await staff.post(f"{BULK}preview/", body)).json()["matching"] == 0


async def test_bulk_order_of_no_rows_or_too_many_is_refused(staff: Person) -> None:
    nothing = {"kind": "sessions", "action": "hide", "reason": WHY}

    assert bad_fields(await staff.post(BULK, nothing)) == {"ids"}
    assert bad_fields(await staff.post(BULK, nothing | {"ids": [str(uuid4())] * (MAX_BULK + 1)})) == {"ids"}


async def test_unknown_bulk_runs_are_404(staff: Person) -> None:
    for response in (
        await staff.get(f"{BULK}{uuid4()}/"),
        await staff.get(f"{BULK}{uuid4()}/report/"),
        await staff.post(f"{BULK}{uuid4()}/cancel/"),
    ):
        problem(response, 404, "not_found")
