"""The ports of a transaction that has read a booking ahead: they answer from its draft as long as it suffices.

Whatever a draft does not know is asked of the database. That begins the transaction, which locks, compares and writes
what is in the draft first.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.bookings import PostgresBookings
from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.jobs.enqueue import PostgresJobs
from marketplace.adapters.postgres.ledger import PostgresLedger
from marketplace.adapters.postgres.messages import PostgresMessages
from marketplace.adapters.postgres.notifications import PostgresNotifications
from marketplace.adapters.postgres.payment_drafts import READ, PaymentDraft, draft_from
from marketplace.adapters.postgres.payments import PostgresPaymentRecords, event_values
from marketplace.adapters.postgres.users import PostgresUsers
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.messages import Message
from marketplace.core.domain.notifications import Notification
from marketplace.core.domain.payments import OperationKind, Payment, PaymentOperation, ProviderEvent
from marketplace.core.domain.users import User
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.payments import Notice, ReadAhead


def _draft_of(connection: Connection) -> PaymentDraft | None:
    return connection.draft if isinstance(connection.draft, PaymentDraft) else None


class DraftedUsers(PostgresUsers):
    """`Users`, the learner read ahead."""

    async def acquire_shared(self, user_id: UUID) -> User:
        draft = _draft_of(self._connection)
        if draft is not None and draft.learner is not None and draft.learner.id == user_id:
            return draft.learner
        return await super().acquire_shared(user_id)


class DraftedBookings(PostgresBookings):
    """`Bookings`, one of them read ahead."""

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        return self._read_ahead(booking_id) or await super().find(booking_id)

    async def acquire(self, booking_id: UUID) -> BookingHistory:
        return self._read_ahead(booking_id) or await super().acquire(booking_id)

    async def save(self, booking: Booking, step: BookingStep) -> None:
        if self._read_ahead(booking.id) is None:
            await super().save(booking, step)
        elif (draft := _draft_of(self._connection)) is not None:
            draft.save_booking(booking, step)

    def _read_ahead(self, booking_id: UUID) -> BookingHistory | None:
        draft = _draft_of(self._connection)
        is_known = draft is not None and draft.is_booking_as_read and draft.booking.id == booking_id
        return draft.booking if draft is not None and is_known else None


class DraftedPayments(PostgresPaymentRecords):
    """`PaymentRecords`, those of a booking read ahead."""

    async def read_ahead(
        self,
        booking_id: UUID,
        *,
        learner_id: UUID | None = None,
        notice: Notice | None = None,
        seen: ReadAhead | None = None,
    ) -> ReadAhead | None:
        if self._connection.has_begun:
            return None
        if isinstance(seen, PaymentDraft) and seen.taken(booking_id, learner_id, notice):
            draft = seen
        else:
            row = await self._connection.fetch_ahead(READ, booking_id, learner_id, *(notice or (None, None)), None)
            draft = draft_from(row, learner_id, notice)
            draft.taken(booking_id, learner_id, notice)
        self._connection.draft = draft
        return draft

    async def acquire_of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        draft = _draft_of(self._connection)
        if draft is not None and draft.are_payments_as_read and draft.booking.id == booking_id:
            return tuple(draft.payments.values())
        return await super().acquire_of_booking(booking_id)

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        draft = _draft_of(self._connection)
        if draft is not None and draft.payments.keys() >= set(payment_ids):
            found = (each for each in draft.operations.values() if each.payment_id in payment_ids)
            return tuple(sorted(found, key=lambda each: (each.created_at, each.id)))
        return await super().operations(payment_ids)

    async def commission_of(self, creator_id: UUID) -> int | None:
        draft = _draft_of(self._connection)
        if draft is not None and draft.booking.creator_id == creator_id:
            return draft.commission
        return await super().commission_of(creator_id)

    async def add(self, payment: Payment) -> bool:
        draft = _draft_of(self._connection)
        if draft is None or not draft.are_payments_as_read or draft.booking.id != payment.booking_id:
            return await super().add(payment)
        if payment.id in draft.payments:
            return False
        draft.add_payment(payment)
        return True

    async def save(self, payment: Payment) -> Payment:
        draft = _draft_of(self._connection)
        if draft is None or not draft.are_payments_as_read or payment.id not in draft.payments:
            return await super().save(payment)
        return draft.save_payment(payment)

    async def ask(self, operation: PaymentOperation) -> bool:
        draft = _draft_of(self._connection)
        is_plain = operation.kind is not OperationKind.REFUND
        if draft is None or not is_plain or operation.booking_id != draft.booking.id:
            return await super().ask(operation)
        return draft.ask(operation)

    async def record(self, claimed: PaymentOperation, after: PaymentOperation) -> bool:
        draft = _draft_of(self._connection)
        is_plain = claimed.kind is not OperationKind.REFUND
        if draft is None or not is_plain or not draft.can_record(claimed):
            return await super().record(claimed, after)
        return draft.record(claimed, after)

    async def add_event(self, provider: str, event: ProviderEvent, now: datetime) -> bool:
        draft = _draft_of(self._connection)
        if draft is None or draft.notice != (provider, event.id):
            return await super().add_event(provider, event, now)
        if draft.is_recorded:
            return False
        draft.record_event(event_values(provider, event, now))
        return True


class DraftedJobs(PostgresJobs):
    """`Jobs`, enqueued with the rest."""

    async def enqueue(self, *jobs: Job) -> None:
        draft = _draft_of(self._connection)
        if draft is None:
            await super().enqueue(*jobs)
        else:
            draft.jobs += jobs


class DraftedNotifications(PostgresNotifications):
    """`Notifications`, written with the rest."""

    async def add(self, notifications: Sequence[Notification]) -> None:
        draft = _draft_of(self._connection)
        if draft is None:
            await super().add(notifications)
        else:
            draft.notifications += notifications


class DraftedMessages(PostgresMessages):
    """`Messages`, decided with the rest."""

    async def add(self, messages: Sequence[Message]) -> None:
        draft = _draft_of(self._connection)
        if draft is None:
            await super().add(messages)
        else:
            draft.messages += messages


class DraftedLedger(PostgresLedger):
    """`Ledger`, posted with the rest."""

    async def post(self, *transactions: LedgerTransaction) -> tuple[LedgerTransaction, ...]:
        draft = _draft_of(self._connection)
        if draft is None:
            return await super().post(*transactions)
        draft.posted += transactions
        return transactions
