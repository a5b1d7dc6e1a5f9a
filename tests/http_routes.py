"""The routes of the application, and a valid body for each that reads one."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from litestar import Litestar

from builders import PASSWORD
from http_api import Api, Person, a_registration, a_session_body
from marketplace.core.domain.sessions import Session
from marketplace.http.security.authorization import Route

SOME_ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
A_USER = "/api/admin/users/{user_id}"
A_BOOKING = "/api/admin/bookings/{booking_id}"
A_SESSION = "/api/admin/sessions/{session_id}"
A_REVIEW = "/api/admin/reviews/{review_id}"
WHY = "Asked for by e-mail."
ABOUT = {"first_name": "Ada", "last_name": "Byron", "bio": "I teach numbers.", "languages": ["en", "pt-BR"]}
PROFILE = ABOUT | {"username": "ada", "avatar": None, "time_zone": "UTC", "locale": "pt-BR"}
SESSION = a_session_body(
    max_participants=3,
    image_url=None,
    status="active",
    category="music",
    tags=["lute"],
    requires_confirmation=True,
    cancellation_notice=24,
    payment_method="at_session",
    cancellation_policy=[{"hours_before": 24, "refund_percent": 50}],
    audience="Beginners of all ages.",
    bring="A mat.",
    format="in_person",
    place="Trastevere, Rome",
    language="pt-BR",
    address="Via della Lungara 10",
    coordinates={"latitude": 41.8919, "longitude": 12.4678},
    address_public=False,
    join_url="https://meet.example.org/lute",
)
SCHEDULE: dict[str, Any] = {
    "time_zone": "Europe/Madrid",
    "is_open": False,
    "weekly": [{"weekday": 1, "starts": "09:00", "ends": "12:00", "step": 30}],
    "extras": [{"date": "2030-05-04", "starts": "10:00", "ends": "11:00"}],
    "exceptions": [{"date": "2030-05-06", "ranges": []}],
    "buffer_before": 5,
    "buffer_after": 10,
    "notice": 60,
    "horizon": 30,
    "valid_from": "2029-01-01",
    "valid_until": None,
}
AN_ASSERTION: dict[str, Any] = {
    "id": "AAAA",
    "response": {"clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "AAAA"},
}
GOOD_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/auth/register": a_registration(
        role="user", first_name="Ada", last_name="Byron", time_zone="Europe/Rome", locale="pt-BR"
    ),
    "POST /api/auth/login": {"email": "ada@example.org", "password": PASSWORD, "use_cookie": True},
    "POST /api/auth/passkeys": {
        "credential": {
            "id": "AAAA",
            "response": {"clientDataJSON": "AAAA", "attestationObject": "AAAA", "transports": ["internal"]},
        },
        "name": "My phone",
    },
    "PATCH /api/auth/passkeys/{passkey_id}": {"name": "My phone"},
    "POST /api/auth/login/passkey": {"credential": AN_ASSERTION, "use_cookie": True},
    "POST /api/auth/reauthenticate/passkey": {"credential": AN_ASSERTION},
    "POST /api/auth/login/second-factor": {"challenge": "a challenge", "code": "123456", "use_cookie": True},
    "POST /api/auth/reauthenticate": {"password": PASSWORD, "code": "123456"},
    "POST /api/auth/second-factor/confirm": {"code": "123456"},
    "POST /api/auth/password": {"current_password": PASSWORD, "new_password": "a staple of batteries"},
    "POST /api/auth/forgot-password": {"email": "ada@example.org"},
    "POST /api/auth/verify-email": {"token": "a token"},
    "POST /api/auth/email": {"email": "augusta@example.org", "current_password": PASSWORD},
    "DELETE /api/auth/profile": {"password": PASSWORD},
    "POST /api/auth/api-keys": {"name": "Calendar sync", "scopes": ["read"], "expires_at": None},
    "PUT /api/auth/profile": PROFILE,
    "PUT /api/auth/preferences": {
        "reminder_day": True,
        "reminder_hour": False,
        "how_was_it": True,
        "new_message": True,
        "offer_expired": False,
        "new_review": True,
    },
    "PATCH /api/auth/profile": PROFILE,
    "POST /api/sessions": SESSION,
    "PUT /api/sessions/{session_id}": SESSION,
    "PATCH /api/sessions/{session_id}": SESSION,
    "PATCH /api/sessions/{session_id}/pictures/{picture_id}": {"alt": "A lute.", "position": 1, "reason": WHY},
    "PUT /api/sessions/{session_id}/schedule": SCHEDULE,
    "POST /api/sessions/{session_id}/schedule/preview": {
        **SCHEDULE,
        "starts_from": "2030-05-01T00:00:00Z",
        "starts_to": "2030-05-15",
    },
    "POST /api/sessions/{session_id}/slots/cancel": {"starts_at": "2030-05-01T10:00:00Z", "reason": "I am ill."},
    "POST /api/sessions/{session_id}/slots/waitlist": {"starts_at": "2030-05-01T10:00:00Z", "seats": 2},
    "POST /api/sessions/{session_id}/slots/message": {"starts_at": "2030-05-01T10:00:00Z", "text": "Bring a mat."},
    "POST /api/bookings/{booking_id}/messages": {"text": "Is there a place to park?"},
    "POST /api/notifications/read": {"last": SOME_ID},
    "POST /api/bookings/{booking_id}/messages/read": {"last": SOME_ID},
    "POST /api/bookings": {
        "session": SOME_ID,
        "booking_date": "2030-05-01T10:00:00Z",
        "seats": 1,
        "expected_price": "49.99",
        "address": "Calle Mayor 1, Madrid",
    },
    "PATCH /api/bookings/{booking_id}": {"seats": 2},
    "PUT /api/creator/hours": {
        "time_zone": "Europe/Rome",
        "weekly": [{"weekday": 1, "starts": "09:00", "ends": "12:00", "step": None}],
    },
    "POST /api/bookings/{booking_id}/reschedule": {"booking_date": "2030-05-01T10:00:00Z", "reason": "I am ill."},
    "POST /api/auth/password-reset": {"token": "a token", "new_password": "a staple of batteries"},
    f"PATCH {A_USER}": {
        "email": "ada@example.org",
        "username": "ada",
        "reason": WHY,
        **ABOUT,
    },
    f"POST {A_USER}/deactivate": {"reason": WHY, "cancel_sold_seats": True},
    f"POST {A_USER}/activate": {"reason": WHY},
    f"POST {A_USER}/role": {"role": "creator", "reason": WHY},
    f"POST {A_USER}/rights": {"is_staff": True, "is_superuser": True, "reason": WHY},
    f"POST {A_USER}/password-reset": {"reason": WHY},
    f"POST {A_USER}/impersonate": {"reason": WHY},
    f"POST {A_USER}/remove-second-factor": {"reason": WHY},
    f"POST {A_USER}/clear-refusal": {"reason": WHY},
    f"POST {A_USER}/api-keys/{{key_id}}/revoke": {"reason": WHY},
    f"POST {A_USER}/logins/end": {"reason": WHY},
    f"POST {A_USER}/logins/{{login_id}}/end": {"reason": WHY},
    "POST /api/admin/messages/{message_id}/retry": {"reason": WHY},
    "POST /api/sessions/{session_id}/report": {"reason": "spam", "text": "Every week the same."},
    "POST /api/sessions/{session_id}/reviews": {"booking": SOME_ID, "stars": 4, "text": "A calm hour."},
    "POST /api/reviews/{review_id}/answer": {"text": "Thank you for coming!"},
    "POST /api/reviews/{review_id}/report": {"reason": "offensive", "text": "It insults me."},
    **{f"POST {A_REVIEW}/{action}": {"reason": WHY} for action in ("hide", "restore", "dismiss")},
    f"PATCH {A_SESSION}": SESSION | {"reason": WHY},
    f"POST {A_SESSION}/hide": {"reason": WHY},
    f"POST {A_SESSION}/archive": {"reason": WHY},
    **{f"POST {A_BOOKING}/{action}": {"reason": WHY} for action in ("cancel", "complete")},
    **{f"POST {A_BOOKING}/{action}": {"reason": WHY, "requested_start": None} for action in ("confirm", "decline")},
    f"POST {A_BOOKING}/reschedule": {"booking_date": "2030-05-01T10:00:00Z", "reason": WHY},
    "POST /api/admin/bulk/preview": {"kind": "sessions", "action": "hide", "ids": [SOME_ID]},
    "POST /api/admin/bulk": {"kind": "sessions", "action": "hide", "ids": [SOME_ID], "reason": WHY},
    "POST /api/admin/payments/{payment_id}/refund": {"amount": "10.00", "reason": WHY},
    "POST /api/admin/parked-payments/{parked_id}/resolve": {"resolution": WHY},
    f"PUT {A_USER}/commission": {"percent": "12.5", "reason": WHY},
    "POST /api/admin/reports/{report_id}/resolve": {"resolution": "dismissed", "reason": WHY},
}
LOCAL_START = {"local_start", "time_zone"}
INSTEAD = {
    "POST /api/admin/bulk": {"filters", "preview"},
    "POST /api/admin/bulk/preview": {"filters"},
    "POST /api/bookings": LOCAL_START,
    "POST /api/bookings/{booking_id}/reschedule": LOCAL_START,
    f"POST {A_BOOKING}/reschedule": LOCAL_START,
}
"""Fields that exclude those of a valid body."""
OPTIONAL_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/auth/refresh": {"refresh": "a token", "attempt": "an attempt of this test"},
    "POST /api/auth/oidc/{provider}": {"next": "/dashboard", "time_zone": "Europe/Rome", "locale": "it"},
    "POST /api/auth/oidc/{provider}/reauthenticate": {"next": "/profile"},
    "POST /api/auth/logout": {"refresh": "a token", "everywhere": False},
    **{f"POST /api/bookings/{{booking_id}}/{action}": {"reason": "I am ill."} for action in ("cancel", "complete")},
    **{
        f"POST /api/bookings/{{booking_id}}/{action}": {"reason": "I am ill.", "requested_start": None}
        for action in ("confirm", "decline")
    },
    "POST /api/waitlist/{entry_id}/accept": {"expected_price": "49.99", "address": "Calle Mayor 1, Madrid"},
    f"POST {A_SESSION}/restore": {"reason": WHY},
    f"POST {A_SESSION}/feature": {"reason": WHY},
    f"POST {A_SESSION}/unfeature": {"reason": WHY},
}


FEED = f"{43 * 'A'}.ics"
"""A feed address that belongs to no user."""


OTHER_IDS = {
    "name": "help",
    "booking_id": SOME_ID,
    "user_id": SOME_ID,
    "report_id": SOME_ID,
    "review_id": SOME_ID,
    "picture_id": SOME_ID,
    "mail_id": SOME_ID,
    "entry_id": SOME_ID,
    "message_id": SOME_ID,
    "identity_id": SOME_ID,
    "token": "a-token",
    "run_id": SOME_ID,
    "job_id": 1,
    "payment_id": SOME_ID,
    "parked_id": SOME_ID,
    "provider": "memory",
    "login_id": SOME_ID,
    "passkey_id": SOME_ID,
    "key_id": SOME_ID,
    "feed": FEED,
    "username": "ada",
}
"""Values of the path parameters, except that of the session."""


def some_parts(app: Litestar) -> dict[str, Any]:
    """Return a value of the right type for every path parameter of the application."""
    kinds = {name: part.type for route in app.routes for name, part in route.path_parameters.items()}
    return {name: 1 if kind is int else SOME_ID for name, kind in kinds.items()} | {
        "feed": FEED,
        "version": "400.webp",
        "name": "0.jpg",
    }


@cache
def routes_of(app: Litestar) -> dict[str, Route | None]:
    """Return the declaration of every route, by name such as `GET /api/sessions`."""
    return dict(_routes(app))


def _routes(app: Litestar) -> Iterator[tuple[str, Route | None]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            declared = handler.opt.get("route")
            for method in sorted(set(getattr(handler, "http_methods", ())) - {"OPTIONS"}):
                yield f"{method} {route.path_format}", declared if isinstance(declared, Route) else None


class Owner:
    """A superuser who is the creator of a session, and may call every route that reads a body."""

    def __init__(self, person: Person, session: Session) -> None:
        self.person = person
        self.session = session
        self.ids: dict[str, object] = {"session_id": session.id, "user_id": person.id}

    def path(self, route: str) -> str:
        return route.partition(" ")[2].format(**OTHER_IDS | self.ids) + "/"

    async def send(self, route: str, **options: Any) -> Any:
        return await self.person.send(route.partition(" ")[0], self.path(route), **options)

    async def send_text(self, route: str, content: str | bytes, content_type: str | None = "application/json") -> Any:
        headers = {} if content_type is None else {"Content-Type": content_type}
        return await self.send(route, content=content, headers=headers)


async def an_owner(api: Api) -> Owner:
    creator = await api.creator(is_staff=True, is_superuser=True)
    owner = Owner(creator, await api.session(creator))
    added = await creator.send("POST", f"/api/sessions/{owner.session.id}/pictures/", files={"file": b"a picture"})
    owner.ids["picture_id"] = added.json()["pictures"][0]["id"]
    owner.ids["username"] = (await creator.get("/api/auth/profile/")).json()["username"]
    return owner
