"""The marketplace next to the program that faults happen to: it prepares, competes, and looks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from builders import (
    a_login,
    a_principal,
    a_user,
    stored_session,
    stored_users,
)
from contracts.mail import settle as settle_messages
from due_jobs import run_due
from http_api import KEYS
from marketplace.adapters.security.access_tokens import JwtAccessTokens
from marketplace.adapters.system import UuidSeven
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
