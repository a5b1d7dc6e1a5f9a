"""The questions of `make bench-scale`, and the routes that may grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Asker = Literal["visitor", "learner", "buyer", "creator", "staff"]


@dataclass(frozen=True, slots=True)
class Question:
    """A request; names in braces, in its path and the values of its body, are replaced in each turn."""

    asked_by: Asker
    path: str
    method: Literal["GET", "POST", "PATCH"] = "GET"
    body: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        return self.path if self.body is None else f"{self.method} {self.path}: {', '.join(self.body)}"


ROUTES: dict[Asker, tuple[str, ...]] = {
    "visitor": (
        "/api/sessions",
        "/api/sessions?ordering=price",
        "/api/sessions?ordering=-duration",
        "/api/sessions?ordering=title",
        "/api/sessions?category=music",
        "/api/sessions?category=music&ordering=price",
        "/api/sessions?tag=tag8",
        "/api/sessions?tag=tag8&category=business",
        "/api/sessions?creator={creator}",
        "/api/sessions?min_price=20&max_price=80&max_duration=90",
        "/api/sessions?search=common",
        "/api/sessions?search=everywhere",
        "/api/sessions?search=comon",
        "/api/sessions?search=zzzzzzzzzz",
        "/api/sessions?available_from={begin}&available_to={end}",
        "/api/sessions?available_from={begin}&available_to={end}&category=music&ordering=price",
        "/api/sessions?available_from={begin}T01:00:00Z&available_to={begin}T02:00:00Z&category=music",
        "/api/sessions/suggest?q=com",
        "/api/sessions/{session}",
        "/api/sessions/{session}/slots",
        "/api/sessions/{session}/suggested-starts",
        "/api/sessions/{session}/reviews",
        "/api/creators/{username}",
        "/api/sessions/facets?min_price=0.{turn}",
        "/api/sessions/facets?category=music&min_price=0.{turn}",
        "/api/sessions/facets?search=common&min_price=0.{turn}",
        "/api/sessions/facets?tag=tag8&category=business&min_price=0.{turn}",
        "/api/sessions/facets?available_from={begin}&min_price=0.{turn}",
        "/api/calendar/{feed}.ics",
        "/api/marketplace",
        "/api/auth/oidc",
        "/api/common-passwords",
        "/api/time-zones",
        "/api/time-zones/offsets?zones=Europe/Madrid&from={begin}&to={end}",
        "/health/live",
        "/health/ready",
    ),
    "learner": (
        "/api/auth/profile",
        "/api/auth/logins",
        "/api/bookings",
        "/api/bookings/my_bookings?status=confirmed",
        "/api/bookings/{booking}",
        "/api/bookings/{booking}/calendar.ics",
        "/api/bookings/{booking}/messages",
        "/api/bookings/unread-messages",
        "/api/favourites",
        "/api/favourites/ids",
        "/api/calendar",
        "/api/auth/email",
        "/api/auth/identities",
        "/api/auth/passkeys",
        "/api/auth/second-factor",
        "/api/auth/api-keys",
        "/api/auth/preferences",
        "/api/auth/messages",
        "/api/notifications",
        "/api/waitlist",
        "/api/reviews",
        "/api/bookings/{booking}/cancellation-quote",
    ),
    "creator": (
        "/api/sessions?my_sessions=true",
        "/api/bookings/creator_bookings",
        "/api/creator/summary",
        "/api/creator/hours",
        "/api/sessions/{session}/schedule",
        "/api/sessions/{session}/slots/waitlist",
        "/api/waitlist/creator",
    ),
    "staff": (
        "/api/admin/users",
        "/api/admin/users?search=person7",
        "/api/admin/users/{creator}",
        "/api/admin/users/{creator}/sold-slots",
        "/api/admin/users/{creator}/api-keys",
        "/api/admin/users/{creator}/ways-in",
        "/api/admin/sessions",
        "/api/admin/sessions?search=common",
        "/api/admin/sessions?ordering=title",
        "/api/admin/sessions/{session}",
        "/api/admin/sessions/{session}/waitlist",
        "/api/admin/bookings",
        "/api/admin/bookings?status=confirmed&ordering=booking_date",
        "/api/admin/bookings?search=rare",
        "/api/admin/bookings/{booking}",
        "/api/admin/bookings/{booking}/messages",
        "/api/admin/audit",
        "/api/admin/audit?action=deactivated",
        "/api/admin/reports",
        "/api/admin/bulk",
        "/api/admin/dashboard",
        "/api/admin/jobs",
        "/api/admin/messages?user={creator}",
        "/api/admin/reviews",
    ),
}
WRITES = [
    Question("buyer", "/api/bookings/", "POST", {"session": "{session}", "booking_date": "{start}"}),
    Question("creator", "/api/sessions/{session}/", "PATCH", {"price": "{turn}.50"}),
    Question("creator", "/api/sessions/{session}/", "PATCH", {"description": "everywhere, and for the {turn}th time"}),
]
QUESTIONS = [Question(asked_by, path) for asked_by, paths in ROUTES.items() for path in paths] + WRITES
EXPORT = "an export has every row"
RUN = "as large as the selection of its run"
UNPAID = "payments are off here; `make bench-ledger` has ten million entries"
RANKED = "ranks up to 2,000 matches"
EVALUATED = "evaluates up to 1,000 matches"
COUNTED = "counts up to 10,000 matches"
INTERSECTED = "intersects the index entries of a tag and a category"
NIGHT = "/api/sessions?available_from={begin}T01:00:00Z&available_to={begin}T02:00:00Z&category=music"
GROWS = {
    "/api/sessions?search=common": RANKED,
    "/api/sessions?search=everywhere": RANKED,
    "/api/sessions?search=comon": RANKED,
    NIGHT: EVALUATED,
    "/api/sessions?tag=tag8&category=business": INTERSECTED,
    "/api/sessions/facets?min_price=0.{turn}": COUNTED,
    "/api/sessions/facets?category=music&min_price=0.{turn}": COUNTED,
    "/api/sessions/facets?search=common&min_price=0.{turn}": COUNTED,
    "/api/sessions/facets?available_from={begin}&min_price=0.{turn}": COUNTED,
    "/api/admin/audit/export": EXPORT,
    "/api/admin/bookings/export": EXPORT,
    "/api/admin/sessions/export": EXPORT,
    "/api/admin/users/export": EXPORT,
    "/api/creator/earnings/export": EXPORT,
    "/api/auth/export": EXPORT,
    "/api/admin/bulk/{run_id}": RUN,
    "/api/admin/bulk/{run_id}/report": RUN,
}
"""Why an answer may take longer in a larger marketplace: until it reaches its bound, which it then says, or always.

A thousand sessions are fewer than these bounds, so the smallest size does less.
"""
UNASKED = {
    "/api/texts/{name}": "reads no table",
    "/api/inbox": "of the demo, and off otherwise",
    "/api/inbox/{mail_id}": "of the demo, and off otherwise",
    "/api/auth/oidc/{provider}/callback": "returns from another service",
    "/api/unsubscribe/{token}": "reads a token and one account",
    "/api/admin/users/{user_id}/commission": UNPAID,
    "/api/admin/payments": UNPAID,
    "/api/admin/payments/{payment_id}": UNPAID,
    "/api/admin/parked-payments": UNPAID,
    "/api/creator/earnings": UNPAID,
    "/api/bookings/{booking_id}/receipts": UNPAID,
    "/api/sessions/{session_id}/live": "a stream; `make bench-live` reads it",
}
"""Why a route is not asked at all."""
