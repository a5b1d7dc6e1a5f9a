"""A booking and its payments, read ahead of a transaction without locks, and what the transaction writes at the end.

Nearly all transactions of a payment read the same rows and write few. So they are read by one statement and written by
another, which begins with the function `payments_as_read` (migration 0081): it locks them in the usual order, and
raises `StaleRead` unless they are as they were read.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.bookings import DETAILS, SAVED, STEP, booking_history
from marketplace.adapters.postgres.jobs.enqueue import ENQUEUE, enqueued_values
from marketplace.adapters.postgres.ledger import POSTING, posting_values
from marketplace.adapters.postgres.messages import ADD as ADD_MESSAGES
from marketplace.adapters.postgres.messages import added_values as message_values
from marketplace.adapters.postgres.notifications import ADD as ADD_NOTIFICATIONS
from marketplace.adapters.postgres.notifications import added_values as notification_values
from marketplace.adapters.postgres.payment_rows import (
    OPERATION,
    OPERATION_COLUMNS,
    PAYMENT,
    placeholders,
    stored_operation,
    stored_payment,
)
from marketplace.adapters.postgres.payments import ADD, ADD_EVENT, SAVE
from marketplace.adapters.postgres.payments import SAVED as SAVED_OF_PAYMENT
from marketplace.adapters.postgres.rows import COLUMN_NAMES, USER, columns, stored_user
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.messages import Message
from marketplace.core.domain.notifications import Notification
from marketplace.core.domain.payments import Payment, PaymentOperation
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import Job

# As the function compares it. Locks leave `xmin` as it is, and so does freezing.
VERSION = """
    concat_ws(' ', (SELECT xmin FROM users WHERE id = {learner}), (SELECT xmin FROM bookings WHERE id = {booking}),
        (SELECT string_agg(xmin::text, ',' ORDER BY id) FROM payments WHERE booking_id = {booking}),
        (SELECT string_agg(o.xmin::text, ',' ORDER BY o.id) FROM payments p
            JOIN payment_operations o ON o.payment_id = p.id WHERE p.booking_id = {booking}))
"""
# Steps, payments and operations of the booking in the order of their IDs, and last the learner's account.
READ = f"""
    WITH found AS ({DETAILS} WHERE b.id = $1)
    SELECT found.*,
        ARRAY(SELECT ({columns("h", tuple(STEP))}) FROM booking_steps h WHERE h.booking_id = found.id ORDER BY h.id)
            AS history,
        ARRAY(SELECT ({columns("p", PAYMENT)}) FROM payments p WHERE p.booking_id = found.id ORDER BY p.id)
            AS payments,
        ARRAY(SELECT ({columns("o", OPERATION)}) FROM payments p JOIN payment_operations o ON o.payment_id = p.id
            WHERE p.booking_id = found.id ORDER BY o.created_at, o.id) AS operations,
        (SELECT basis_points FROM creator_commissions WHERE creator_id = found.creator_id) AS commission,
        EXISTS (SELECT FROM payment_events WHERE provider = $3 AND id = $4) AS is_known,
        {VERSION.format(learner="$2", booking="$1")} AS version, {columns("l", USER, "l_")}
    FROM found LEFT JOIN users l ON l.id = $2
"""  # noqa: S608 - column names
GUARD = "WITH {parts} SELECT payments_as_read($1, $2, $3)"
ONLY_GUARD = "SELECT payments_as_read($1, $2, $3)"
GUARDED = 3
PARAMETER = re.compile(r"\$(\d+)")
# Each is one or more parts of a WITH, whose names begin with @, with parameters of its own.
ADD_PAYMENT, SAVE_PAYMENT, RECORD_EVENT = f"@added AS ({ADD})", f"@saved AS ({SAVE})", f"@recorded AS ({ADD_EVENT})"
ASK = f"""
    @asked AS (INSERT INTO payment_operations ({OPERATION_COLUMNS}) VALUES ({placeholders(OPERATION)}))
"""  # noqa: S608 - column names
RECORD = """
    @recorded AS (
        UPDATE payment_operations SET state = $4, settled_at = $5, provider_ref = $6, error = $7, leased_until = NULL
        WHERE id = $1 AND payment_id = $2 AND creator_id = $3)
"""
SAVED_AS = ", ".join(f"{COLUMN_NAMES.get(name, name)} = ${place}" for place, name in enumerate(SAVED, 3))
SAVE_BOOKING = f"@saved AS (UPDATE bookings SET {SAVED_AS} WHERE id = $1 AND creator_id = $2)"  # noqa: S608 - the same
ADD_STEP = f"""
    @stepped AS (INSERT INTO booking_steps ({", ".join(STEP)}) VALUES ({placeholders(tuple(STEP))}))
"""  # noqa: S608 - the same
ENQUEUE_JOBS, NOTIFY = f"@queued AS ({ENQUEUE})", f"@told AS ({ADD_NOTIFICATIONS})"
MAIL = f"@mailed AS ({ADD_MESSAGES})"

Notice = tuple[str, str]
"""The provider's name and its ID of a notice."""


@lru_cache(256)
def gathered(parts: tuple[str, ...]) -> str:
    """Return one statement of parts, each with its own parameters: what is read ahead is locked and compared first."""
    named, before = list[str](), GUARDED
    for place, part in enumerate(parts):
        numbers = [int(each) for each in PARAMETER.findall(part)]
        shifted = PARAMETER.sub(lambda found, before=before: f"${int(found[1]) + before}", part)  # type: ignore[misc]
        named.append(shifted.replace("@", f"p{place}_"))
        before += max(numbers)
    return GUARD.format(parts=", ".join(named)) if parts else ONLY_GUARD


class PaymentDraft:
    """What a transaction has read ahead of a booking, as it has changed it since, and its writes."""

    def __init__(self, row: asyncpg.Record, learner_id: UUID | None, notice: Notice | None) -> None:
        self.booking = booking_history(row)
        self.payments = {each.id: each for each in map(stored_payment, row["payments"])}
        self.operations = {each.id: each for each in map(stored_operation, row["operations"])}
        self.commission: int | None = row["commission"]
        self.learner = None if row["l_id"] is None else stored_user(row[-len(USER) :])
        self.notice = None if row["is_known"] else notice
        """The notice that can be recorded."""
        self.known_notice = notice if row["is_known"] else None
        self.is_booking_as_read = self.are_payments_as_read = True
        self._guard = (self.booking.id, learner_id, row["version"])
        self._writes: list[tuple[str, Sequence[object]]] = []
        self._asked: set[UUID] = set()
        self.jobs: list[Job] = []
        self.notifications: list[Notification] = []
        self.messages: list[Message] = []
        self.posted: list[LedgerTransaction] = []

    def has_writes(self) -> bool:
        return bool(self._writes or self.jobs or self.notifications or self.messages or self.posted)

    def statement(self) -> tuple[str, Sequence[object]]:
        """Return the statement that writes everything. The ledger comes last, since its balances are locked last."""
        parts = [*self._writes]
        if self.jobs:
            parts.append((ENQUEUE_JOBS, enqueued_values(self.jobs)))
        if self.notifications:
            parts.append((NOTIFY, notification_values(self.notifications)))
        if self.messages:
            parts.append((MAIL, message_values(self.messages)))
        if self.posted:
            parts.append((POSTING, posting_values(self.posted)))
        texts = tuple(text for text, _ in parts)
        return gathered(texts), [*self._guard, *(each for _, values in parts for each in values)]

    def save_booking(self, booking: Booking, step: BookingStep) -> None:
        self.is_booking_as_read = False
        values = [getattr(booking, name) for name in SAVED]
        self._writes.append((SAVE_BOOKING, (booking.id, booking.creator_id, *values)))
        self._writes.append((ADD_STEP, [getattr(step, name) for name in STEP]))

    def add_payment(self, payment: Payment) -> None:
        self.are_payments_as_read = False
        self._writes.append((ADD_PAYMENT, [getattr(payment, name) for name in PAYMENT]))

    def save_payment(self, payment: Payment) -> Payment:
        """Update a payment. Its receipt number is known once it is written."""
        before = self.payments[payment.id]
        self.are_payments_as_read = False
        values = [getattr(payment, name) for name in SAVED_OF_PAYMENT]
        self._writes.append((SAVE_PAYMENT, (payment.id, payment.creator_id, *values)))
        return replace(
            payment,
            refund_claimed=before.refund_claimed,
            refunded=before.refunded,
            receipt_number=before.receipt_number,
        )

    def ask(self, operation: PaymentOperation) -> bool:
        """Add an operation that claims no amount, unless its payment has one with the same `once`."""
        cause = (operation.payment_id, operation.once)
        if any((each.payment_id, each.once) == cause for each in self.operations.values()):
            return False
        self.operations[operation.id] = operation
        self._asked.add(operation.id)
        self._writes.append((ASK, [getattr(operation, name) for name in OPERATION]))
        return True

    def can_record(self, claimed: PaymentOperation) -> bool:
        return claimed.id in self.operations and claimed.id not in self._asked

    def record(self, claimed: PaymentOperation, after: PaymentOperation) -> bool:
        """Save an outcome that moves no amount. Return `False` if the claim is over."""
        found = self.operations[claimed.id]
        fence = (claimed.leased_until, claimed.attempts)
        if found.leased_until is None or (found.leased_until, found.attempts) != fence:
            return False
        outcome = (after.state, after.settled_at, after.provider_ref, after.error)
        self.operations[found.id] = replace(
            found,
            state=after.state,
            settled_at=after.settled_at,
            provider_ref=after.provider_ref,
            error=after.error,
            leased_until=None,
        )
        self._writes.append((RECORD, (found.id, found.payment_id, found.creator_id, *outcome)))
        return True

    def record_event(self, values: Sequence[object]) -> None:
        self.notice = None
        self._writes.append((RECORD_EVENT, values))


def draft_from(row: asyncpg.Record | None, learner_id: UUID | None, notice: Notice | None) -> PaymentDraft:
    """Convert a row of `READ`. Raises `NotFound` without a booking, or without the learner who is asked for."""
    if row is None or (learner_id is not None and row["l_id"] is None):
        raise NotFound
    return PaymentDraft(row, learner_id, notice)
