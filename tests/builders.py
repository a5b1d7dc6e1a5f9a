"""Builders of test data: each has sensible defaults, and a test names only the values it is about."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pyotp
from uuid_utils.compat import uuid7

from fakes import (
    NOW,
    FreshIds,
    KnownZones,
    MovableClock,
    NamedCards,
    NamedEncoder,
    NumberedAccessTokens,
    PlainPasswords,
)
from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.exports.files import StreamedFiles
from marketplace.adapters.identity.providers import NO_PROVIDERS
from marketplace.adapters.memory.pictures import MemoryObjectStore
from marketplace.adapters.security.challenges import JwtChallenges
from marketplace.adapters.security.confusables import IcuConfusables
from marketplace.adapters.security.email_syntax import MailStandards
from marketplace.adapters.security.flow_seals import HmacFlowSeals
from marketplace.adapters.security.passkeys import WebauthnVerifier
from marketplace.adapters.security.refresh_tokens import HmacRefreshTokens
from marketplace.adapters.security.secret_box import AesGcmBox
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.security.totp import PyotpTotp
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.bootstrap.service_set import Services as BuiltServices
from marketplace.bootstrap.services import build_services
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.bookable_starts import BookableStart, BookableStarts
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.calendars import CalendarFeed, new_feed_token
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.messages import Message, MessageKind
from marketplace.core.domain.passkeys import RelyingParty
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.personal_limits import PersonalLimits
from marketplace.core.domain.principals import Login, LoginLifetimes, Principal
from marketplace.core.domain.schedules import Schedule, TimeRange, WeeklyHours
from marketplace.core.domain.second_factors import TotpFactor
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.terms import Terms
from marketplace.core.domain.tokens import refresh_token_hash
from marketplace.core.domain.users import Contact, User
from marketplace.core.ports.identities import IdentityProviders
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.mailer import Mailer
from marketplace.core.ports.payment_providers import Payments
from marketplace.core.ports.pictures import ObjectStore
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork

TOMORROW = NOW + timedelta(days=1)
KEYS = SecretKeys(("a secret of the tests, long enough",))
PASSWORD = "correct horse"
REFRESH_TTL = timedelta(days=7)
LIFETIMES = LoginLifetimes(unused=REFRESH_TTL, longest=timedelta(days=90))
ADDRESSES = SiteAddresses("https://sessions.example.org")
CATEGORIES = ("fitness", "music", "technology")

T = TypeVar("T")

_numbers = count(1)


def a_user(**changes: Any) -> User:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "email": f"user{number}@example.org",
        "username": f"user{number}",
        "password_hash": f"plain:{PASSWORD}",
        "role": "user",
        "avatar": None,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "time_zone": "UTC",
        "is_active": True,
        "is_staff": False,
        "is_superuser": False,
        "date_joined": NOW,
    }
    return User(**defaults | changes)


def a_contact(user: User) -> Contact:
    names = ("id", "username", "role", "avatar", "first_name", "last_name", "email")
    return Contact(**{name: getattr(user, name) for name in names})


def a_session(**changes: Any) -> Session:
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "creator_id": uuid7(),
        "title": "Morning yoga",
        "description": "Breathe in, breathe out.",
        "duration": 60,
        "price": Decimal("49.99"),
        "max_participants": 3,
        "image_url": None,
        "status": "active",
        "category": None,
        "tags": (),
        "created_at": NOW,
        "archived_at": None,
    }
    return Session(**defaults | changes)


def session_details(session: Session, creator: User) -> SessionDetails:
    changes = {name: getattr(session, name) for name in Session.__dataclass_fields__}
    return SessionDetails(
        **changes,
        creator_details=a_contact(creator),
        creator_is_active=creator.is_active,
        time_zone=creator.time_zone,
    )


def a_schedule(**changes: Any) -> Schedule:
    """9:00 to 17:00 on every day, in UTC."""
    hours = TimeRange(starts=time(9), ends=time(17), step=None)
    defaults: dict[str, Any] = {
        "time_zone": "UTC",
        "weekly": tuple(WeeklyHours(weekday=day, hours=hours) for day in range(1, 8)),
        "extras": (),
        "exceptions": (),
        "buffer_before": 0,
        "buffer_after": 0,
        "notice": 0,
        "horizon": 60,
        "valid_from": None,
        "valid_until": None,
    }
    return Schedule(**defaults | changes)


def a_slot(session: Session, *, starts_at: datetime = TOMORROW, seats_taken: int = 0) -> Slot:
    return Slot.of(session, starts_at, seats_taken)


def a_booking(session: Session, user_id: UUID | None = None, **changes: Any) -> Booking:
    seats = changes.get("seats", 1)
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "session_id": session.id,
        "creator_id": session.creator_id,
        "user_id": user_id or uuid7(),
        "starts_at": TOMORROW,
        "seats": seats,
        "amount": session.price * seats,
        "status": "confirmed",
        "created_at": NOW,
        "terms": Terms.of(session),
    }
    return Booking(**defaults | changes)


def a_history(booking: Booking, session: Session, creator: User, learner: User) -> BookingHistory:
    """Return a booking as its parties read it, with its first step."""
    kept = {field.name: getattr(booking, field.name) for field in fields(booking)}
    return BookingHistory(
        **kept,
        session_details=session_details(session, creator),
        user_details=a_contact(learner),
        history=(booking.created(),),
    )


def a_feed(user: User, **changes: Any) -> CalendarFeed:
    defaults: dict[str, Any] = {"user_id": user.id, "token": new_feed_token(), "created_at": NOW}
    return CalendarFeed(**defaults | changes)


def a_quote(session: Session, *, creator: User | None = None, **changes: Any) -> BookingQuote:
    creator = creator or a_user(id=session.creator_id, role="creator")
    defaults: dict[str, Any] = {
        "session": session_details(session, creator),
        "buyer": a_contact(a_user()),
        "starts_at": TOMORROW,
        "slot": None,
        "already_booked": False,
    }
    return BookingQuote(**defaults | changes)


def a_key(**changes: Any) -> IdempotencyKey:
    defaults: dict[str, Any] = {
        "user_id": uuid7(),
        "route": "an_operation",
        "key": "once",
        "body_hash": hashlib.sha256(b"{}").digest(),
    }
    return IdempotencyKey(**defaults | changes)


def a_message(user_id: UUID, **changes: Any) -> Message:
    number, due_at = uuid7(), changes.get("due_at", NOW)
    defaults: dict[str, Any] = {
        "id": number,
        "user_id": user_id,
        "kind": MessageKind.BOOKING_BOOKED,
        "subject": str(number),
        "due_at": due_at,
        "expires_at": due_at + timedelta(days=1),
        "next_attempt_at": due_at,
        "message_id": f"<{number}@sessions.example.org>",
        "created_at": NOW,
    }
    return Message(**defaults | changes)


def a_login(user: User, **changes: Any) -> Login:
    defaults: dict[str, Any] = {"id": uuid7(), "user_id": user.id, "created_at": NOW, "expires_at": NOW + REFRESH_TTL}
    return Login(**defaults | changes)


def principal_of(user: User, family_id: UUID | None = None) -> Principal:
    return user.principal(family_id or uuid7())


def as_a(kind: type[T], resource: object) -> T:
    """Return the fields of a resource that belong to this stored class, without those joined when it is read."""
    return kind(**{field.name: getattr(resource, field.name) for field in fields(kind)})  # type: ignore[arg-type]


def a_principal(user_id: UUID | None = None, *, is_staff: bool = False) -> Principal:
    """Return a principal with this id, for tests where nothing else matters."""
    return Principal(user_id=user_id or uuid7(), family_id=uuid7(), role="user", is_staff=is_staff, is_superuser=False)


async def stored_user(storage: Storage, **changes: Any) -> User:
    return (await stored_users(storage, 1, **changes))[0]


async def stored_users(storage: Storage, number: int, **changes: Any) -> Sequence[User]:
    users = [a_user(**changes) for _ in range(number)]
    async with storage.unit_of_work() as tx:
        for user in users:
            await tx.users.add(user)
    return users


async def stored_session(storage: Storage, **changes: Any) -> Session:
    if "creator_id" not in changes:
        changes["creator_id"] = (await stored_user(storage, role="creator")).id
    session = a_session(**changes)
    async with storage.unit_of_work() as tx:
        await tx.sessions.add(session)
    return session


async def stored_booking(storage: Storage, session: Session, user_id: UUID | None = None, **changes: Any) -> Booking:
    booking = a_booking(session, user_id or (await stored_user(storage)).id, **changes)
    async with storage.unit_of_work() as tx:
        if not await take(tx, session, booking):
            assert await open_slot(tx, session, booking)
    return booking


async def take(tx: Transaction, session: Session, booking: Booking, job: Job | None = None) -> bool:
    """Reserve by a quote that found the slot occupied."""
    slot = a_slot(session, starts_at=booking.starts_at, seats_taken=1)
    return await _reserve(tx, booking, job, slot=slot)


async def open_slot(tx: Transaction, session: Session, booking: Booking, job: Job | None = None) -> bool:
    """Reserve by a quote that found no slot, or an empty one."""
    assert booking.session_id == session.id
    return await _reserve(tx, booking, job, slot=None)


async def _reserve(tx: Transaction, booking: Booking, job: Job | None, *, slot: Slot | None) -> bool:
    quote = await tx.slots.acquire_quote(booking.session_id, booking.starts_at, booking.user_id)
    return await tx.slots.reserve(replace(quote, slot=slot), booking, job)


async def stored_login(storage: Storage, user: User, token: str, **changes: Any) -> Login:
    login = a_login(user, **changes)
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_login(login, refresh_token_hash(token))
    return login


async def stored_second_factor(storage: Storage, user: User, keys: SecretKeys = KEYS, **changes: Any) -> str:
    """Give a user a second factor that is on. Return its secret, in base 32."""
    secret = pyotp.random_base32()
    defaults: dict[str, Any] = {"created_at": NOW - timedelta(days=1), "confirmed_at": NOW - timedelta(days=1)}
    factor = TotpFactor(user_id=user.id, sealed_secret=AesGcmBox(keys).seal(secret, user.id), **defaults | changes)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        await tx.second_factors.begin(replace(factor, confirmed_at=None, last_step=None))
        if factor.confirmed_at is not None:
            await tx.second_factors.confirm(user.id, factor.last_step or 0, factor.confirmed_at)
    return secret


async def stored_feed(storage: Storage, user: User, **changes: Any) -> CalendarFeed:
    feed = a_feed(user, **changes)
    async with storage.unit_of_work() as tx:
        await tx.feeds.save(feed)
    return feed


async def slots_of(storage: Storage, session: Session, after: datetime = NOW) -> tuple[Slot, ...]:
    async with storage.unit_of_work() as tx:
        return await tx.slots.acquire_upcoming(session.id, after)


async def all_starts(
    listed: Callable[..., Awaitable[BookableStarts]],
    principal: Principal | None,
    session: Session,
    begin: datetime,
    end: datetime,
) -> tuple[BookableStart, ...]:
    """Return every start of a window, answer by answer."""
    answer = await listed(principal, session.id, begin, end)
    found = list(answer)
    while answer.next is not None:
        answer = await listed(principal, session.id, answer.next, end)
        found += answer
    return tuple(found)


async def seats_taken(storage: Storage, session: Session) -> int:
    return sum(slot.seats_taken for slot in await slots_of(storage, session))


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(BuiltServices):
    """All services over one storage, with the fakes behind them."""

    clock: MovableClock
    passwords: PlainPasswords
    access_tokens: NumberedAccessTokens


def an_adapter_set(**changes: Any) -> Adapters:
    defaults: dict[str, Any] = {
        "clock": MovableClock(),
        "ids": FreshIds(),
        "passwords": PlainPasswords(),
        "confusables": IcuConfusables(),
        "syntax": MailStandards(),
        "access_tokens": NumberedAccessTokens(),
        "challenges": JwtChallenges(KEYS),
        "secret_box": AesGcmBox(KEYS),
        "totp": PyotpTotp("sessions.example.org"),
        "refresh_tokens": HmacRefreshTokens(KEYS),
        "passkeys": WebauthnVerifier(),
        "calendars": Rfc5545Calendars(),
        "files": StreamedFiles(),
        "former_zones": KnownZones(),
        "encoder": NamedEncoder(),
        "objects": MemoryObjectStore(),
        "cards": NamedCards(),
        "unsubscribe_tokens": HmacUnsubscribeTokens(KEYS),
        "flow_seals": HmacFlowSeals(KEYS),
    }
    return Adapters(**defaults | changes)


MANY = PersonalLimits(max_live_bookings=1_000_000, max_sessions=1_000_000)
"""More than any test or measure makes, so that only those of the bounds meet them."""


def services_over(  # noqa: PLR0913 - one argument per adapter that tests swap
    storage: Storage,
    *,
    unit_of_work: UnitOfWork | None = None,
    clock: MovableClock | None = None,
    passwords: PlainPasswords | None = None,
    objects: ObjectStore | None = None,
    mailer: Mailer | None = None,
    payments: PaymentOptions | None = None,
    provider: Payments | None = None,
    identity_providers: IdentityProviders = NO_PROVIDERS,
    keys: SecretKeys = KEYS,
    limits: PersonalLimits = MANY,
) -> Services:
    clock, passwords, access_tokens = clock or MovableClock(), passwords or PlainPasswords(), NumberedAccessTokens()
    built = build_services(
        replace(storage, unit_of_work=unit_of_work or storage.unit_of_work),
        an_adapter_set(
            clock=clock,
            passwords=passwords,
            access_tokens=access_tokens,
            objects=objects or MemoryObjectStore(),
            mailer=mailer,
            payments=provider,
            identity_providers=identity_providers,
            refresh_tokens=HmacRefreshTokens(keys),
        ),
        ServiceOptions(
            categories=CATEGORIES,
            login_lifetimes=LIFETIMES,
            addresses=ADDRESSES,
            payments=payments,
            limits=limits,
            relying_party=RelyingParty.of(ADDRESSES.root),
        ),
    )
    return Services(
        clock=clock,
        passwords=passwords,
        access_tokens=access_tokens,
        **{each.name: getattr(built, each.name) for each in fields(built)},
    )
