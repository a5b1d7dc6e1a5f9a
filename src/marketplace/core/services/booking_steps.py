"""Steps of a booking within a transaction: the seats, the audit entry and the settlement job that go with each."""

from dataclasses import replace
from datetime import datetime, timedelta

from marketplace.core.domain.audit import AuditAction, differences
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.bookings import BOOKING_FIELDS, Booking
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.seat_changes import without_unpaid_seats
from marketplace.core.errors import StaleRead
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.rights import acquire_principal
from marketplace.core.services.waitlist_lines import offer_seats_of, release, release_held

STAFF_AUDIT_ACTIONS: dict[BookingAction, AuditAction] = {
    "cancel": "booking_cancelled",
    "confirm": "booking_confirmed",
    "decline": "booking_declined",
    "complete": "booking_completed",
}
"""Audit log actions of staff changes to bookings."""


PARKED_PAUSE = timedelta(hours=1)


class BookingSteps:
    """Steps that keep a booking's start. `BookingMoves` has the others."""

    def __init__(self, clock: Clock, audit: AuditWriter) -> None:
        self._clock = clock
        self._audit = audit

    async def schedule_settlement(self, tx: Transaction, booking: Booking) -> None:
        job = settlement_job(booking)
        if job is not None:
            await tx.jobs.enqueue(job)

    async def settle(self, tx: Transaction, booking: BookingHistory) -> None:
        """Take the automatic action of an acquired booking that is due, or look again when one is.

        Seats that are not paid in time are given back, except as long as a payment of the booking waits for staff.
        """
        now = self._clock.now()
        action = booking.due(now)
        is_unpaid = booking.owes_seats() and booking.pay_by is not None and now >= booking.pay_by
        if action is None and not is_unpaid:
            await self.schedule_settlement(tx, booking)
        elif await _keeps_seats(tx, booking, now):
            await tx.jobs.enqueue(Job(kind="attend_booking", subject=booking.id, run_at=now + PARKED_PAUSE))
        elif is_unpaid:
            await self._give_back(tx, booking, now)
        elif action is not None:
            await self.apply(tx, booking, action, None, "")

    async def _give_back(self, tx: Transaction, booking: BookingHistory, now: datetime) -> None:
        """Give the seats of an acquired booking back that were added and not paid."""
        changed, step = without_unpaid_seats(booking, now)
        if not await tx.slots.change_seats(changed, step):
            raise StaleRead  # fewer seats always fit
        await offer_seats_of(tx, booking.session_id, booking.starts_at, now)
        await self.schedule_settlement(tx, changed)

    async def apply(
        self, tx: Transaction, booking: BookingHistory, action: BookingAction, principal: Principal | None, reason: str
    ) -> BookingHistory:
        """Apply an action to an acquired booking and save it. Raises `IllegalTransition`, `TooLate`, `StaleRead`."""
        stepped, step = booking.after(action, principal, self._clock.now(), reason=reason)
        if principal is not None and action in STAFF_AUDIT_ACTIONS:
            require_reason(principal, booking, reason)
            await self.write_audit_entry(tx, principal, STAFF_AUDIT_ACTIONS[action], booking, stepped, reason)
        if action == "confirm" and booking.requested_start is not None:
            raise StaleRead  # requested since: the move needs the lock of the creator
        if stepped.status == "cancelled" != booking.status:
            # lock the slot first: a buyer who books it again holds it while reading this booking
            await release(tx, step.at, booking)
        else:
            await release_held(tx, step.at, booking)
        await tx.bookings.save(stepped, step)
        if action == "confirm" or booking.requested_start is not None:
            await self.schedule_settlement(tx, stepped)
        return replace(stepped, history=(*booking.history, step))

    async def write_audit_entry(
        self, tx: Transaction, principal: Principal, action: AuditAction, before: Booking, after: Booking, reason: str
    ) -> None:
        # before slots are locked, since buyers wait for those
        if principal.is_staff:
            change = differences(before, after, BOOKING_FIELDS)
            await self._audit.write(tx, principal, action, ("booking", after.id), change, reason)


async def acquire_actor(tx: Transaction, principal: Principal) -> Principal:
    """Acquire the account of a creator or of staff, so that the right to act is not taken away meanwhile.

    Learners act on their own bookings, by no right that can be taken away, so theirs need no lock.
    """
    return principal if principal.role == "user" and not principal.is_staff else await acquire_principal(tx, principal)


async def _keeps_seats(tx: Transaction, booking: Booking, now: datetime) -> bool:
    """Return whether an acquired booking keeps seats that are not paid: a payment of it waits for staff."""
    if not booking.asks_payment() or now >= booking.starts_at:
        return False
    return any(each.parked is not None for each in await tx.payments.acquire_of_booking(booking.id))


def require_reason(principal: Principal, booking: Booking, reason: str) -> None:
    """Require a reason of staff who act on other people's behalf. Raises `Invalid`."""
    if not booking.has_party(principal.user_id):
        require(validate_field("reason", StaffReason, reason))


def settlement_job(booking: Booking) -> Job | None:
    """Return the job for the booking's next automatic action, or `None`."""
    moment = booking.next_due()
    return None if moment is None else Job(kind="attend_booking", subject=booking.id, run_at=moment)
