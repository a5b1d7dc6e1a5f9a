"""A request of every route that needs a right, and the ways of taking the right away."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from api_key_records import stored_key
from builders import (
    TOMORROW,
    Services,
    a_message,
    principal_of,
    services_over,
    stored_booking,
    stored_login,
    stored_second_factor,
    stored_session,
    stored_user,
)
from bulk_orders import order
from fakes import NOW
from http_api import a_session_body, as_json
from http_routes import A_BOOKING, A_REVIEW, A_SESSION, A_USER
from marketplace.core.domain.conversations import BookingMessage
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage
from marketplace.http.security.authorization import SAFE_METHODS, Access, Route
from payment_records import stored_paid_payment, stored_parked
from review_records import stored_review
from staff_services import a_failing_job

WHY = "Asked for by e-mail."
REASON = {"reason": WHY}
BOOKING = "/api/bookings/{booking_id}"
REFUSED = {401, 403, 404}
Ids = dict[str, object]


@dataclass(frozen=True, slots=True)
class Marketplace:
    """The storage of the servers, and a superuser who takes rights away in this process."""

    storage: Storage
    services: Services
    boss: Principal

    @classmethod
    async def over(cls, storage: Storage) -> "Marketplace":
        boss = await stored_user(storage, is_staff=True, is_superuser=True)
        return cls(storage, services_over(storage), principal_of(boss))


Loss = Callable[[Marketplace, User], Awaitable[object]]
Target = Callable[[Marketplace, User], Awaitable[Ids]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who may make the request, and how they lose the right to."""

    account: dict[str, Any]
    lose: Loss


async def deactivated(market: Marketplace, user: User) -> None:
    await market.services.user_admin.deactivate(market.boss, user.id, WHY)


async def made_user(market: Marketplace, user: User) -> None:
    await market.services.user_admin.change_role(market.boss, user.id, "user", WHY)


async def dismissed(market: Marketplace, user: User) -> None:
    rights = {"is_staff": False, "is_superuser": False}
    await market.services.user_admin.change_rights(market.boss, user.id, **rights, reason=WHY)


async def made_ordinary_staff(market: Marketplace, user: User) -> None:
    rights = {"is_staff": True, "is_superuser": False}
    await market.services.user_admin.change_rights(market.boss, user.id, **rights, reason=WHY)


CREATOR, STAFF_MEMBER = {"role": "creator"}, {"is_staff": True}
SUPERUSER = STAFF_MEMBER | {"is_superuser": True}
NEW_CREATOR = (Actor(CREATOR, made_user), Actor(CREATOR, deactivated))
OWNER = (Actor(CREATOR, deactivated),)
STAFF = (Actor(STAFF_MEMBER, dismissed), Actor(STAFF_MEMBER, deactivated))
SUPER = (Actor(SUPERUSER, made_ordinary_staff), Actor(SUPERUSER, dismissed), Actor(SUPERUSER, deactivated))


@dataclass(frozen=True, slots=True)
class Case:
    """A request that succeeds as long as the actor has the right; `target` stores what it is about.

    The target's IDs fill the placeholders of the path, and `named` says which of them the body has, under which name.
    """

    actors: Sequence[Actor]
    target: Target
    body: Any = None
    named: Mapping[str, str] = field(default_factory=dict)

    def body_for(self, ids: Ids) -> Any:
        return self.body if not self.named else self.body | {name: str(ids[key]) for name, key in self.named.items()}


async def nothing(_: Marketplace, __: User) -> Ids:
    return {}


def session(*, is_booked: bool = False, **changes: Any) -> Target:
    async def stored(market: Marketplace, actor: User) -> Ids:
        creator = actor if actor.role == "creator" else await stored_user(market.storage, role="creator")
        found = await stored_session(market.storage, creator_id=creator.id, **changes)
        if is_booked:
            await stored_booking(market.storage, found)
        return {"session_id": found.id}

    return stored


def user(**changes: Any) -> Target:
    async def stored(market: Marketplace, _: User) -> Ids:
        return {"user_id": (await stored_user(market.storage, **changes)).id}

    return stored


def booking(**changes: Any) -> Target:
    async def stored(market: Marketplace, actor: User) -> Ids:
        found = (await session()(market, actor))["session_id"]
        details = await market.services.session_admin.get(UUID(str(found)))
        return {"booking_id": (await stored_booking(market.storage, details, **changes)).id}

    return stored


async def key(market: Marketplace, _: User) -> Ids:
    owner = await stored_user(market.storage)
    return {"user_id": owner.id, "key_id": (await stored_key(market.storage, owner)).key.id}


async def login(market: Marketplace, _: User) -> Ids:
    owner = await stored_user(market.storage)
    found = await stored_login(
        market.storage, owner, str(uuid7()), expires_at=datetime.now(UTC) + timedelta(days=9_999)
    )
    return {"user_id": owner.id, "login_id": found.id}


async def report(market: Marketplace, actor: User) -> Ids:
    session_id = UUID(str((await session()(market, actor))["session_id"]))
    reporter = principal_of(await stored_user(market.storage))
    return {"report_id": (await market.services.reports.report(reporter, session_id, "spam", "")).resource.id}


def review(*, is_hidden: bool = False, is_reported: bool = False) -> Target:
    async def stored(market: Marketplace, actor: User) -> Ids:
        session_id = (await session()(market, actor))["session_id"]
        found = await market.services.session_admin.get(UUID(str(session_id)))
        written = await stored_review(market.storage, found)
        if is_hidden:
            await market.services.review_admin.hide(market.boss, written.id, WHY)
        if is_reported:
            reporter = principal_of(await stored_user(market.storage))
            await market.services.reviews.report(reporter, written.id, "spam", "")
        return {"review_id": written.id}

    return stored


async def run(market: Marketplace, actor: User) -> Ids:
    session_id = (await session()(market, actor))["session_id"]
    started = await market.services.bulk.begin(market.boss, order("sessions", "hide", [session_id]), WHY)
    return {"run_id": started.resource.id}


async def job(market: Marketplace, _: User) -> Ids:
    return {"job_id": (await a_failing_job(market.storage)).id}


async def unpaid(market: Marketplace, actor: User) -> Ids:
    """Store a booking of the actor that awaits payment."""
    session = await stored_session(market.storage)
    held = {"status": "pending", "pay_by": TOMORROW, "starts_at": TOMORROW + timedelta(days=9)}
    return {"booking_id": (await stored_booking(market.storage, session, actor.id, **held)).id}


async def paid(market: Marketplace, _: User) -> Ids:
    return {"payment_id": (await stored_paid_payment(market.storage)).id}


async def parked(market: Marketplace, _: User) -> Ids:
    return {"parked_id": (await stored_parked(market.storage)).id}


async def message(market: Marketplace, actor: User) -> Ids:
    """Store a message to the actor."""
    found = await CONFIRMED(market, actor)
    booking_id = UUID(str(found["booking_id"]))
    history = await market.storage.booking_lists.find(booking_id)
    assert history is not None
    written = BookingMessage.of(history, history.user_id, uuid7(), "Hello.", NOW)
    async with market.storage.unit_of_work() as tx:
        await tx.booking_messages.add(written)
    return found | {"message_id": written.id}


async def with_second_factor(market: Marketplace, _: User) -> Ids:
    """Store an account with a second factor."""
    found = await stored_user(market.storage)
    await stored_second_factor(market.storage, found)
    return {"user_id": found.id}


async def refused_mail(market: Marketplace, _: User) -> Ids:
    """Store a mail that a server refused."""
    recipient, later = await stored_user(market.storage), datetime.now(UTC) + timedelta(days=9_999)
    mail = a_message(recipient.id, expires_at=later).refused("550")
    async with market.storage.unit_of_work() as tx:
        await tx.messages.add([mail])
        await tx.messages.mark_refused(recipient.id, recipient.email, later)
    return {"message_id": mail.id, "user_id": recipient.id}


ENDED = datetime.now(UTC) - timedelta(hours=3)
PENDING = booking(status="pending", respond_by=TOMORROW)
CONFIRMED = booking()
MOVE = REASON | {"booking_date": as_json(TOMORROW + timedelta(hours=6))}
BULK = {"kind": "sessions", "action": "hide", "filters": {}}
SESSION = "/api/sessions/{session_id}"
BOOKING_STEPS: dict[str, tuple[Target, Any]] = {
    "cancel": (CONFIRMED, REASON),
    "confirm": (PENDING, REASON),
    "decline": (PENDING, REASON),
    "complete": (booking(starts_at=ENDED, created_at=ENDED), REASON),
    "reschedule": (CONFIRMED, MOVE),
}
CASES: dict[str, Case] = {
    "POST /api/sessions": Case(NEW_CREATOR, nothing, a_session_body()),
    f"PUT {SESSION}": Case(OWNER, session(), a_session_body()),
    f"PATCH {SESSION}": Case(OWNER, session(), {"title": "Evening yoga"}),
    f"DELETE {SESSION}": Case(OWNER, session()),
    f"PUT {SESSION}/schedule": Case(OWNER, session(), {"weekly": [], "is_open": False}),
    f"POST {SESSION}/schedule/preview": Case(OWNER, session(), {"weekly": [], "is_open": False}),
    f"POST {SESSION}/slots/message": Case(
        OWNER, session(is_booked=True), {"starts_at": as_json(TOMORROW), "text": "Hello."}
    ),
    f"POST {BOOKING}/messages": Case(OWNER, CONFIRMED, {"text": "Hello."}),
    f"POST {BOOKING}/messages/read": Case(OWNER, message, {}, {"last": "message_id"}),
    "PUT /api/creator/hours": Case(OWNER, nothing, {"time_zone": "UTC", "weekly": []}),
    f"POST {SESSION}/slots/cancel": Case(OWNER, session(is_booked=True), {"starts_at": as_json(TOMORROW)}),
    **{
        f"POST {BOOKING}/{step}": Case((STAFF[0], OWNER[0], STAFF[1]), target, body)
        for step, (target, body) in BOOKING_STEPS.items()
    },
    **{f"POST {A_BOOKING}/{step}": Case(STAFF, target, body) for step, (target, body) in BOOKING_STEPS.items()},
    f"PATCH {A_USER}": Case(STAFF, user(), REASON | {"first_name": "Augusta"}),
    f"POST {A_USER}/deactivate": Case(STAFF, user(), REASON),
    f"POST {A_USER}/activate": Case(STAFF, user(is_active=False), REASON),
    f"POST {A_USER}/role": Case(STAFF, user(), REASON | {"role": "creator"}),
    f"POST {A_USER}/rights": Case(SUPER, user(), REASON | {"is_staff": True, "is_superuser": True}),
    f"POST {A_USER}/password-reset": Case(SUPER, user(**SUPERUSER), REASON),
    f"POST {A_USER}/impersonate": Case(STAFF, user(), REASON),
    f"POST {A_USER}/api-keys/{{key_id}}/revoke": Case(STAFF, key, REASON),
    f"POST {A_USER}/logins/end": Case(STAFF, user(), REASON),
    f"POST {A_USER}/logins/{{login_id}}/end": Case(STAFF, login, REASON),
    f"POST {A_USER}/remove-second-factor": Case(STAFF, with_second_factor, REASON),
    f"POST {A_USER}/clear-refusal": Case(STAFF, refused_mail, REASON),
    "POST /api/admin/messages/{message_id}/retry": Case(STAFF, refused_mail, REASON),
    f"PATCH {A_SESSION}": Case(STAFF, session(), REASON | {"title": "Evening yoga"}),
    f"POST {A_SESSION}/hide": Case(STAFF, session(), REASON),
    f"POST {A_SESSION}/restore": Case(STAFF, session(hidden_at=NOW, hidden_reason=WHY), REASON),
    f"POST {A_SESSION}/feature": Case(STAFF, session(), REASON),
    f"POST {A_SESSION}/unfeature": Case(STAFF, session(featured_at=NOW), REASON),
    f"POST {A_SESSION}/archive": Case(STAFF, session(), REASON),
    "POST /api/admin/reports/{report_id}/resolve": Case(STAFF, report, REASON | {"resolution": "hidden"}),
    "POST /api/reviews/{review_id}/answer": Case(OWNER, review(), {"text": "Thank you!"}),
    f"POST {A_REVIEW}/hide": Case(STAFF, review(), REASON),
    f"POST {A_REVIEW}/restore": Case(STAFF, review(is_hidden=True), REASON),
    f"POST {A_REVIEW}/dismiss": Case(STAFF, review(is_reported=True), REASON),
    f"POST {BOOKING}/pay": Case((Actor({}, deactivated),), unpaid),
    "POST /api/admin/payments/{payment_id}/refund": Case(STAFF, paid, REASON | {"amount": "1.00"}),
    "POST /api/admin/parked-payments/{parked_id}/resolve": Case(STAFF, parked, {"resolution": WHY}),
    f"PUT {A_USER}/commission": Case(STAFF, user(role="creator"), REASON | {"percent": "12.5"}),
    "GET /api/creator/earnings/export": Case(NEW_CREATOR, nothing),
    "POST /api/admin/bulk/preview": Case(STAFF, session(), BULK),
    "POST /api/admin/bulk": Case(STAFF, session(), BULK | REASON),
    "POST /api/admin/bulk/{run_id}/cancel": Case(STAFF, run),
    "POST /api/admin/jobs/{job_id}/retry": Case(STAFF, job),
    **{f"GET /api/admin/{name}/export": Case(STAFF, nothing) for name in ("users", "sessions", "bookings", "audit")},
}


def needs_right(name: str, route: Route | None) -> bool:
    """Return whether the route has effects, or exports a list, by a right.

    Staff may also act on other people's bookings. Other reads may use the cached principal.
    """
    is_read = name.partition(" ")[0] in SAFE_METHODS
    has_access = route is not None and route.access in {Access.CREATOR, Access.STAFF, Access.SUPERUSER}
    exports = route is not None and bool(route.files)
    return (has_access and (exports or not is_read)) or (f" {BOOKING}/" in name and not is_read)
