from datetime import timedelta

import pytest

from builders import a_message
from fakes import NOW
from http_api import Api, Person, bad_fields, problem
from marketplace.core.domain.failing_jobs import FAILING_AFTER
from payment_records import a_parked_payment
from staff_services import a_failing_job

TODAY = NOW.date().isoformat()


async def test_dashboard_has_daily_numbers_and_pending_work(empty_api: Api) -> None:
    api = empty_api
    staff = await api.person(is_staff=True, time_zone="Europe/Madrid")
    learner, session = await api.person(), await api.session(requires_confirmation=True, max_participants=9)
    booking = await api.booking(learner, session, seats=2)
    await learner.post(f"/api/bookings/{booking['id']}/cancel/")
    await api.booking(learner, session, seats=3)
    await learner.post(f"/api/sessions/{session.id}/report/", {"reason": "spam"})
    await a_failing_job(api.storage)
    async with api.storage.unit_of_work() as tx:
        failed = [a_message(learner.id).refused("550 5.1.1") for _ in range(2)]
        await tx.messages.add([a_message(learner.id).held(), *failed])
        await tx.payments.park(a_parked_payment())
    api.clock.advance(timedelta(hours=1))

    found = (await staff.get("/api/admin/dashboard/", days=7)).json()

    assert (found["time_zone"], found["to"], len(found["days"])) == ("Europe/Madrid", TODAY, 7)
    assert found["from"] == found["days"][0]["date"]
    today = found["days"][-1]
    assert today == {"date": TODAY, "seats": 3, "income": "149.97", "cancellations": 1} | {
        "new_people": today["new_people"]
    }
    assert found["totals"] == {name: value for name, value in today.items() if name != "date"} | {
        "new_people": sum(day["new_people"] for day in found["days"])
    }
    assert found["attention"] == {
        "open_reports": 1,
        "lapsing_requests": 1,
        "failed_jobs": 1,
        "held_messages": 1,
        "failed_messages": 2,
        "parked_payments": 1,
    }


async def test_dashboard_covers_a_week_to_a_year_and_a_month_by_default(api: Api) -> None:
    staff = await api.person(is_staff=True)

    assert len((await staff.get("/api/admin/dashboard/")).json()["days"]) == 30
    assert len((await staff.get("/api/admin/dashboard/", days=366)).json()["days"]) == 366
    for days in ("6", "367", "x"):
        assert bad_fields(await staff.get("/api/admin/dashboard/", days=days)) == {"days"}


async def test_failing_job_is_listed_without_its_error_message_and_retried_once(empty_api: Api) -> None:
    staff: Person = await empty_api.person(is_staff=True)
    subject = (await a_failing_job(empty_api.storage, "LookupError")).subject

    response = await staff.get("/api/admin/jobs/")
    (job,) = response.json()
    retried = await staff.post(f"/api/admin/jobs/{job['id']}/retry/")

    assert response.headers["x-total-count"] == "1"
    assert (job["name"], job["subject"], job["attempts"]) == ("attend_booking", str(subject), FAILING_AFTER)
    assert job["error"] == "Something went wrong on our side (LookupError). See the worker's log."
    assert "fault" not in job
    assert retried.status_code == 204
    problem(await staff.post(f"/api/admin/jobs/{job['id']}/retry/"), 409, "illegal_transition")


@pytest.mark.parametrize("number", [1_000_000, 2**63, 10**30])
async def test_unknown_job_cannot_be_retried(api: Api, number: int) -> None:
    staff = await api.person(is_staff=True)

    problem(await staff.post(f"/api/admin/jobs/{number}/retry/"), 404, "not_found")
