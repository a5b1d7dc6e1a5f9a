"""Settling a payment by what the provider has: for notices, the return from its page, jobs, and the daily comparison.

The provider is asked outside any transaction; what it reports is applied in one, under the lock of the booking.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.payment_plans import amount_due, has_lapsed, is_being_released, pays_all
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import PROGRESS, Payment, PaymentStatus, ProviderEvent, ProviderReport
from marketplace.core.domain.seat_changes import given_back
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    IllegalTransition,
    NotBookable,
    NotFound,
    NotSignedIn,
    OwnSession,
    SoldOut,
    StaleRead,
    TooLate,
)
from marketplace.core.errors.payments import ProviderAway
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.payment_providers import Unknown
from marketplace.core.ports.payments import PaymentLists, ReadAhead
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.booking_payments import BookingPayments
from marketplace.core.services.payment_balance import PaymentBalance, back_off
from marketplace.core.services.payment_disputes import PaymentDisputes
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.payment_records import ProviderRecords
from marketplace.core.services.retries import with_retries

LOG = logging.getLogger(__name__)

GONE = (
    *(SoldOut, CreatorUnavailable, AlreadyBooked, NotBookable, NotFound),
    *(IllegalTransition, TooLate, OwnSession, NotSignedIn),
)
"""Why an expired booking cannot take its seats again: its payment is returned."""
LOOK_AFTER = timedelta(seconds=5)
"""How long after the time to pay the payment is looked up."""
IN_TIME = frozenset({PaymentStatus.AUTHORIZED, PaymentStatus.PAID})


class PaymentSettlement:
    """Applies what the provider has. Idempotent, and safe to run concurrently for one payment."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        gateway: PaymentGateway,
        lists: PaymentLists,
        bookings: BookingPayments,
        balance: PaymentBalance,
        records: ProviderRecords,
        disputes: PaymentDisputes,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._lists = lists
        self._bookings = bookings
        self._balance = balance
        self._records = records
        self._disputes = disputes
        self._clock = clock

    async def settle(self, payment_id: UUID | None) -> None:
        """Look a payment up, and again later as long as it may still be paid. The handler of `settle_payment`."""
        payment = None if payment_id is None or not self._gateway.is_on else await self._lists.find(payment_id)
        if payment is None:
            return
        report = await self._gateway.get().look_up(payment)
        if not isinstance(report, Unknown):
            payment = await self.apply(payment, report)
        now = self._clock.now()
        if payment.is_payable or isinstance(report, Unknown):
            at = max(payment.expires_at + LOOK_AFTER, back_off(payment.expires_at, now))
            async with self._unit_of_work() as tx:
                await tx.jobs.enqueue(Job(kind="settle_payment", subject=payment.id, run_at=at))

    async def look(self, payment: Payment) -> Payment:
        """Look a payment up now, as for the learner who comes back from the provider. Return it as it is then."""
        report = await self._gateway.get().look_up(payment)
        return payment if isinstance(report, Unknown) else await self.apply(payment, report)

    async def receive(self, provider_name: str, body: bytes, headers: dict[str, str]) -> None:
        """Apply a notice of the provider. It returns once the effect is committed.

        A notice is a hint: the payment is looked up. One of an unknown payment waits for staff. Raises `NotFound`,
        `InvalidSignature`, `InvalidNotice`, and `ProviderAway` if the provider has to send it again.
        """
        provider = self._gateway.get()
        if provider_name != provider.name:
            raise NotFound
        event = provider.read_event(body, headers, self._clock.now())
        found = event.payment_id or await provider.payment_of(event)
        if isinstance(found, Unknown):
            raise ProviderAway
        seen = None if found is None else await self._lists.read_ahead(found, (provider.name, event.id))
        if seen is not None and seen.is_recorded:
            return
        payment = None if found is None or seen is None else seen.payments[found]
        if payment is None and event.provider_id is not None:
            payment = await self._lists.find_by_provider(provider.name, event.provider_id)
        if payment is None:
            await with_retries(lambda: self._park_unknown(event))
            return
        report = await provider.look_up(payment)
        if isinstance(report, Unknown):
            raise ProviderAway
        await self.apply(payment, report, event, seen)

    async def _park_unknown(self, event: ProviderEvent) -> None:
        name = self._gateway.get().name
        async with self._unit_of_work() as tx:
            if await tx.payments.add_event(name, event, self._clock.now()):
                await self._records.park_report(
                    tx, ParkedReason.UNKNOWN_PAYMENT, name, event.provider_id, payment_id=None
                )

    async def apply(
        self,
        payment: Payment,
        report: ProviderReport | None,
        event: ProviderEvent | None = None,
        read_ahead: ReadAhead | None = None,
    ) -> Payment:
        """Apply a report, `None` if the provider has no such payment, and everything that follows. Return the payment.

        An event that was applied before changes nothing.
        """
        with suppress(_TakesSeatsAgain):
            return await with_retries(lambda: self._apply(payment, report, event, _Seats.KEPT, read_ahead))
        try:
            return await with_retries(lambda: self._apply(payment, report, event, _Seats.TAKEN_AGAIN))
        except GONE as reason:
            LOG.info("The seats of payment %s are gone: %s", payment.id, type(reason).__name__)
            return await with_retries(lambda: self._apply(payment, report, event, _Seats.GONE))

    async def _apply(
        self,
        known: Payment,
        report: ProviderReport | None,
        event: ProviderEvent | None,
        seats: "_Seats",
        read_ahead: ReadAhead | None = None,
    ) -> Payment:
        seen = known if seats is _Seats.KEPT else await self._lists.find(known.id)
        if seen is None:
            raise NotFound
        async with self._unit_of_work() as tx:
            if seats is _Seats.KEPT:
                notice = None if event is None else (seen.provider, event.id)
                await tx.payments.read_ahead(seen.booking_id, notice=notice, seen=read_ahead)
            if event is not None and not await tx.payments.add_event(
                seen.provider, replace(event, payment_id=seen.id), self._clock.now()
            ):
                return seen
            is_revived = False
            if seats is _Seats.TAKEN_AGAIN:
                booking, is_revived = await self._acquire(tx, seen, report)
            else:
                booking = await tx.bookings.acquire(seen.booking_id)
            payments = {each.id: each for each in await tx.payments.acquire_of_booking(booking.id)}
            before = payments[seen.id]
            if seats is _Seats.KEPT and _takes_seats_again(booking, before, report):
                raise _TakesSeatsAgain
            if is_revived and before.status is not seen.status:
                raise StaleRead  # another report of it was applied, and its money may be on the way back
            if report is None:
                after = await self._missing(tx, before)
                await self._balance.apply(tx, booking)
                return after
            after, new = await self._records.observe(tx, before, report, is_news=event is not None)
            after, of_disputes = await self._disputes.observe(tx, after, report, new)
            new += of_disputes
            seen_now = [*{**payments, after.id: after}.values()]
            booking = await self._follow(tx, booking, (before, after), ([*payments.values()], seen_now), is_revived)
            # refunds and disputes have moved amounts
            is_plain = not report.refunds and not report.disputes
            await self._balance.apply(tx, booking, new, payments=seen_now if is_plain else None)
        return after

    async def _follow(
        self,
        tx: Transaction,
        booking: BookingHistory,
        payment: tuple[Payment, Payment],
        payments: tuple[list[Payment], list[Payment]],
        is_revived: bool,  # noqa: FBT001 - passed on
    ) -> BookingHistory:
        """Let an acquired booking follow its payment, each before and after a report. Return it as it is then."""
        (before, after), (all_before, all_after) = payment, payments
        is_later = any(each.captures_later for each in all_after)
        operations = await tx.payments.operations([each.id for each in all_after]) if is_later else ()
        due = amount_due(booking, all_after, operations)
        is_enough = pays_all(booking, all_before, all_after, operations)
        pays = after.status in IN_TIME and is_enough and not is_being_released(after, operations)
        if is_revived and not pays:
            raise IllegalTransition("More seats were booked than this pays for, or it is being released.")
        if booking.asks_payment() and pays:
            booking = await self._bookings.apply(tx, booking, requires_confirmation=after.captures_later)
        elif after.status is PaymentStatus.VOIDED is not before.status and _is_unheld(booking, due):
            booking = await self._bookings.end_unheld(tx, booking)
        if has_lapsed(booking, before, after):
            await self._records.park(tx, after, ParkedReason.LAPSED, expected=after.amount, found=0)
        return booking

    async def _acquire(
        self, tx: Transaction, payment: Payment, report: ProviderReport | None
    ) -> tuple[BookingHistory, bool]:
        """Acquire the booking. One whose seats were given back before their payment came takes them again.

        Raises as `GONE`.
        """
        seen = await tx.bookings.find(payment.booking_id)
        if seen is None:
            raise NotFound
        if report is not None and _is_late(seen, payment, report):
            revived = await self._bookings.revive(tx, seen, requires_confirmation=payment.captures_later)
            return revived, True
        if report is not None and _is_late_for_seats(seen, payment, report):
            return await self._bookings.retake(tx, seen), True
        booking = await tx.bookings.acquire(payment.booking_id)
        if _takes_seats_again(booking, payment, report):
            raise StaleRead  # it expired meanwhile
        return booking, False

    async def _missing(self, tx: Transaction, payment: Payment) -> Payment:
        """Void a payment that the provider does not have, once it can no longer be made."""
        if payment.is_payable and self._clock.now() >= payment.expires_at + LOOK_AFTER:
            return await tx.payments.save(payment.voided())
        return payment


class _Seats(Enum):
    """What a report does about seats that were given back before their payment came."""

    KEPT = auto()
    """The booking has its seats, as nearly every one; otherwise `_TakesSeatsAgain` is raised."""
    TAKEN_AGAIN = auto()
    """Seats are locked before the booking, so it is read first."""
    GONE = auto()


class _TakesSeatsAgain(Exception):
    """The booking has given its seats back."""


def _takes_seats_again(booking: BookingHistory, payment: Payment, report: ProviderReport | None) -> bool:
    if report is None:
        return False
    return _is_late(booking, payment, report) or _is_late_for_seats(booking, payment, report)


def _is_unheld(booking: BookingHistory, due: int) -> bool:
    """Return whether the creator could confirm a booking whose amount is neither paid nor authorized."""
    return booking.status == "pending" and not booking.awaits_payment() and due > 0


def _is_late(booking: BookingHistory, payment: Payment, report: ProviderReport) -> bool:
    """Return whether the report is the first of a payment for a booking that has expired unpaid."""
    is_unpaid = booking.status == "cancelled" and booking.pay_by is not None and booking.history[-1].action == "expire"
    return is_unpaid and _is_first(payment, report)


def _is_late_for_seats(booking: BookingHistory, payment: Payment, report: ProviderReport) -> bool:
    """Return whether the report is the first of a payment for seats that the booking has given back unpaid."""
    missing = given_back(booking)
    return missing is not None and payment.created_at <= missing.at and _is_first(payment, report)


def _is_first(payment: Payment, report: ProviderReport) -> bool:
    is_new = report.status in IN_TIME and PROGRESS[report.status] > PROGRESS[payment.status]
    is_right = (report.amount, report.currency) == (payment.amount, payment.currency)
    return is_new and is_right and not report.refunds
