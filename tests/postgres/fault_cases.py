"""What faults happen to: each operation with what it changes, and what somebody else writes meanwhile."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from builders import (
    a_login,
    a_message,
    a_principal,
    a_user,
    principal_of,
    stored_session,
    stored_user,
    stored_users,
)
from contracts.mail import settle as settle_messages
from contracts.waiting import waiting
from due_jobs import run_due
from http_api import KEYS
from marketplace.adapters.payments.events import SIGNATURE_HEADER
from marketplace.adapters.payments.signatures import sign
from marketplace.adapters.security.access_tokens import JwtAccessTokens
from marketplace.adapters.system import UuidSeven
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.tokens import Claims, refresh_token_hash
from marketplace.core.ports.payment_providers import Unknown
from marketplace.core.ports.storage import Storage
from postgres.fault_program import Given
from postgres.http_clients import DISCREPANCIES
from postgres.simulated_shop import SimulatedShop
from provider_worlds import SECRET
from smtp_server import ScriptedServer

TOKENS = JwtAccessTokens(keys=KEYS, time_to_live=timedelta(days=1), ids=UuidSeven())
LEASE_OVER = timedelta(minutes=3)
DAY = timedelta(days=1)

OF_SESSION = """
    SELECT concat_ws(' ', CASE b.user_id WHEN $2 THEN 'mine' ELSE 'other' END, b.status, b.seats, 'on day',
        round(extract(epoch FROM b.starts_at - $3) / 86400), 'after',
        (SELECT count(*) FROM booking_steps s WHERE s.booking_id = b.id))
    FROM bookings b WHERE b.session_id = $1
    UNION ALL SELECT 'taken ' || seats_taken FROM slots WHERE session_id = $1 AND seats_taken > 0
    UNION ALL SELECT concat_ws(' ', 'line', status, seats) FROM waitlist_entries WHERE session_id = $1
"""
OF_LOGIN = """
    SELECT CASE WHEN t.used_at IS NULL THEN 'unused' ELSE 'used' END FROM refresh_tokens t
        JOIN token_families f ON f.id = t.family_id
    WHERE f.id = $1 AND f.revoked_at IS NULL
"""
OF_PAYMENTS = """
    SELECT concat_ws(' ', 'payment', status, captured, refunded) FROM payments WHERE booking_id = $1
    UNION ALL SELECT concat_ws(' ', kind, amount, state) FROM payment_operations WHERE booking_id = $1
    UNION ALL SELECT 'booking ' || status FROM bookings WHERE id = $1
    UNION ALL SELECT concat_ws(' ', e.purpose, sum(e.amount)) FROM ledger_entries e
        JOIN ledger_transactions t ON t.id = e.transaction_id
        WHERE t.booking_id = $1 AND t.kind <> 'fee' GROUP BY e.purpose
"""
OF_MESSAGE = """
    SELECT concat_ws(' ', state, CASE WHEN unknown_at IS NULL THEN '' ELSE 'after an unknown outcome' END)
    FROM messages WHERE id = $1
"""
SUMS = "SELECT transaction_id FROM ledger_entries GROUP BY transaction_id, currency HAVING sum(amount) <> 0"
BALANCES = """
    SELECT b.purpose FROM ledger_balances b WHERE b.balance <> (SELECT coalesce(sum(e.amount), 0)
        FROM ledger_entries e WHERE (e.purpose, e.currency) = (b.purpose, b.currency)
        AND e.owner_id IS NOT DISTINCT FROM nullif(b.owner_id, '00000000-0000-0000-0000-000000000000'))
"""
VIOLATIONS = DISCREPANCIES | {
    "a transaction of the ledger that does not sum to zero": SUMS,
    "a balance that is not the sum of its entries": BALANCES,
}

Seen = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An operation on rows of its own. What is seen of it is sorted, without IDs and times."""

    given: Callable[[], Given]
    """What the program is to do, as it would be asked for now."""
    see: Callable[[], Awaitable[Seen]]
    competes: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation, and what is seen of its effect."""

    prepare: "Callable[[Market], Awaitable[Case]]"
    done: Seen
    """After it."""
    otherwise: frozenset[Seen] = frozenset()
    """After it, if it was interrupted, as its documentation says."""
    contested: frozenset[Seen]
    """After it and its competitor, whichever was first."""
    is_atomic: bool = True
    """Whether there is nothing between before and after."""


class Market(SimulatedShop):
    """The marketplace next to the program that faults happen to. It prepares, competes, and looks."""

    def __init__(self, storage: Storage, reader: Any, address: str, mail: ScriptedServer) -> None:
        super().__init__(storage, address, SECRET)
        self.reader, self.mail = reader, mail
        self.day = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    def now(self) -> datetime:
        return self.clock.now()

    async def ask(self, statement: str, *arguments: object) -> Seen:
        """Return the first column, sorted."""
        return tuple(sorted(str(row[0]) for row in await self.reader.fetch(statement, *arguments)))

    async def violations(self) -> list[str]:
        """Return what must never be, and is."""
        return [words for words, statement in VIOLATIONS.items() if await self.reader.fetch(statement)]

    async def calm_down(self) -> None:
        """Let leases end, and all happen that is due then."""
        for _ in range(2):
            self.clock.advance(LEASE_OVER)
            await self.reader.execute("UPDATE jobs SET locked_until = NULL, locked_by = NULL")
            while await self.services.events.deliver():
                pass
            await run_due(self.storage.job_queue, self.now(), self.services.handlers())

    async def begin(self) -> None:
        """Forget what is due of operations before."""
        self.clock.at = datetime.now(UTC)
        await self.calm_down()
        await settle_messages(self.storage)
        self.mail.envelopes.clear()
        self.clock.at = datetime.now(UTC)

    async def sign_in(self, user_id: UUID) -> dict[str, str]:
        login = a_login(a_user(id=user_id), created_at=self.now(), expires_at=self.now() + DAY)
        async with self.storage.unit_of_work() as tx:
            await tx.tokens.add_login(login, refresh_token_hash(str(login.id)))
        token = TOKENS.issue(Claims(user_id=user_id, family_id=login.id), self.now())
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}

    async def asks(self, user_id: UUID, path: str, body: Any = None, method: str = "POST") -> Callable[[], Given]:
        """Return a person's request, which has the same idempotency key each time."""
        headers = await self.sign_in(user_id)
        return lambda: Given(at=self.now(), method=method, path=path, body=body, headers=headers)

    def works(self, what: str) -> Callable[[], Given]:
        return lambda: Given(at=self.now(), does=what)

    async def people(self, number: int) -> list[UUID]:
        return [each.id for each in await stored_users(self.storage, number, email_verified_at=self.now())]

    async def plain_session(self, **changes: Any) -> Session:
        return await stored_session(self.storage, **{"payment_method": "at_session"} | changes)

    async def take(self, session: Session, seats: int = 1, user_id: UUID | None = None) -> tuple[UUID, UUID]:
        """Book a session. Return the booking and its learner."""
        learner = user_id or (await self.people(1))[0]
        booked = await self.services.bookings.book(a_principal(learner), session.id, self.start, seats)
        return booked.resource.id, learner

    @property
    def start(self) -> datetime:
        return self.day + 9 * DAY

    def of_session(self, session: Session, user_id: UUID) -> Callable[[], Awaitable[Seen]]:
        return lambda: self.ask(OF_SESSION, session.id, user_id, self.start)

    def of_payments(self, booking_id: UUID) -> Callable[[], Awaitable[Seen]]:
        """Look at a booking's payments, here and at the provider."""

        async def see() -> Seen:
            there = []
            for each in await self.storage.payments.of_booking(booking_id):
                report = await self.provider.look_up(each)
                assert not isinstance(report, Unknown)
                if report is not None:
                    refunds = sorted(refund.amount for refund in report.refunds)
                    there.append(f"provider {report.status.value} {report.captured} {refunds}")
            return (*await self.ask(OF_PAYMENTS, booking_id), *there)

        return see


async def book_first(market: Market) -> Case:
    session, [learner, other] = await market.plain_session(max_participants=2), await market.people(2)
    return await _booking(market, session, learner, lambda: market.take(session, 2, other))


async def book_last(market: Market) -> Case:
    session, [learner, other] = await market.plain_session(max_participants=2), await market.people(2)
    await market.take(session)
    return await _booking(market, session, learner, lambda: market.take(session, 1, other))


async def _booking(market: Market, session: Session, learner: UUID, competes: Callable[[], Awaitable[object]]) -> Case:
    body = {"session": str(session.id), "booking_date": market.start.isoformat()}
    return Case(
        given=await market.asks(learner, "/api/bookings/", body),
        see=market.of_session(session, learner),
        competes=competes,
    )


async def seats(market: Market) -> Case:
    session, [other] = await market.plain_session(max_participants=3), await market.people(1)
    booking, learner = await market.take(session)
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/", {"seats": 3}, "PATCH"),
        see=market.of_session(session, learner),
        competes=lambda: market.take(session, 2, other),
    )


async def cancel(market: Market) -> Case:
    session = await market.plain_session()
    booking, learner = await market.take(session)
    creator = a_principal(session.creator_id)
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/cancel/", {"reason": "Ill."}),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(creator, booking, "cancel", "Rain."),
    )


async def cancel_with_a_line(market: Market) -> Case:
    session = await market.plain_session(max_participants=1)
    booking, learner = await market.take(session)
    person, entry = await waiting(market.storage, market.services, session, at=market.start)
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/cancel/", {"reason": "Ill."}),
        see=market.of_session(session, learner),
        competes=lambda: market.services.waitlist.leave(person, entry.id),
    )


async def reschedule(market: Market) -> Case:
    session = await market.plain_session()
    booking, learner = await market.take(session)
    body = {"booking_date": (market.start + 2 * DAY).isoformat()}
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/reschedule/", body),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def confirm(market: Market) -> Case:
    session = await market.plain_session(requires_confirmation=True)
    booking, learner = await market.take(session)
    return Case(
        given=await market.asks(session.creator_id, f"/api/bookings/{booking}/confirm/"),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def expire(market: Market) -> Case:
    session = await market.plain_session(requires_confirmation=True)
    market.clock.advance(-3 * DAY)
    booking, learner = await market.take(session)
    market.clock.advance(3 * DAY)
    while await market.services.events.deliver():
        pass
    return Case(
        given=market.works("jobs"),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def refresh(market: Market) -> Case:
    user = await stored_user(market.storage)
    login, token = a_login(user, created_at=market.now(), expires_at=market.now() + DAY), str(uuid4())
    async with market.storage.unit_of_work() as tx:
        await tx.tokens.add_login(login, refresh_token_hash(token))
    body = {"refresh": token, "attempt": str(uuid4())}
    return Case(
        given=lambda: Given(at=market.now(), path="/api/auth/refresh/", body=body),
        see=lambda: market.ask(OF_LOGIN, login.id),
        competes=lambda: market.services.tokens.log_out(token),
    )


async def pay(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/pay/"),
        see=market.of_payments(booking),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def notice(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    await market.use_card(booking, learner)
    [payment] = await market.storage.payments.of_booking(booking)
    event = str(uuid4())
    body = f'{{"id":"{event}","type":"payment.paid","payment":"{payment.provider_id}","reference":"{payment.id}"}}'

    def given() -> Given:
        headers = {SIGNATURE_HEADER: sign(body.encode(), SECRET, market.now())}
        return Given(at=market.now(), path="/api/payments/webhooks/simulator/", content=body, headers=headers)

    return Case(
        given=given,
        see=market.of_payments(booking),
        competes=lambda: market.services.payments.pay(a_principal(learner), booking),
    )


async def refund(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    await market.pay(booking, learner)
    [payment] = await market.storage.payments.of_booking(booking)
    staff = await stored_user(market.storage, is_staff=True)
    other = principal_of(await stored_user(market.storage, is_staff=True))
    body = {"amount": "10.00", "reason": "The room was cold."}
    return Case(
        given=await market.asks(staff.id, f"/api/admin/payments/{payment.id}/refund/", body),
        see=market.of_payments(booking),
        competes=lambda: market.services.payment_admin.refund(other, payment.id, 3_000, "The room was hot."),
    )


async def refund_of_a_cancelled_booking(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    await market.pay(booking, learner)
    await market.calm_down()
    await market.services.bookings.act(a_principal(learner), booking, "cancel")
    return Case(given=market.works("jobs"), see=market.of_payments(booking), competes=market.calm_down)


async def send(market: Market) -> Case:
    session = await market.plain_session()
    booking, learner = await market.take(session)
    message = a_message(
        learner,
        kind=MessageKind.BOOKING_BOOKED,
        booking_id=booking,
        due_at=market.now(),
        created_at=market.now(),
    )
    async with market.storage.unit_of_work() as tx:
        await tx.messages.add([message])

    async def see() -> Seen:
        mails = market.mail.ids().count(message.message_id)
        return (*await market.ask(OF_MESSAGE, message.id), f"{mails} mails")

    return Case(
        given=market.works("mail"),
        see=see,
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


OPENED = ("open 3600 done", "paid_in -3600")
ANY: frozenset[Seen] = frozenset()


def refunded(cents: int, status: str = "confirmed") -> Seen:
    held, done = (f"booking {status}", f"held {3_600 - cents}", *OPENED), f"refund {cents} done"
    return (*held, f"payment paid 3600 {cents}", done, f"returned {cents}", f"provider paid 3600 [{cents}]")


OPERATIONS: Mapping[str, Operation] = {
    "book": Operation(
        prepare=book_first,
        done=("mine confirmed 1 on day 0 after 1", "taken 1"),
        contested=frozenset({("other confirmed 2 on day 0 after 1", "taken 2")}),
    ),
    "book the last seat": Operation(
        prepare=book_last,
        done=("mine confirmed 1 on day 0 after 1", "other confirmed 1 on day 0 after 1", "taken 2"),
        contested=frozenset({("other confirmed 1 on day 0 after 1", "other confirmed 1 on day 0 after 1", "taken 2")}),
    ),
    "seats": Operation(
        prepare=seats,
        done=("mine confirmed 3 on day 0 after 2", "taken 3"),
        contested=frozenset({("mine confirmed 1 on day 0 after 1", "other confirmed 2 on day 0 after 1", "taken 3")}),
    ),
    "cancel": Operation(prepare=cancel, done=("mine cancelled 1 on day 0 after 2",), contested=ANY),
    "cancel with a line": Operation(
        prepare=cancel_with_a_line,
        done=("line offered 1", "mine cancelled 1 on day 0 after 2", "taken 1"),
        contested=frozenset({("line left 1", "mine cancelled 1 on day 0 after 2")}),
    ),
    "reschedule": Operation(
        prepare=reschedule,
        done=("mine confirmed 1 on day 2 after 2", "taken 1"),
        contested=frozenset({("mine cancelled 1 on day 2 after 3",), ("mine cancelled 1 on day 0 after 2",)}),
    ),
    "confirm": Operation(
        prepare=confirm,
        done=("mine confirmed 1 on day 0 after 2", "taken 1"),
        contested=frozenset({("mine cancelled 1 on day 0 after 3",), ("mine cancelled 1 on day 0 after 2",)}),
    ),
    "expire": Operation(prepare=expire, done=("mine cancelled 1 on day 0 after 2",), contested=ANY),
    "refresh": Operation(prepare=refresh, done=("unused", "used"), contested=frozenset({()})),
    "pay": Operation(
        prepare=pay,
        done=("booking pending", "open 3600 done", "payment open 0 0", "provider open 0 []"),
        contested=frozenset(
            {
                ("booking cancelled",),
                ("booking cancelled", "open 3600 done", "payment voided 0 0", "void 3600 done", "provider voided 0 []"),
            }
        ),
        is_atomic=False,
    ),
    "notice": Operation(
        prepare=notice,
        done=("booking confirmed", "held 3600", *OPENED, "payment paid 3600 0", "provider paid 3600 []"),
        contested=ANY,
    ),
    "refund": Operation(prepare=refund, done=refunded(1_000), contested=frozenset({refunded(3_000)}), is_atomic=False),
    "refund of a cancelled booking": Operation(
        prepare=refund_of_a_cancelled_booking, done=refunded(3_600, "cancelled"), contested=ANY, is_atomic=False
    ),
    "send": Operation(
        prepare=send,
        done=("sent ", "1 mails"),
        otherwise=frozenset({("sent after an unknown outcome", f"{number} mails") for number in (1, 2)}),
        contested=ANY,
        is_atomic=False,
    ),
}
