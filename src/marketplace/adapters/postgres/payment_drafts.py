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
from marketplace.adapters.postgres.payments import ADD, EVENT, SAVE
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
from marketplace.core.ports.payments import Notice

# Steps and payments in the order of their IDs, operations by age, and last the learner's account. The versions of rows
# are those that wrote them: locks leave `xmin` as it is, and so does freezing.
READ = f"""
    WITH found AS (
        {DETAILS} WHERE b.id = coalesce($1::uuid, (SELECT booking_id FROM payments WHERE id = $5)))
    SELECT found.*,
        ARRAY(SELECT ({columns("h", tuple(STEP))}) FROM booking_steps h WHERE h.booking_id = found.id ORDER BY h.id)
            AS history,
        ARRAY(SELECT ({columns("p", PAYMENT)}, p.xmin::text)
            FROM payments p WHERE p.booking_id = found.id ORDER BY p.id) AS payments,
        ARRAY(SELECT ({columns("o", OPERATION)}, o.xmin::text)
            FROM payments p JOIN payment_operations o ON o.payment_id = p.id
            WHERE p.booking_id = found.id ORDER BY o.created_at, o.id) AS operations,
        (SELECT basis_points FROM creator_commissions WHERE creator_id = found.creator_id) AS commission,
        EXISTS (SELECT FROM payment_events WHERE provider = $3 AND id = $4) AS is_recorded,
        (SELECT xmin::text FROM bookings WHERE id = found.id) AS version, l.xmin::text AS learner_version,
        {columns("l", USER, "l_")}
    FROM found LEFT JOIN users l ON l.id = $2
"""  # noqa: S608 - column names
ONLY_GUARD = "SELECT payments_as_read($1, $2, $3) AS version"
GUARD = f"WITH {{parts}} {ONLY_GUARD}"
GUARDED = 3
PARAMETER = re.compile(r"\$(\d+)")
# Each is one or more parts of a WITH, whose names begin with @, with parameters of its own.
ADD_PAYMENT, SAVE_PAYMENT = f"@added AS ({ADD})", f"@saved AS ({SAVE})"
# one that was recorded meanwhile violates the key
RECORD_EVENT = "@recorded AS (INSERT INTO payment_events ({}) VALUES ({}))".format(  # noqa: S608 - column names
    ", ".join(EVENT), placeholders(EVENT)
)
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
    """`ReadAhead` of a booking, as a transaction has changed it since, and what it writes."""

    def __init__(self, row: asyncpg.Record, learner_id: UUID | None, notice: Notice | None) -> None:
        self.booking = booking_history(row)
        self.payments = {each[0]: stored_payment(each[:-1]) for each in row["payments"]}
        self.operations = {each[0]: stored_operation(each[:-1]) for each in row["operations"]}
        self.commission: int | None = row["commission"]
        self.learner = None if row["l_id"] is None else stored_user(row[-len(USER) :])
        self.notice, self.is_recorded = notice, bool(row["is_recorded"])
        self._learner_id = learner_id
        self._versions: list[str | None] = [row["learner_version"], row["version"]]
        self._of_payments = {each[0]: each[-1] for each in row["payments"]}
        self._of_operations = {each[0]: each[-1] for each in row["operations"]}
        self._begin()

    def _begin(self) -> None:
        self.is_current = True
        """Whether it is what is committed, so that a transaction can begin with it."""
        self.is_booking_as_read = self.are_payments_as_read = True
        self._writes: list[tuple[str, Sequence[object]]] = []
        self._changed: list[tuple[dict[UUID, str], UUID]] = []
        self._asked: set[UUID] = set()
        self.jobs: list[Job] = []
        self.notifications: list[Notification] = []
        self.messages: list[Message] = []
        self.posted: list[LedgerTransaction] = []

    def taken(self, booking_id: UUID, learner_id: UUID | None, notice: Notice | None) -> bool:
        """Begin a transaction with what was read, if that is all it needs. Once: it may be found out to be stale."""
        suffices = self.booking.id == booking_id and learner_id in {None, self._learner_id}
        if not self.is_current or not suffices or notice not in {None, self.notice}:
            return False
        self._begin()
        self.is_current = False
        if learner_id is None:
            self.learner, self._learner_id, self._versions[0] = None, None, None
        return True

    def written(self, transaction: str) -> None:
        """Become what was committed by this transaction, unless that is known to the database only."""
        if not self.is_booking_as_read or any(each.paid_at for each in self.payments.values()):
            return
        for versions, changed in self._changed:
            versions[changed] = transaction
        self.is_current = True

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
        guard = (self.booking.id, self._learner_id, self._version())
        return gathered(texts), [*guard, *(each for _, values in parts for each in values)]

    def _version(self) -> str:
        """Return the versions as the function compares them."""
        rows = (",".join(known[each] for each in sorted(known)) for known in (self._of_payments, self._of_operations))
        return " ".join(filter(None, (*self._versions, *rows)))

    def save_booking(self, booking: Booking, step: BookingStep) -> None:
        self.is_booking_as_read = False
        values = [getattr(booking, name) for name in SAVED]
        self._writes.append((SAVE_BOOKING, (booking.id, booking.creator_id, *values)))
        self._writes.append((ADD_STEP, [getattr(step, name) for name in STEP]))

    def add_payment(self, payment: Payment) -> None:
        self.are_payments_as_read = False
        self.payments[payment.id] = payment
        self._changed.append((self._of_payments, payment.id))
        self._writes.append((ADD_PAYMENT, [getattr(payment, name) for name in PAYMENT]))

    def save_payment(self, payment: Payment) -> Payment:
        """Update a payment. Its receipt number is known once it is written."""
        before = self.payments[payment.id]
        self.are_payments_as_read = False
        values = [getattr(payment, name) for name in SAVED_OF_PAYMENT]
        self._writes.append((SAVE_PAYMENT, (payment.id, payment.creator_id, *values)))
        self._changed.append((self._of_payments, payment.id))
        saved = self.payments[payment.id] = replace(
            payment,
            refund_claimed=before.refund_claimed,
            refunded=before.refunded,
            receipt_number=before.receipt_number,
        )
        return saved

    def ask(self, operation: PaymentOperation) -> bool:
        """Add an operation that claims no amount, unless its payment has one with the same `once`."""
        cause = (operation.payment_id, operation.once)
        if any((each.payment_id, each.once) == cause for each in self.operations.values()):
            return False
        self.operations[operation.id] = operation
        self._asked.add(operation.id)
        self._changed.append((self._of_operations, operation.id))
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
        self._changed.append((self._of_operations, found.id))
        self._writes.append((RECORD, (found.id, found.payment_id, found.creator_id, *outcome)))
        return True

    def record_event(self, values: Sequence[object]) -> None:
        self._writes.append((RECORD_EVENT, values))


def draft_from(row: asyncpg.Record | None, learner_id: UUID | None, notice: Notice | None) -> PaymentDraft:
    """Convert a row of `READ`. Raises `NotFound` without a booking, or without the learner who is asked for."""
    if row is None or (learner_id is not None and row["l_id"] is None):
        raise NotFound
    return PaymentDraft(row, learner_id, notice)
