from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response

from api_key_records import stored_key
from builders import PASSWORD, TOMORROW
from cases import all_cases
from fakes import NOW
from http_api import (
    PAID_SETTINGS,
    Api,
    Person,
    a_booking_body,
    a_registration,
    a_session_body,
    as_json,
    open_api,
    problem,
)
from http_routes import A_REVIEW, GOOD_BODIES, SOME_ID, routes_of
from marketplace.core.domain.api_keys import KEY_SCOPES
from marketplace.core.domain.sessions import Session
from marketplace.http.security.authorization import Access, Route
from payment_records import stored_paid_payment, stored_parked
from review_records import stored_review

pytestmark = pytest.mark.thorough

PEOPLE = ("visitor", "learner", "creator", "other_creator", "staff", "deactivated")
BY_KEY = ("learner by key", "creator by key", "staff by key")
"""With a key that has the scope of the route and no other, or all scopes if the route takes no key."""
EVERYBODY = (*PEOPLE, "superuser", "impersonated", *BY_KEY, "learner without the scope")
OUT = "401 not_signed_in"
NOT_A_CREATOR = "403 not_a_creator"
NOT_YOURS = "403 not_yours"
NO_SCOPE = "403 missing_scope"
NOT_THERE = "404 not_found"
ALREADY = "409 illegal_transition"
NOT_STAFF = "403 not_staff"
READ_ONLY = "403 impersonated_read_only"
A_USER = "/api/admin/users/{user_id}"
A_BOOKING = "/api/admin/bookings/{booking_id}"
A_SESSION = "/api/admin/sessions/{session_id}"
WHY = "Asked for by e-mail."
BOOKED = "409 has_upcoming_bookings"
Answers = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class World:
    """A creator with a booked and an unbooked session, and one user of each kind."""

    people: dict[str, Person]
    user: Person
    session: Session
    unbooked: Session
    booking_id: str
    ids: dict[str, str]
    programs: dict[tuple[str, object], Person] = field(default_factory=dict)
    """Programs with a key, by whose it is and the scope of the route."""


def anyone(status: str) -> Answers:
    return status, status, status, status, status, status


def signed_in(status: str) -> Answers:
    return OUT, status, status, status, status, OUT


def anyone_but_a_bad_token(status: str) -> Answers:
    return status, status, status, status, status, OUT


def staff(status: str) -> Answers:
    return OUT, NOT_STAFF, NOT_STAFF, NOT_STAFF, status, OUT


# columns are in the order of PEOPLE: the session is the creator's, the booking is the learner's
MATRIX: dict[str, Answers] = {
    "GET /": anyone("302"),
    "GET /api/docs": anyone("200"),
    "GET /robots.txt": anyone("200"),
    # as here the front end is not built
    "GET /sessions/{session_id}": anyone("404 not_found"),
    "GET /creators/{username}": anyone("404 not_found"),
    "GET /sitemap.xml": anyone("200"),
    "GET /sitemaps/{file}": anyone("200"),
    "GET /api/schema/openapi.json": anyone("200"),
    "GET /health/live": anyone("200"),
    "GET /health/ready": anyone("200"),
    "GET /api/marketplace": anyone("200"),
    "GET /api/time-zones": anyone("200"),
    # as the name is that of a picture
    "GET /api/texts/{name}": anyone_but_a_bad_token("404 not_found"),
    "GET /api/common-passwords": anyone("200"),
    # the inbox is off, and the token is none of ours
    "GET /api/inbox": anyone("404 not_found"),
    "GET /api/inbox/{mail_id}": anyone("404 not_found"),
    "GET /api/unsubscribe/{token}": anyone("404 not_found"),
    "POST /api/unsubscribe/{token}": anyone("404 not_found"),
    "GET /api/time-zones/offsets": anyone("200"),
    "POST /api/auth/register": anyone("201"),
    "POST /api/auth/login": anyone("200"),
    "POST /api/auth/refresh": anyone("200"),
    "POST /api/auth/logout": anyone("204"),
    "GET /api/auth/profile": signed_in("200"),
    "PUT /api/auth/profile": signed_in("200"),
    "PATCH /api/auth/profile": signed_in("200"),
    "DELETE /api/auth/profile": (OUT, BOOKED, BOOKED, "204", "204", OUT),
    "POST /api/auth/password": signed_in("204"),
    "POST /api/auth/login/second-factor": anyone("401 bad_challenge"),
    "POST /api/auth/reauthenticate": signed_in("204"),
    "GET /api/auth/second-factor": signed_in("200"),
    "POST /api/auth/second-factor": signed_in("201"),
    "POST /api/auth/second-factor/confirm": signed_in("409 second_factor_off"),
    "POST /api/auth/second-factor/recovery-codes": signed_in("409 second_factor_off"),
    "DELETE /api/auth/second-factor": signed_in("409 second_factor_off"),
    "POST /api/auth/become-creator": (OUT, "200", "409 illegal_transition", "409 illegal_transition", "200", OUT),
    "GET /api/sessions": anyone_but_a_bad_token("200"),
    "GET /api/sessions/facets": anyone_but_a_bad_token("200"),
    "GET /api/sessions/suggest": anyone_but_a_bad_token("200"),
    "GET /api/sessions/{session_id}": anyone_but_a_bad_token("200"),
    "POST /api/sessions": (OUT, NOT_A_CREATOR, "201", "201", NOT_A_CREATOR, OUT),
    "PUT /api/sessions/{session_id}": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "PATCH /api/sessions/{session_id}": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "DELETE /api/sessions/{session_id}": (OUT, NOT_A_CREATOR, "204", NOT_YOURS, NOT_A_CREATOR, OUT),
    "GET /api/sessions/{session_id}/live": anyone("200"),
    "GET /api/sessions/{session_id}/slots": anyone_but_a_bad_token("200"),
    "GET /api/sessions/{session_id}/schedule": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "PUT /api/sessions/{session_id}/schedule": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "POST /api/sessions/{session_id}/schedule/preview": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "POST /api/sessions/{session_id}/slots/cancel": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "GET /api/creator/hours": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "PUT /api/creator/hours": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "GET /api/creators/{username}": anyone_but_a_bad_token("200"),
    "GET /api/sessions/{session_id}/slots/waitlist": anyone_but_a_bad_token("200"),
    "POST /api/sessions/{session_id}/slots/waitlist": (
        *(OUT, "409 seats_free", "403 own_session", "409 seats_free", "409 seats_free", OUT),
    ),
    "GET /api/waitlist": signed_in("200"),
    "GET /api/waitlist/creator": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "DELETE /api/waitlist/{entry_id}": signed_in(NOT_THERE),
    "POST /api/waitlist/{entry_id}/accept": signed_in(NOT_THERE),
    "GET /api/favourites": signed_in("200"),
    "GET /api/favourites/ids": signed_in("200"),
    "PUT /api/favourites/{session_id}": signed_in("204"),
    "DELETE /api/favourites/{session_id}": signed_in("204"),
    "GET /api/sessions/{session_id}/suggested-starts": anyone_but_a_bad_token("200"),
    "POST /api/sessions/{session_id}/pictures": (OUT, NOT_YOURS, "201", NOT_YOURS, "201", OUT),
    "PATCH /api/sessions/{session_id}/pictures/{picture_id}": (OUT, NOT_YOURS, "200", NOT_YOURS, "200", OUT),
    "DELETE /api/sessions/{session_id}/pictures/{picture_id}": (OUT, NOT_YOURS, "204", NOT_YOURS, "204", OUT),
    "POST /api/auth/avatar": signed_in("200"),
    "DELETE /api/auth/avatar": signed_in("204"),
    "GET /pictures/{picture_id}/{version}": anyone("200"),
    "GET /pictures/cards/{session_id}/{name}": anyone("302"),
    "GET /api/bookings": signed_in("200"),
    "GET /api/bookings/my_bookings": signed_in("200"),
    "GET /api/bookings/creator_bookings": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "POST /api/bookings": (OUT, "201", "403 own_session", "201", "201", OUT),
    "GET /api/bookings/{booking_id}": (OUT, "200", "200", NOT_THERE, NOT_THERE, OUT),
    "GET /api/bookings/{booking_id}/cancellation-quote": (OUT, "200", "200", NOT_THERE, "200", OUT),
    "PATCH /api/bookings/{booking_id}": (OUT, "200", NOT_YOURS, NOT_THERE, NOT_YOURS, OUT),
    "POST /api/bookings/{booking_id}/cancel": (OUT, "200", "200", NOT_THERE, "200", OUT),
    "POST /api/bookings/{booking_id}/confirm": (OUT, NOT_YOURS, ALREADY, NOT_THERE, ALREADY, OUT),
    "POST /api/bookings/{booking_id}/decline": (OUT, NOT_YOURS, ALREADY, NOT_THERE, ALREADY, OUT),
    "POST /api/bookings/{booking_id}/complete": (OUT, NOT_YOURS, ALREADY, NOT_THERE, ALREADY, OUT),
    "POST /api/bookings/{booking_id}/reschedule": (OUT, "200", "200", NOT_THERE, "200", OUT),
    "GET /api/bookings/{booking_id}/messages": (OUT, "200", "200", NOT_THERE, NOT_THERE, OUT),
    "POST /api/bookings/{booking_id}/messages": (OUT, "201", "201", NOT_THERE, NOT_THERE, OUT),
    "POST /api/bookings/{booking_id}/messages/read": (OUT, "204", "204", NOT_THERE, NOT_THERE, OUT),
    "GET /api/bookings/unread-messages": signed_in("200"),
    "GET /api/notifications": signed_in("200"),
    "POST /api/notifications/read": signed_in(NOT_THERE),
    "POST /api/sessions/{session_id}/slots/message": (OUT, NOT_A_CREATOR, "201", NOT_YOURS, NOT_A_CREATOR, OUT),
    f"GET {A_BOOKING}/messages": staff("200"),
    "GET /api/bookings/{booking_id}/calendar.ics": (OUT, "200", "200", NOT_THERE, NOT_THERE, OUT),
    # the booking of this world is not paid online; one that is, is paid
    "POST /api/bookings/{booking_id}/pay": (OUT, "409 nothing_to_pay", NOT_THERE, NOT_THERE, NOT_THERE, OUT),
    "GET /api/bookings/{booking_id}/receipts": (OUT, "200", "200", NOT_THERE, NOT_THERE, OUT),
    # unsigned
    "POST /api/payments/webhooks/{provider}": anyone("400 invalid_signature"),
    "GET /api/creator/earnings": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "GET /api/creator/earnings/export": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "GET /api/admin/payments": staff("200"),
    "GET /api/admin/payments/{payment_id}": staff("200"),
    "POST /api/admin/payments/{payment_id}/refund": staff("200"),
    "GET /api/admin/parked-payments": staff("200"),
    "POST /api/admin/parked-payments/{parked_id}/resolve": staff("200"),
    f"GET {A_USER}/commission": staff("404 not_found"),
    f"PUT {A_USER}/commission": staff("404 not_found"),
    "GET /api/creator/summary": (OUT, NOT_A_CREATOR, "200", "200", NOT_A_CREATOR, OUT),
    "GET /api/calendar": signed_in("200"),
    "POST /api/calendar/renew": signed_in("200"),
    "GET /api/calendar/{feed}": anyone("200"),
    "GET /api/auth/export": signed_in("200"),
    "GET /api/auth/preferences": signed_in("200"),
    "PUT /api/auth/preferences": signed_in("200"),
    "GET /api/auth/messages": signed_in("200"),
    "GET /api/auth/logins": signed_in("200"),
    "DELETE /api/auth/logins/{login_id}": signed_in(NOT_THERE),
    # no provider is configured
    "GET /api/auth/oidc": anyone("200"),
    "POST /api/auth/oidc/{provider}": anyone("404 not_found"),
    "POST /api/auth/oidc/{provider}/connect": signed_in(NOT_THERE),
    "POST /api/auth/oidc/{provider}/reauthenticate": signed_in("403 reauthentication_required"),
    "GET /api/auth/oidc/{provider}/callback": anyone("404 not_found"),
    "POST /api/auth/oidc/second-factor": anyone("401 bad_challenge"),
    "GET /api/auth/identities": signed_in("200"),
    # that of another person
    "DELETE /api/auth/identities/{identity_id}": signed_in(NOT_THERE),
    "GET /api/auth/api-keys": signed_in("200"),
    "POST /api/auth/api-keys": signed_in("201"),
    # that of another person
    "DELETE /api/auth/api-keys/{key_id}": signed_in(NOT_THERE),
    "GET /api/auth/passkeys": signed_in("200"),
    "POST /api/auth/passkeys/options": signed_in("200"),
    "POST /api/auth/passkeys": signed_in("400 passkey_refused"),
    "PATCH /api/auth/passkeys/{passkey_id}": signed_in(NOT_THERE),
    "DELETE /api/auth/passkeys/{passkey_id}": signed_in(NOT_THERE),
    "POST /api/auth/reauthenticate/passkey/options": signed_in("200"),
    "POST /api/auth/reauthenticate/passkey": signed_in("400 passkey_refused"),
    "POST /api/auth/login/passkey/options": anyone("200"),
    "POST /api/auth/login/passkey": anyone("400 passkey_refused"),
    "POST /api/auth/forgot-password": anyone("204"),
    "POST /api/auth/verify-email": anyone("401 bad_email_token"),
    "POST /api/auth/verify-email/send": signed_in("204"),
    "GET /api/auth/email": signed_in("200"),
    "POST /api/auth/email": signed_in("204"),
    "POST /api/auth/password-reset": anyone("401 bad_reset_token"),
    f"GET {A_USER}": staff("200"),
    f"PATCH {A_USER}": staff("200"),
    f"GET {A_USER}/sold-slots": staff("200"),
    f"POST {A_USER}/deactivate": staff("200"),
    f"POST {A_USER}/activate": staff("200"),
    f"POST {A_USER}/role": staff("200"),
    f"POST {A_USER}/rights": staff("403 not_superuser"),
    f"POST {A_USER}/password-reset": staff("201"),
    f"POST {A_USER}/impersonate": staff("201"),
    f"POST {A_USER}/remove-second-factor": staff("409 second_factor_off"),
    f"POST {A_USER}/clear-refusal": staff(ALREADY),
    f"POST {A_USER}/logins/end": staff("204"),
    f"POST {A_USER}/logins/{{login_id}}/end": staff(NOT_THERE),
    f"GET {A_USER}/api-keys": staff("200"),
    f"GET {A_USER}/ways-in": staff("200"),
    f"GET {A_SESSION}/waitlist": staff("200"),
    f"POST {A_USER}/api-keys/{{key_id}}/revoke": staff("204"),
    # neither a person nor a booking is named
    "GET /api/admin/messages": staff("400 invalid"),
    # a message of a conversation is no mail
    "POST /api/admin/messages/{message_id}/retry": staff(NOT_THERE),
    "POST /api/sessions/{session_id}/report": (OUT, "201", "403 own_session", "201", "201", OUT),
    "GET /api/sessions/{session_id}/reviews": anyone_but_a_bad_token("200"),
    "POST /api/sessions/{session_id}/reviews": (OUT, "409 not_completed", NOT_THERE, NOT_THERE, NOT_THERE, OUT),
    "GET /api/reviews": signed_in("200"),
    "POST /api/reviews/{review_id}/answer": (OUT, NOT_A_CREATOR, "200", NOT_YOURS, NOT_A_CREATOR, OUT),
    "POST /api/reviews/{review_id}/report": signed_in("201"),
    "GET /api/admin/reviews": staff("200"),
    f"POST {A_REVIEW}/hide": staff("200"),
    f"POST {A_REVIEW}/restore": staff(ALREADY),
    f"POST {A_REVIEW}/dismiss": staff(ALREADY),
    f"GET {A_SESSION}": staff("200"),
    f"PATCH {A_SESSION}": staff("200"),
    f"POST {A_SESSION}/hide": staff("200"),
    f"POST {A_SESSION}/restore": staff(ALREADY),
    f"POST {A_SESSION}/feature": staff("200"),
    f"POST {A_SESSION}/unfeature": staff(ALREADY),
    f"POST {A_SESSION}/archive": staff("409 has_upcoming_bookings"),
    f"GET {A_BOOKING}": staff("200"),
    f"POST {A_BOOKING}/cancel": staff("200"),
    f"POST {A_BOOKING}/confirm": staff(ALREADY),
    f"POST {A_BOOKING}/decline": staff(ALREADY),
    f"POST {A_BOOKING}/complete": staff(ALREADY),
    f"POST {A_BOOKING}/reschedule": staff("200"),
    **{f"GET /api/admin/{name}": staff("200") for name in ("users", "sessions", "bookings", "audit")},
    **{f"GET /api/admin/{name}/export": staff("200") for name in ("users", "sessions", "bookings", "audit")},
    "GET /api/admin/reports": staff("200"),
    "POST /api/admin/bulk/preview": staff("200"),
    "POST /api/admin/bulk": staff("202"),
    "GET /api/admin/bulk": staff("200"),
    "GET /api/admin/bulk/{run_id}": staff("200"),
    "GET /api/admin/bulk/{run_id}/report": staff("200"),
    "POST /api/admin/bulk/{run_id}/cancel": staff("200"),
    "GET /api/admin/dashboard": staff("200"),
    "GET /api/admin/jobs": staff("200"),
    "POST /api/admin/jobs/{job_id}/retry": staff(NOT_THERE),
    "POST /api/admin/reports/{report_id}/resolve": staff("200"),
}
# responses to superusers that differ from those to other staff
SUPERUSER_ANSWERS = {f"POST {A_USER}/rights": "200"}
# what staff may not read while impersonating the learner: an address that is a secret, and a copy of everything
NOT_WHEN_IMPERSONATING = {"GET /api/auth/export", "GET /api/calendar"}
BOOKING = "/api/bookings/{booking_id}"
UPLOADS = {"POST /api/sessions/{session_id}/pictures", "POST /api/auth/avatar"}
BODIES: dict[str, Callable[[World, Person], Any]] = {
    "POST /api/auth/register": lambda *_: a_registration(),
    "POST /api/auth/login": lambda w, _: {"email": w.people["learner"].user.email, "password": PASSWORD},
    "POST /api/auth/refresh": lambda w, _: {"refresh": w.people["learner"].refresh},
    "POST /api/auth/logout": lambda w, _: {"refresh": w.people["learner"].refresh},
    "POST /api/auth/passkeys": lambda *_: GOOD_BODIES["POST /api/auth/passkeys"],
    "PATCH /api/auth/passkeys/{passkey_id}": lambda *_: {"name": "My phone"},
    "POST /api/auth/reauthenticate/passkey": lambda *_: GOOD_BODIES["POST /api/auth/reauthenticate/passkey"],
    "POST /api/auth/login/passkey": lambda *_: GOOD_BODIES["POST /api/auth/login/passkey"],
    "PUT /api/auth/profile": lambda _, p: {"username": p.user.username if p.account else "nobody"},
    "PATCH /api/auth/profile": lambda *_: {"first_name": "Augusta"},
    "POST /api/auth/password": lambda *_: {"current_password": PASSWORD, "new_password": "a staple of batteries"},
    "POST /api/sessions": lambda *_: a_session_body(),
    "PUT /api/sessions/{session_id}": lambda *_: a_session_body(),
    "PATCH /api/sessions/{session_id}": lambda *_: {"title": "Evening yoga"},
    "PATCH /api/bookings/{booking_id}": lambda *_: {"seats": 1},
    "PUT /api/creator/hours": lambda *_: {"time_zone": "UTC", "weekly": []},
    "POST /api/sessions/{session_id}/slots/cancel": lambda *_: {"starts_at": as_json(TOMORROW)},
    "POST /api/sessions/{session_id}/slots/waitlist": lambda *_: {"starts_at": as_json(TOMORROW + timedelta(hours=9))},
    "POST /api/sessions/{session_id}/slots/message": lambda *_: {"starts_at": as_json(TOMORROW), "text": "Hello."},
    "POST /api/bookings/{booking_id}/messages": lambda *_: {"text": "Hello."},
    "POST /api/notifications/read": lambda w, _: {"last": w.booking_id},
    "POST /api/bookings/{booking_id}/messages/read": lambda w, _: {"last": w.ids["message_id"]},
    **{
        f"POST {of}/{action}": lambda *_: {"reason": WHY}
        for of in (BOOKING, A_BOOKING)
        for action in ("cancel", "confirm", "decline", "complete")
    },
    **{
        f"POST {of}/reschedule": lambda *_: {"booking_date": as_json(TOMORROW + timedelta(hours=6)), "reason": WHY}
        for of in (BOOKING, A_BOOKING)
    },
    "PATCH /api/sessions/{session_id}/pictures/{picture_id}": lambda *_: {"alt": "A lute."},
    "PUT /api/sessions/{session_id}/schedule": lambda *_: {"weekly": [], "is_open": False},
    "POST /api/sessions/{session_id}/schedule/preview": lambda *_: {"weekly": [], "is_open": False},
    "POST /api/bookings": lambda w, _: a_booking_body(w.session, booking_date=as_json(TOMORROW + timedelta(hours=3))),
    "POST /api/auth/forgot-password": lambda *_: {"email": "ada@example.org"},
    "POST /api/auth/verify-email": lambda *_: {"token": "a token"},
    "DELETE /api/auth/profile": lambda *_: {"password": PASSWORD},
    "POST /api/auth/email": lambda *_: {"email": "augusta@example.org", "current_password": PASSWORD},
    "POST /api/auth/password-reset": lambda *_: {"token": "a token", "new_password": "a staple of batteries"},
    f"PATCH {A_USER}": lambda *_: {"first_name": "Augusta", "reason": WHY},
    f"POST {A_USER}/deactivate": lambda *_: {"reason": WHY},
    f"POST {A_USER}/activate": lambda *_: {"reason": WHY},
    f"POST {A_USER}/role": lambda *_: {"role": "creator", "reason": WHY},
    f"POST {A_USER}/rights": lambda *_: {"is_staff": True, "is_superuser": False, "reason": WHY},
    f"POST {A_USER}/password-reset": lambda *_: {"reason": WHY},
    f"POST {A_USER}/impersonate": lambda *_: {"reason": WHY},
    f"POST {A_USER}/remove-second-factor": lambda *_: {"reason": WHY},
    "POST /api/auth/login/second-factor": lambda *_: {"challenge": "a challenge", "code": "123456"},
    "POST /api/auth/reauthenticate": lambda *_: {"password": PASSWORD},
    "POST /api/auth/second-factor/confirm": lambda *_: {"code": "123456"},
    f"POST {A_USER}/clear-refusal": lambda *_: {"reason": WHY},
    f"POST {A_USER}/api-keys/{{key_id}}/revoke": lambda *_: {"reason": WHY},
    f"POST {A_USER}/logins/end": lambda *_: {"reason": WHY},
    f"POST {A_USER}/logins/{{login_id}}/end": lambda *_: {"reason": WHY},
    "POST /api/auth/api-keys": lambda *_: {"name": "Calendar sync", "scopes": ["read"]},
    "POST /api/admin/messages/{message_id}/retry": lambda *_: {"reason": WHY},
    "PUT /api/auth/preferences": lambda *_: {"reminder_day": False},
    "POST /api/sessions/{session_id}/report": lambda *_: {"reason": "spam"},
    "POST /api/admin/payments/{payment_id}/refund": lambda *_: {"amount": "1.00", "reason": WHY},
    "POST /api/admin/parked-payments/{parked_id}/resolve": lambda *_: {"resolution": WHY},
    f"PUT {A_USER}/commission": lambda *_: {"percent": "12.5", "reason": WHY},
    "POST /api/sessions/{session_id}/reviews": lambda w, _: {"booking": w.booking_id, "stars": 5},
    "POST /api/reviews/{review_id}/answer": lambda *_: {"text": "Thank you!"},
    "POST /api/reviews/{review_id}/report": lambda *_: {"reason": "spam"},
    **{f"POST {A_REVIEW}/{action}": lambda *_: {"reason": WHY} for action in ("hide", "restore", "dismiss")},
    f"PATCH {A_SESSION}": lambda *_: {"title": "Evening yoga"},
    f"POST {A_SESSION}/hide": lambda *_: {"reason": WHY},
    f"POST {A_SESSION}/archive": lambda *_: {"reason": WHY},
    "POST /api/admin/reports/{report_id}/resolve": lambda *_: {"resolution": "hidden", "reason": WHY},
    "POST /api/admin/bulk/preview": lambda w, _: {"kind": "sessions", "action": "hide", "ids": [w.ids["session_id"]]},
    "POST /api/admin/bulk": lambda w, _: {
        "kind": "sessions",
        "action": "hide",
        "ids": [w.ids["session_id"]],
        "reason": WHY,
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built_api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """Open a marketplace with a built front end, so that its routes exist on every machine."""
    dist = tmp_path_factory.mktemp("dist")
    (dist / "docs").mkdir()
    (dist / "docs" / "swagger-ui-bundle.js").write_text("// the bundle")
    async with open_api(replace(PAID_SETTINGS, frontend_dir=dist)) as opened:
        yield opened


@dataclass(slots=True)
class Worlds:
    """The shared world, rebuilt after a request that changed it; refused requests and reads do not."""

    api: Api
    current: World | None = None

    async def note(self, response: Response) -> None:
        if response.is_success and response.request.method != "GET":
            self.current = None

    async def get(self, route: str = "") -> World:
        self.api.clock.at = NOW
        world = self.current or await make_world(self.api)
        for name in parts_of(route) - set(world.ids):
            world.ids[name] = await PARTS[name](self.api, world)
        self.current = world
        return world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worlds(built_api: Api) -> Worlds:
    created = Worlds(built_api)
    built_api.client.event_hooks["response"].append(created.note)
    return created


@pytest_asyncio.fixture(loop_scope="module")
async def world(worlds: Worlds) -> World:
    return await worlds.get()


async def make_world(built_api: Api) -> World:
    creator, learner = await built_api.creator(), await built_api.person()
    people = {
        "visitor": built_api.visitor,
        "learner": learner,
        "creator": creator,
        "other_creator": await built_api.creator(),
        "staff": await built_api.person(is_staff=True),
        "deactivated": await built_api.person(),
        "superuser": await built_api.person(is_staff=True, is_superuser=True),
    }
    people["impersonated"] = await built_api.seen_as(people["staff"], learner)
    await built_api.deactivate(people["deactivated"])
    session, unbooked = [await built_api.session(creator, payment_method="at_session") for _ in range(2)]
    booking = await built_api.booking(learner, session)
    user = await built_api.person()
    ids = {
        "provider": "memory",
        "job_id": "1",
        "login_id": SOME_ID,
        "entry_id": SOME_ID,
        "identity_id": SOME_ID,
        "passkey_id": SOME_ID,
        "mail_id": SOME_ID,
        "session_id": str(session.id),
        "booking_id": booking["id"],
        "user_id": str(user.id),
        "username": creator.user.username,
        "token": "none-of-ours",
        "version": "400.webp",
        "name": "0.jpg",
        "file_path": "swagger-ui-bundle.js",
        "file": f"{NOW.date() - timedelta(days=NOW.weekday())}.xml",
    }
    return World(people, user, session, unbooked, booking["id"], ids)


async def a_message(_: Api, world: World) -> str:
    path = f"/api/bookings/{world.booking_id}/messages/"
    return str((await world.people["learner"].post(path, {"text": "Hello."})).json()["id"])


async def a_feed(_: Api, world: World) -> str:
    return str((await world.people["learner"].get("/api/calendar/")).json()["url"].rpartition("/")[2])


async def a_report(api: Api, world: World) -> str:
    reported = await (await api.person()).post(f"/api/sessions/{world.session.id}/report/", {"reason": "other"})
    return str(reported.json()["id"])


async def a_review(api: Api, world: World) -> str:
    return str((await stored_review(api.storage, world.session)).id)


async def a_run(_: Api, world: World) -> str:
    order = {"kind": "sessions", "action": "hide", "ids": [str(world.unbooked.id)], "reason": WHY}
    return str((await world.people["superuser"].post("/api/admin/bulk/", order)).json()["id"])


async def a_picture(_: Api, world: World) -> str:
    path = f"/api/sessions/{world.session.id}/pictures/"
    added = await world.people["creator"].send("POST", path, files={"file": b"of the session"})
    [picture] = added.json()["pictures"]
    return str(picture["id"])


async def a_payment(api: Api, _: World) -> str:
    return str((await stored_paid_payment(api.storage)).id)


async def a_parked_payment(api: Api, _: World) -> str:
    return str((await stored_parked(api.storage)).id)


async def a_key(api: Api, world: World) -> str:
    return str((await stored_key(api.storage, world.user.user)).key.id)


PARTS: dict[str, Callable[[Api, World], Awaitable[str]]] = {
    "message_id": a_message,
    "feed": a_feed,
    "report_id": a_report,
    "review_id": a_review,
    "run_id": a_run,
    "picture_id": a_picture,
    "payment_id": a_payment,
    "parked_id": a_parked_payment,
    "key_id": a_key,
}
"""What is made for the routes that name it in their path, by the name, and for one that names it in its body."""


def parts_of(route: str) -> set[str]:
    named = {"message_id"} if route == "POST /api/bookings/{booking_id}/messages/read" else set()
    return named | {name for name in PARTS if f"{{{name}}}" in route}


def expected(route: str, who: str, declared: Route | None) -> tuple[int, str]:
    """Return the expected status and error code."""
    if who.startswith(("learner ", "creator ", "staff ")):
        answer = with_a_key(route, who, declared)
    elif who == "superuser":
        answer = SUPERUSER_ANSWERS.get(route, MATRIX[route][PEOPLE.index("staff")])
    elif who == "impersonated":
        answer = as_the_learner(route)
    else:
        answer = MATRIX[route][PEOPLE.index(who)]
    status, _, code = answer.partition(" ")
    return int(status), code


def with_a_key(route: str, who: str, declared: Route | None) -> str:
    """Return the answer expected with a key: that of its owner, without the rights of staff."""
    is_public = declared is not None and declared.access is Access.PUBLIC
    if not is_public and (declared is None or declared.scope is None or who not in BY_KEY):
        return NO_SCOPE
    row, owner = MATRIX[route], who.partition(" ")[0]
    if owner == "staff" and f" {BOOKING}" in route:
        owner = "other_creator"  # who is no party either
    if owner == "staff" and "/pictures" in route and not is_public:
        owner = "learner"
    return row[PEOPLE.index(owner)]


async def caller(api: Api, world: World, declared: Route | None, who: str) -> Person:
    """Return the person of the world, or a program with a key of theirs."""
    owner, _, by = who.partition(" ")
    if not by:
        return world.people[owner]
    scope = declared.scope if declared is not None else None
    if (who, scope) not in world.programs:
        others = [each for each in KEY_SCOPES if each != scope]
        scopes = others if who not in BY_KEY else [scope] if scope else []
        world.programs[who, scope] = await api.by_key(world.people[owner], *scopes)
    return world.programs[who, scope]


def as_the_learner(route: str) -> str:
    """Return the answer expected during impersonation of the learner: reads as the learner, others refused."""
    row = MATRIX[route]
    is_public = len(set(row)) == 1
    if is_public or (route.startswith("GET ") and route not in NOT_WHEN_IMPERSONATING):
        return row[PEOPLE.index("learner")]
    return READ_ONLY


async def test_permission_matrix_has_exactly_the_application_routes(built_api: Api) -> None:
    assert set(routes_of(built_api.app)) == set(MATRIX)


async def test_every_route_declares_its_access(built_api: Api) -> None:
    silent = {name for name, route in routes_of(built_api.app).items() if route is None}

    assert silent == set()


@pytest.mark.parametrize("route", MATRIX)
async def test_every_role_has_the_access_of_the_matrix(worlds: Worlds, route: str) -> None:
    with all_cases() as case:
        for who in EVERYBODY:
            with case(who):
                await has_access(worlds.api, await worlds.get(route), route, who)


async def has_access(api: Api, world: World, route: str, who: str) -> None:
    """Send a request as this person, and check that the answer is the expected one."""
    declared = routes_of(api.app)[route]
    person = await caller(api, world, declared, who)
    method, _, path = route.partition(" ")
    unbooked = {"session_id": str(world.unbooked.id)} if route == "DELETE /api/sessions/{session_id}" else {}
    path = path.format(**world.ids | unbooked)
    make_body = BODIES.get(route)
    body = make_body(world, person) if make_body else None
    sent = {"files": {"file": b"a picture"}} if route in UPLOADS else {} if body is None else {"json": body}

    response = await person.send(method, path, **sent)

    status, code = expected(route, who, declared)
    if code:
        problem(response, status, code)
    assert response.status_code == status, response.text


HIDDEN: dict[str, Answers] = {
    "GET": (NOT_THERE, NOT_THERE, "200", NOT_THERE, "200", OUT),
    "PUT": (OUT, NOT_A_CREATOR, "200", NOT_THERE, NOT_A_CREATOR, OUT),
    "PATCH": (OUT, NOT_A_CREATOR, "200", NOT_THERE, NOT_A_CREATOR, OUT),
    "DELETE": (OUT, NOT_A_CREATOR, "204", NOT_THERE, NOT_A_CREATOR, OUT),
}


@pytest.mark.parametrize("method", HIDDEN)
@pytest.mark.parametrize("who", PEOPLE)
async def test_inactive_session_follows_its_own_access_rules(
    built_api: Api, world: World, method: str, who: str
) -> None:
    hidden = await built_api.session(world.people["creator"], status="inactive")

    response = await world.people[who].send(method, f"/api/sessions/{hidden.id}/", json=a_session_body())

    status, _, code = HIDDEN[method][PEOPLE.index(who)].partition(" ")
    assert (response.status_code, response.json()["code"] if code else "") == (int(status), code)


async def test_unrelated_learner_cannot_see_booking(built_api: Api, world: World) -> None:
    stranger = await built_api.person()

    problem(await stranger.get(f"/api/bookings/{world.booking_id}/"), 404, "not_found")
    problem(await stranger.post(f"/api/bookings/{world.booking_id}/cancel/"), 404, "not_found")


async def test_options_request_needs_no_token(built_api: Api) -> None:
    for path, methods in {
        "/api/sessions/": {"GET", "POST"},
        "/api/auth/profile/": {"GET", "PUT", "PATCH"},
        "/api/bookings/my_bookings/": {"GET"},
    }.items():
        response = await built_api.visitor.send("OPTIONS", path)
        assert response.status_code == 204
        assert {word.strip() for word in response.headers["allow"].split(",")} >= methods
