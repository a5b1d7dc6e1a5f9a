"""Every request and job that changes what anyone sees has an event of the creator, which the relay announces."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from builders import PASSWORD, TOMORROW, stored_booking
from contracts.events import Recorder, drain
from due_jobs import run_due
from fakes import NOW
from http_api import Api, Person, a_session_body, as_json
from http_routes import A_BOOKING, A_REVIEW, A_SESSION, A_USER, routes_of
from marketplace.bootstrap.service_set import Services
from marketplace.core.domain.sessions import Session
from marketplace.http.security.authorization import SAFE_METHODS
from review_records import stored_review

pytestmark = pytest.mark.thorough

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHY = {"reason": "Asked for by e-mail."}
SESSION, BOOKING = "/api/sessions/{session_id}", "/api/bookings/{booking_id}"
DAILY = {
    "time_zone": "UTC",
    "weekly": [{"weekday": day, "starts": "09:00", "ends": "12:00", "step": 60} for day in range(1, 8)],
}


class Market:
    """A creator with a scheduled session, a booked one, and one that asks for confirmation; a learner and staff."""

    def __init__(self, api: Api, creator: Person, boss: Person, learner: Person, sessions: list[Session]) -> None:
        self.api, self.creator, self.boss, self.learner = api, creator, boss, learner
        self.session, self.on_request = sessions

    @classmethod
    async def of(cls, api: Api) -> "Market":
        creator, boss = await api.creator(), await api.person(is_staff=True, is_superuser=True)
        sessions = [await api.session(creator), await api.session(creator, requires_confirmation=True)]
        market = cls(api, creator, boss, await api.person(), sessions)
        for session in sessions:
            await market.send(creator, f"PUT {SESSION}/schedule", DAILY, session_id=session.id)
        return market

    async def send(self, person: Person, route: str, body: Any = None, **ids: object) -> dict[str, Any]:
        method, _, path = route.partition(" ")
        path = path.format(**{"session_id": self.session.id, "user_id": self.creator.id} | ids)
        response = await person.send(method, f"{path}/", json=body)
        assert response.is_success, response.text
        return dict(response.json()) if response.content and isinstance(response.json(), dict) else {}

    async def upload(self, path: str, body: bytes = b"one") -> dict[str, Any]:
        path = path.format(session_id=self.session.id)
        response = await self.creator.send("POST", path, files={"file": body})
        assert response.is_success, response.text
        return dict(response.json())

    async def booked(self, session: Session | None = None) -> object:
        found = session or self.session
        return (await self.api.booking(self.learner, found))["id"]

    async def shown(self) -> list[bytes]:
        """Return what anyone sees of the creator."""
        paths = ["/api/sessions/", f"/api/sessions/?creator={self.creator.id}&featured=true"]
        paths.append(f"/api/creators/{self.creator.user.username}/")
        paths.append(f"/api/sessions/{self.session.id}/reviews/")
        for session in (self.session, self.on_request):
            paths += [f"/api/sessions/{session.id}/", f"/api/sessions/{session.id}/slots/"]
        answers = [await self.api.visitor.get(path) for path in paths]
        return [answer.content if answer.is_success else b"" for answer in answers]


Act = Callable[[], Awaitable[object]]
Prepare = Callable[[Market], Awaitable[Act]]
"""Prepares a change, and returns it."""


def sent(by: str, route: str, body: Any = None, first: str = "") -> Prepare:
    """A request that needs nothing, or another request of staff before."""

    async def prepare(market: Market) -> Act:
        if first:
            await market.send(market.boss, first, WHY)
        return lambda: market.send(getattr(market, by), route, body)

    return prepare


def step(by: str, route: str, body: Any = None, *, on_request: bool = False) -> Prepare:
    """A step of a booking."""

    async def prepare(market: Market) -> Act:
        booking_id = await market.booked(market.on_request if on_request else None)
        return lambda: market.send(getattr(market, by), route, body, booking_id=booking_id)

    return prepare


def ended(by: str, route: str, body: Any = None) -> Prepare:
    """A step of a booking that is over."""

    async def prepare(market: Market) -> Act:
        booking_id = await market.booked()
        market.api.clock.at = TOMORROW + 2 * HOUR
        person = await market.api.login(getattr(market, by).user)
        return lambda: market.send(person, route, body, booking_id=booking_id)

    return prepare


async def completed_by_its_job(market: Market) -> Act:
    await market.booked()
    market.api.clock.at = TOMORROW + 2 * HOUR
    services = await market.api.container.get(Services)
    return lambda: run_due(market.api.storage.job_queue, market.api.clock.now(), services.handlers())


async def cancelled_slot(market: Market) -> Act:
    await market.booked()
    body = {"starts_at": as_json(TOMORROW), "reason": "I am ill."}
    return lambda: market.send(market.creator, f"POST {SESSION}/slots/cancel", body)


async def booked(market: Market) -> Act:
    return market.booked


async def upheld_report(market: Market) -> Act:
    report = await market.send(market.learner, f"POST {SESSION}/report", {"reason": "spam", "text": ""})
    body = WHY | {"resolution": "hidden"}
    return lambda: market.send(market.boss, "POST /api/admin/reports/{report_id}/resolve", body, report_id=report["id"])


def reviewed(by: str, route: str, body: Any = None, first: str = "") -> Prepare:
    """A step of a review, or another step before."""

    async def prepare(market: Market) -> Act:
        review = await stored_review(market.api.storage, market.session)
        if first:
            await market.send(market.boss, first, WHY, review_id=review.id)
        return lambda: market.send(getattr(market, by), route, body, review_id=review.id)

    return prepare


async def written_review(market: Market) -> Act:
    at = {"starts_at": NOW - DAY, "status": "completed"}
    booking = await stored_booking(market.api.storage, market.session, market.learner.id, **at)
    body = {"booking": str(booking.id), "stars": 4}
    return lambda: market.send(market.learner, f"POST {SESSION}/reviews", body)


async def expired(market: Market) -> Act:
    await market.api.booking(market.learner, market.on_request, booking_date=as_json(TOMORROW + 4 * DAY))
    market.api.clock.at = TOMORROW + DAY
    services = await market.api.container.get(Services)
    return lambda: run_due(market.api.storage.job_queue, market.api.clock.now(), services.handlers())


async def offered(market: Market) -> tuple[Person, str]:
    """Offer the only seat of a start, and return the person with the offer."""
    await market.send(market.creator, f"PATCH {SESSION}", {"max_participants": 1})
    booking_id, person = await market.booked(), await market.api.person()
    entry = await market.send(person, f"POST {SESSION}/slots/waitlist", {"starts_at": as_json(TOMORROW)})
    await market.send(market.learner, f"POST {BOOKING}/cancel", booking_id=booking_id)
    return person, entry["id"]


async def let_go(market: Market) -> Act:
    person, entry_id = await offered(market)
    return lambda: market.send(person, "DELETE /api/waitlist/{entry_id}", entry_id=entry_id)


async def passed_on(market: Market) -> Act:
    await offered(market)
    market.api.clock.advance(3 * HOUR)
    services = await market.api.container.get(Services)
    return lambda: run_due(market.api.storage.job_queue, market.api.clock.now(), services.handlers())


async def deactivated_and_activated(market: Market) -> Act:
    await market.send(market.boss, f"POST {A_USER}/deactivate", WHY)
    return lambda: market.send(market.boss, f"POST {A_USER}/activate", WHY)


def in_bulk(kind: str, action: str) -> Prepare:
    """A bulk action with its job."""

    async def prepare(market: Market) -> Act:
        ids = {"users": market.creator.id, "sessions": market.session.id}
        ids["bookings"] = await market.booked()  # type: ignore[assignment]
        body = WHY | {"kind": kind, "action": action, "ids": [str(ids[kind])]}
        services = await market.api.container.get(Services)

        async def run() -> None:
            await market.send(market.boss, "POST /api/admin/bulk", body)
            await run_due(market.api.storage.job_queue, market.api.clock.now(), services.handlers())

        return run

    return prepare


def uploaded(path: str) -> Prepare:
    async def prepare(market: Market) -> Act:
        return lambda: market.upload(path)

    return prepare


def with_picture(route: str, body: Any = None) -> Prepare:
    """A change to the second of two pictures."""

    async def prepare(market: Market) -> Act:
        await market.upload(PICTURES, b"one")
        second = (await market.upload(PICTURES, b"two"))["pictures"][1]["id"]
        return lambda: market.send(market.creator, route, body, picture_id=second)

    return prepare


async def without_avatar(market: Market) -> Act:
    await market.upload("/api/auth/avatar/")
    return lambda: market.send(market.creator, "DELETE /api/auth/avatar")


async def encoded_as_avif(market: Market) -> Act:
    picture = (await market.upload(PICTURES))["pictures"][0]["id"]
    services = await market.api.container.get(Services)
    return lambda: services.pictures.encode_avif(UUID(picture))


PICTURES = f"{SESSION}/pictures/"
MOVE = {"booking_date": as_json(TOMORROW + HOUR)}
NAMES = {"first_name": "Augusta", "last_name": "King"}
CHANGES: dict[str, Prepare] = {
    "PATCH /api/auth/profile": sent("creator", "PATCH /api/auth/profile", {"time_zone": "Asia/Tokyo"} | NAMES),
    "PUT /api/auth/profile": sent("creator", "PUT /api/auth/profile", {"username": "augusta"} | NAMES),
    "DELETE /api/auth/profile": sent("creator", "DELETE /api/auth/profile", {"password": PASSWORD}),
    "POST /api/sessions": sent("creator", "POST /api/sessions", a_session_body()),
    f"PUT {SESSION}": sent("creator", f"PUT {SESSION}", a_session_body(title="Evening yoga")),
    f"PATCH {SESSION}": sent("creator", f"PATCH {SESSION}", {"status": "inactive"}),
    f"DELETE {SESSION}": sent("creator", f"DELETE {SESSION}"),
    f"PUT {SESSION}/schedule": sent("creator", f"PUT {SESSION}/schedule", {"weekly": [], "is_open": True}),
    f"POST {SESSION}/slots/cancel": cancelled_slot,
    f"POST {SESSION}/pictures": uploaded(PICTURES),
    f"PATCH {SESSION}/pictures/{{picture_id}}": with_picture(
        f"PATCH {SESSION}/pictures/{{picture_id}}", {"alt": "A lute.", "position": 1}
    ),
    f"DELETE {SESSION}/pictures/{{picture_id}}": with_picture(f"DELETE {SESSION}/pictures/{{picture_id}}"),
    "POST /api/auth/avatar": uploaded("/api/auth/avatar/"),
    "DELETE /api/auth/avatar": without_avatar,
    "POST /api/bookings": booked,
    f"POST {BOOKING}/cancel": step("learner", f"POST {BOOKING}/cancel"),
    f"POST {BOOKING}/decline": step("creator", f"POST {BOOKING}/decline", on_request=True),
    f"POST {BOOKING}/complete": ended("creator", f"POST {BOOKING}/complete"),
    f"POST {A_BOOKING}/complete": ended("boss", f"POST {A_BOOKING}/complete", WHY),
    f"PATCH {BOOKING}": step("learner", f"PATCH {BOOKING}", {"seats": 2}),
    f"POST {BOOKING}/reschedule": step("creator", f"POST {BOOKING}/reschedule", MOVE),
    f"PATCH {A_USER}": sent("boss", f"PATCH {A_USER}", WHY | NAMES),
    f"POST {A_USER}/deactivate": sent("boss", f"POST {A_USER}/deactivate", WHY),
    f"POST {A_USER}/activate": deactivated_and_activated,
    f"PATCH {A_SESSION}": sent("boss", f"PATCH {A_SESSION}", WHY | {"title": "Evening yoga"}),
    f"POST {A_SESSION}/hide": sent("boss", f"POST {A_SESSION}/hide", WHY),
    f"POST {A_SESSION}/restore": sent("boss", f"POST {A_SESSION}/restore", WHY, first=f"POST {A_SESSION}/hide"),
    f"POST {A_SESSION}/feature": sent("boss", f"POST {A_SESSION}/feature", WHY),
    f"POST {A_SESSION}/unfeature": sent("boss", f"POST {A_SESSION}/unfeature", WHY, first=f"POST {A_SESSION}/feature"),
    f"POST {A_SESSION}/archive": sent("boss", f"POST {A_SESSION}/archive", WHY),
    "POST /api/admin/reports/{report_id}/resolve": upheld_report,
    f"POST {SESSION}/reviews": written_review,
    "POST /api/reviews/{review_id}/answer": reviewed(
        "creator", "POST /api/reviews/{review_id}/answer", {"text": "Thank you!"}
    ),
    f"POST {A_REVIEW}/hide": reviewed("boss", f"POST {A_REVIEW}/hide", WHY),
    f"POST {A_REVIEW}/restore": reviewed("boss", f"POST {A_REVIEW}/restore", WHY, first=f"POST {A_REVIEW}/hide"),
    "DELETE /api/waitlist/{entry_id}": let_go,
    f"POST {A_BOOKING}/cancel": step("boss", f"POST {A_BOOKING}/cancel", WHY),
    f"POST {A_BOOKING}/decline": step("boss", f"POST {A_BOOKING}/decline", WHY, on_request=True),
    f"POST {A_BOOKING}/reschedule": step("boss", f"POST {A_BOOKING}/reschedule", WHY | MOVE),
    "POST /api/admin/bulk": in_bulk("sessions", "hide"),
}
JOBS: dict[str, Prepare] = {
    "attend_booking": expired,
    "encode_avif": encoded_as_avif,
    "settle_waitlist": passed_on,
    "run_bulk": in_bulk("users", "deactivate"),
}
FURTHER: dict[str, Prepare] = {
    "what a creator says": sent("creator", "PATCH /api/auth/profile", {"bio": "I bake."}),
    "languages of a creator": sent("creator", "PATCH /api/auth/profile", {"languages": ["it"]}),
    "people taught": completed_by_its_job,
    "seats held at a requested start": step("learner", f"POST {BOOKING}/reschedule", MOVE, on_request=True),
    "bookings cancelled in bulk": in_bulk("bookings", "cancel"),
    "sessions featured in bulk": in_bulk("sessions", "feature"),
}
UNSEEN = {
    # accounts without sessions, and what is not public of others
    "POST /api/auth/become-creator",
    f"POST {A_USER}/role",
    f"POST {A_USER}/rights",
    f"POST {A_USER}/password-reset",
    f"POST {A_USER}/impersonate",
    *(f"POST /api/auth/{name}" for name in ("login", "logout", "password", "password-reset", "refresh", "register")),
    *(f"POST /api/auth/{name}" for name in ("forgot-password", "verify-email", "verify-email/send", "email")),
    "DELETE /api/auth/logins/{login_id}",
    "POST /api/auth/api-keys",
    "DELETE /api/auth/api-keys/{key_id}",
    f"POST {A_USER}/api-keys/{{key_id}}/revoke",
    f"POST {A_USER}/logins/end",
    f"POST {A_USER}/logins/{{login_id}}/end",
    *(f"POST /api/auth/{path}passkey{more}" for path in ("login/", "reauthenticate/") for more in ("", "/options")),
    *(f"{method} /api/auth/passkeys/{{passkey_id}}" for method in ("PATCH", "DELETE")),
    *(f"POST /api/auth/passkeys{more}" for more in ("", "/options")),
    "POST /api/auth/login/second-factor",
    "POST /api/auth/reauthenticate",
    *(f"POST /api/auth/second-factor{more}" for more in ("", "/confirm", "/recovery-codes")),
    "DELETE /api/auth/second-factor",
    f"POST {A_USER}/remove-second-factor",
    *(
        f"POST /api/auth/oidc/{name}"
        for name in ("second-factor", "{provider}", "{provider}/connect", "{provider}/reauthenticate")
    ),
    "DELETE /api/auth/identities/{identity_id}",
    "POST /api/calendar/renew",
    # seats stay taken
    *(f"POST {path}/confirm" for path in (BOOKING, A_BOOKING)),
    # suggested starts are not kept; `test_announcements.py` has that streams hear of new hours
    "PUT /api/creator/hours",
    # nothing is shown of these
    "PUT /api/favourites/{session_id}",
    "DELETE /api/favourites/{session_id}",
    "POST /api/unsubscribe/{token}",
    "PUT /api/auth/preferences",
    "POST /api/admin/messages/{message_id}/retry",
    f"POST {A_USER}/clear-refusal",
    f"PUT {A_USER}/commission",
    "POST /api/admin/parked-payments/{parked_id}/resolve",
    "POST /api/admin/payments/{payment_id}/refund",
    # a payment that confirms its booking, or takes seats again, is a step of the booking
    f"POST {BOOKING}/pay",
    "POST /api/payments/webhooks/{provider}",
    f"POST {SESSION}/report",
    "POST /api/reviews/{review_id}/report",
    f"POST {A_REVIEW}/dismiss",
    f"POST {SESSION}/slots/message",
    f"POST {SESSION}/slots/waitlist",
    # the seats were taken by the offer
    "POST /api/waitlist/{entry_id}/accept",
    "POST /api/notifications/read",
    f"POST {BOOKING}/messages",
    f"POST {BOOKING}/messages/read",
    f"POST {SESSION}/schedule/preview",
    "POST /api/admin/bulk/preview",
    "POST /api/admin/bulk/{run_id}/cancel",
    "POST /api/admin/jobs/{job_id}/retry",
}
"""Requests that change nothing that anyone sees."""
UNSEEN_JOBS = {
    # a message is no public answer
    "add_reminders",
    "claim_usernames",
    "find_forgetful",
    # kept answers to searches are a second old at most
    "index_names",
    "index_sessions",
    # by events as settle_waitlist
    "leave_waitlists",
    "sweep_waitlist",
    "purge_events",
    "purge_messages",
    # by steps of bookings at most
    "reconcile_payments",
    "settle_booking",
    "settle_operation",
    "settle_payment",
    "reconcile_pictures",
    "record_local_starts",
    "record_terms",
    # by the clock, as what it writes
    "renew_open_times",
    "sweep_api_keys",
    "sweep_bulk_runs",
    "sweep_email_requests",
    "sweep_idempotency_keys",
    "sweep_logins",
    "sweep_notifications",
    "sweep_passkey_challenges",
    "sweep_payment_events",
    "sweep_pictures",
    "sweep_rate_limits",
}


@pytest_asyncio.fixture(loop_scope="module")
async def market(api: Api) -> AsyncIterator[Market]:
    found = await Market.of(api)
    yield found
    if (await api.storage.users.get(found.creator.id)).is_active:
        await api.deactivate(found.creator)


async def test_every_request_and_job_is_known_to_change_answers_or_not(api: Api) -> None:
    requests = {name for name in routes_of(api.app) if name.partition(" ")[0] not in SAFE_METHODS}
    assert requests == CHANGES.keys() | UNSEEN
    assert (await api.container.get(Services)).handlers().keys() == JOBS.keys() | UNSEEN_JOBS


@pytest.mark.parametrize("name", [*CHANGES, *JOBS, *FURTHER])
async def test_change_that_anyone_sees_has_an_event_of_the_creator(api: Api, market: Market, name: str) -> None:
    change = await (CHANGES | JOBS | FURTHER)[name](market)
    await drain(api.storage)
    before = await market.shown()

    await change()

    assert await market.shown() != before
    recorder = Recorder()
    await drain(api.storage, recorder)
    assert market.creator.id in {each.event.creator_id for each in recorder.handed}
