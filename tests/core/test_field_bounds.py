"""Services refuse what the API refuses, also when called from the shell or a job, and name every invalid field."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

import pytest

from builders import (
    PASSWORD,
    TOMORROW,
    Services,
    a_session,
    a_user,
    principal_of,
    stored_booking,
    stored_session,
    stored_user,
)
from marketplace.core.domain.fields import NOT_CANONICAL, field_names
from marketplace.core.domain.places import Coordinates
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.refund_policies import RefundTier
from marketplace.core.domain.sessions import SESSION_FIELDS, Session
from marketplace.core.domain.users import USER_FIELDS
from marketplace.core.errors import Invalid
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkOrder
from staff_services import StaffServices, logged, staff_over

LONG = "x" * 501
SESSION: dict[str, Any] = {
    "title": "Morning yoga",
    "description": "Breathe in.",
    "duration": 60,
    "price": Decimal("49.99"),
    "max_participants": 3,
    "image_url": None,
    "status": "active",
    "category": None,
    "tags": (),
}
BAD_SESSION: dict[str, Any] = {
    "title": " ",
    "description": "bell \x07",
    "duration": -5,
    "price": Decimal(-1),
    "max_participants": 0,
    "image_url": "ftp://example.org",
    "status": "lost",
    "category": "cooking",
    "tags": ("x",) * 11,
    "requires_confirmation": "no",
    "cancellation_notice": 8761,
    "payment_method": "cash",
    "cancellation_policy": (RefundTier(24, 50), RefundTier(48, 100)),
    "audience": "x" * 501,
    "bring": "x" * 501,
    "format": "hybrid",
    "place": "x" * 101,
    "language": "english",
    "address": "x" * 301,
    "coordinates": Coordinates(latitude=91, longitude=0),
    "address_public": "yes",
    "join_url": "ftp://example.org",
}
BAD_USER: dict[str, Any] = {
    "email": "",
    "username": "a b",
    "role": "admin",
    "first_name": "x" * 151,
    "last_name": "bell \x07",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All services over one storage, and users to call them."""

    services: Services
    staff_services: StaffServices
    creator: Principal
    learner: Principal
    staff: Principal
    session: Session
    booking: Any


@pytest.fixture
async def world(services: Services, storage: Storage) -> World:
    creator = principal_of(await stored_user(storage, role="creator"))
    learner = principal_of(await stored_user(storage))
    session = await stored_session(storage, creator_id=creator.user_id)
    return World(
        services=services,
        staff_services=staff_over(services),
        creator=creator,
        learner=learner,
        staff=principal_of(await stored_user(storage, is_staff=True, is_superuser=True)),
        session=session,
        booking=await stored_booking(storage, session, learner.user_id),
    )


CALLS: dict[str, tuple[set[str], Callable[[World], Awaitable[object]]]] = {
    "register": (
        {*BAD_USER, "password"},
        lambda w: w.services.users.register(**BAD_USER, password="short"),
    ),
    "register with control characters in the password": (
        {"password"},
        lambda w: w.services.users.register(email="ada@example.org", username="ada", password=f"{PASSWORD}\x07"),
    ),
    "change a profile": (
        {"username", "avatar", "first_name", "time_zone"},
        lambda w: w.services.users.change_profile(
            w.learner, {"username": "a", "avatar": "x", "first_name": "\x00", "time_zone": "Nowhere"}
        ),
    ),
    "change a password": (
        {"new_password"},
        lambda w: w.services.users.change_password(w.learner, current_password=PASSWORD, new_password="pass\x07word"),
    ),
    "switch an account off": (
        {"reason"},
        lambda w: w.services.users.set_active(w.learner.user_id, is_active=False, reason=LONG),
    ),
    "offer a session": (set(BAD_SESSION), lambda w: w.services.sessions.create(w.creator, BAD_SESSION)),
    "change a session": (
        set(BAD_SESSION),
        lambda w: w.services.sessions.change(w.creator, w.session.id, BAD_SESSION),
    ),
    "change a session for its creator": (
        {"duration", "reason"},
        lambda w: w.services.sessions.change(w.staff, w.session.id, {"duration": 1441}, LONG),
    ),
    "archive a session for its creator": (
        {"reason"},
        lambda w: w.services.sessions.archive(w.staff, w.session.id, ""),
    ),
    "book no seat": ({"seats"}, lambda w: w.services.bookings.book(w.staff, w.session.id, TOMORROW, 0)),
    "book less than no seat": ({"seats"}, lambda w: w.services.bookings.book(w.staff, w.session.id, TOMORROW, -1)),
    "book too many seats": ({"seats"}, lambda w: w.services.bookings.book(w.staff, w.session.id, TOMORROW, 10_001)),
    "give a booking no seat": ({"seats"}, lambda w: w.services.seat_changes.change(w.learner, w.booking.id, 0)),
    "cancel a booking": ({"reason"}, lambda w: w.services.bookings.act(w.learner, w.booking.id, "cancel", LONG)),
    "move a booking": (
        {"reason"},
        lambda w: w.services.bookings.reschedule(w.learner, w.booking.id, TOMORROW, LONG),
    ),
    "cancel a slot": ({"reason"}, lambda w: w.services.slots.cancel(w.creator, w.session.id, TOMORROW, LONG)),
    "report a session": (
        {"reason", "text"},
        lambda w: w.staff_services.reports.report(w.learner, w.session.id, "dull", "x" * 2001),  # type: ignore[arg-type]
    ),
    "issue a reset": ({"reason"}, lambda w: w.staff_services.resets.issue(w.staff, w.learner.user_id, "")),
    "impersonate": ({"reason"}, lambda w: w.staff_services.impersonations.begin(w.staff, w.learner.user_id, " ")),
    "begin a bulk action": (
        {"reason"},
        lambda w: w.staff_services.bulk.begin(
            w.staff, BulkOrder(kind="sessions", action="hide", rows=(w.session.id,)), ""
        ),
    ),
    "change an account": (
        {"email", "username", "first_name", "last_name", "reason"},
        lambda w: w.staff_services.users.change(
            w.staff, w.learner.user_id, {name: BAD_USER[name] for name in BAD_USER if name != "role"}, LONG
        ),
    ),
    "change a role": (
        {"role", "reason"},
        lambda w: w.staff_services.users.change_role(w.staff, w.learner.user_id, "admin", ""),  # type: ignore[arg-type]
    ),
    "give rights": (
        {"is_superuser", "reason"},
        lambda w: w.staff_services.users.change_rights(
            w.staff, w.learner.user_id, is_staff=False, is_superuser=True, reason=""
        ),
    ),
    "activate": ({"reason"}, lambda w: w.staff_services.users.activate(w.staff, w.learner.user_id, "")),
    "deactivate": ({"reason"}, lambda w: w.staff_services.users.deactivate(w.staff, w.learner.user_id, "")),
    "hide a session": ({"reason"}, lambda w: w.staff_services.sessions.hide(w.staff, w.session.id, "")),
    "restore a session": ({"reason"}, lambda w: w.staff_services.sessions.restore(w.staff, w.session.id, LONG)),
    "feature a session": ({"reason"}, lambda w: w.staff_services.sessions.feature(w.staff, w.session.id, LONG)),
    "unfeature a session": ({"reason"}, lambda w: w.staff_services.sessions.unfeature(w.staff, w.session.id, LONG)),
    "resolve a report": (
        {"resolution", "reason"},
        lambda w: w.staff_services.sessions.resolve(w.staff, w.session.id, "burnt", ""),  # type: ignore[arg-type]
    ),
}


@pytest.mark.parametrize("call", CALLS)
async def test_service_refuses_what_the_api_refuses(world: World, storage: Storage, call: str) -> None:
    names, act = CALLS[call]
    before = await logged(storage)

    with pytest.raises(Invalid) as caught:
        await act(world)

    assert set(caught.value.errors) == names
    assert await logged(storage) == before


@pytest.mark.parametrize(("name", "value"), BAD_SESSION.items())
def test_session_names_a_field_out_of_bounds(name: str, value: Any) -> None:
    good = a_session(**SESSION)

    assert good.validate() == {}
    assert set(replace(good, **{name: value}).validate()) == ({name} if name != "category" else set())


@pytest.mark.parametrize(("name", "value"), BAD_USER.items())
def test_user_names_a_field_out_of_bounds(name: str, value: Any) -> None:
    good = a_user()

    assert good.validate() == {}
    assert set(replace(good, **{name: value}).validate()) == {name}


@pytest.mark.parametrize("value", [" Yoga", "Yoga\n", "Zoe\u0308"])
def test_text_is_stored_trimmed_and_composed(value: str) -> None:
    assert a_session(title=value).validate() == {"title": [NOT_CANONICAL]}


@pytest.mark.parametrize("price", [Decimal("49.999"), Decimal("1e9"), Decimal("NaN"), Decimal("Infinity"), 49.99, True])
def test_price_is_never_rounded(price: object) -> None:
    assert set(a_session(price=price).validate()) == {"price"}


@dataclass
class Keeper:
    name: str
    reset_token: str


def test_derived_lists_refuse_a_secret_that_is_not_left_out() -> None:
    with pytest.raises(ValueError, match="reset_token"):
        field_names(Keeper)
    with pytest.raises(ValueError, match="nickname"):
        field_names(Keeper, "reset_token", "nickname")
    assert field_names(Keeper, "reset_token") == ("name",)


def test_audit_log_keeps_every_field_that_is_not_left_out_by_name() -> None:
    kept = {field.name for field in fields(Session)} - {"id", "creator_id", "created_at", "revision", "revised_at"}
    assert set(SESSION_FIELDS) == kept
    assert "password_hash" not in USER_FIELDS
