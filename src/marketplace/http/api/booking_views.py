"""What viewers see of a booking: its structs, and the conversion to them."""

from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import UNSET, UnsetType

from marketplace.core.domain.booking_details import BookingDetails, BookingHistory
from marketplace.core.domain.booking_steps import AllowedAction, BookingStatus, BookingStep, StepAction
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.fields import Reason
from marketplace.core.domain.money import Amount
from marketplace.core.domain.payment_views import BookingPayment
from marketplace.core.domain.places import Address, JoinLink
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import CancellationNotice, Duration, PaymentMethod, Price, SessionDetails, Title
from marketplace.core.domain.utc_offsets import utc_offset
from marketplace.core.ports.system import Clock
from marketplace.core.services.idempotency import Outcome
from marketplace.core.services.payments import PaymentService
from marketplace.http.api.offsets import OffsetsOut, UtcOffset, offsets_of
from marketplace.http.api.payments import PaymentOut, payment_out
from marketplace.http.api.session_structs import RefundTierOut, SessionBaseOut
from marketplace.http.api.users import ContactOut
from marketplace.http.conversions import converted
from marketplace.http.encoded_once import EncodedOnce
from marketplace.http.idempotency import answer
from marketplace.settings import Settings


class BookedSessionOut(SessionBaseOut, rename={"creator_id": "creator"}):
    """A session as the parties of its bookings see it."""

    creator_details: ContactOut


BOOKING_NAMES = {"session_id": "session", "user_id": "user", "starts_at": "booking_date"}
"""Field names that differ between the API and the core."""


class TermsOut(msgspec.Struct):
    """What was sold, whatever was edited since: title, minutes, price per seat, and hours of cancellation notice.

    `cancellation_policy` and `payment_method` are those of the session at that time.
    """

    title: Title
    duration: Duration
    price: Price
    cancellation_notice: CancellationNotice
    cancellation_policy: list[RefundTierOut]
    payment_method: PaymentMethod


class BookingOut(OffsetsOut, rename=BOOKING_NAMES):
    """A booking. `booking_date` is the start; `amount` is the price in its `terms` times its seats.

    `session_details` is the session as it stands; `terms` are as sold. The creator comes to `address`. `join_url` is
    the session's, while the booking is confirmed.

    A `pending` booking with `pay_by` only holds its seats: it is cancelled automatically if it isn't paid by then, and
    the creator can't confirm it before. `pay_by` stays if it ended unpaid. A `confirmed` one with `pay_by` has seats
    that were added after its payment, and gives them back if they aren't paid by then.

    Any other `pending` booking is cancelled automatically if the creator hasn't responded by `respond_by`. A
    `confirmed` one with a `requested_start` moves there if the creator confirms by then; otherwise it keeps its time.
    The learner can cancel or reschedule until `cancellable_until`, and review it until `reviewable_until`. All are
    `null` if they don't apply. `allowed_actions` are what the caller can do now. `payment` is `null` in lists, and
    where the learner pays nothing through the marketplace.
    """

    id: UUID
    session_id: UUID
    session_details: BookedSessionOut
    user_id: UUID
    user_details: ContactOut
    starts_at: datetime
    ends_at: datetime
    seats: Seats
    status: BookingStatus
    amount: Amount
    terms: TermsOut
    created_at: datetime
    address: Address
    join_url: JoinLink
    respond_by: datetime | None
    pay_by: datetime | None
    requested_start: datetime | None
    cancellable_until: datetime | None
    reviewable_until: datetime | None
    allowed_actions: list[AllowedAction]
    payment: PaymentOut | None


class BookingStepOut(msgspec.Struct, rename={"actor_id": "by", "from_status": "from", "to_status": "to"}):
    """A step in a booking's history. `by` is `null` if the marketplace did it.

    `reason` is what a person wrote. Starts and seats are `null` unless the step changed them, and the UTC offsets of
    the starts are absent. Only `to_start` is set if the step requested that start, or declined, withdrew or expired the
    request.
    """

    at: datetime
    actor_id: UUID | None
    action: StepAction
    from_status: BookingStatus | None
    to_status: BookingStatus
    from_start: datetime | None
    to_start: datetime | None
    from_seats: int | None
    to_seats: int | None
    reason: Reason
    from_utc_offset: UtcOffset | UnsetType = UNSET
    to_utc_offset: UtcOffset | UnsetType = UNSET
    viewer_from_utc_offset: UtcOffset | UnsetType = UNSET
    viewer_to_utc_offset: UtcOffset | UnsetType = UNSET


class BookingHistoryOut(BookingOut, rename=BOOKING_NAMES):
    """A booking with its history, oldest step first. Both parties can write messages until `messages_until`."""

    messages_until: datetime
    history: list[BookingStepOut]


Shown = TypeVar("Shown", bound=BookingOut)
NO_EMAIL = {"email": None}


class BookingViews:
    """Converts bookings to what a viewer sees of them now; during impersonation, the impersonated user.

    The parties see no e-mail addresses unless the marketplace shares them. Staff see them in the back office.
    """

    def __init__(self, clock: Clock, settings: Settings, payments: PaymentService) -> None:
        self._clock = clock
        self._payments = payments
        self._shares_email = settings.share_email

    def shown(  # noqa: PLR0913 - one argument per fact
        self,
        viewer: Principal,
        zone: str | None,
        booking: BookingDetails,
        kind: type[Shown],
        encoded: EncodedOnce | None = None,
        *,
        for_staff: bool = False,
        payment: BookingPayment | None = None,
    ) -> Shown:
        """Convert a booking for this viewer, in this zone.

        With `encoded`, a session that a party sees as it was read is shown as JSON that may have been encoded before.
        """
        whole, booking = booking.session_details, booking.seen_by(viewer.private_reader_id)
        session, has_email = booking.session_details, self._shares_email or for_staff
        own_zone = session.time_zone
        attributes: dict[str, object] = dict(offsets_of(booking.starts_at, booking.ends_at, own_zone, zone))
        if encoded is not None and session is whole:
            attributes["session_details"] = encoded.json(session, self._session_json)
        elif not has_email:
            attributes["session_details"] = _without_email(session)
        if not has_email:
            attributes["user_details"] = converted(booking.user_details, ContactOut, NO_EMAIL)
        if payment is not None and viewer.user_id != booking.user_id:
            payment = payment.seen_by_others()
        attributes["payment"] = payment_out(payment)
        attributes["allowed_actions"] = booking.allowed_actions(viewer, self._clock.now())
        if isinstance(booking, BookingHistory):
            attributes["history"] = [
                converted(step, BookingStepOut, _offsets_of_step(step, own_zone, zone)) for step in booking.history
            ]
        return converted(booking, kind, attributes)

    async def with_payment(
        self,
        viewer: Principal,
        zone: str | None,
        booking: BookingDetails,
        kind: type[Shown],
        *,
        for_staff: bool = False,
        is_new: bool = False,
    ) -> Shown:
        """Convert a booking with its payment, which costs one read where it is paid online; none if it is new."""
        payment = await self._payments.find(booking, is_new=is_new)
        return self.shown(viewer, zone, booking, kind, for_staff=for_staff, payment=payment)

    async def response(
        self, viewer: Principal, created: Outcome[Any], kind: type[Shown], *, for_staff: bool = False
    ) -> Response[Shown]:
        """Return the response for a changed booking."""
        shown = await self.with_payment(viewer, viewer.time_zone, created.resource, kind, for_staff=for_staff)
        return answer(replace(created, resource=shown), kind)

    def _session_json(self, session: SessionDetails) -> bytes:
        shown = converted(session, BookedSessionOut) if self._shares_email else _without_email(session)
        return msgspec.json.encode(shown)


def _without_email(session: SessionDetails) -> BookedSessionOut:
    creator = converted(session.creator_details, ContactOut, NO_EMAIL)
    return converted(session, BookedSessionOut, {"creator_details": creator})


def _offsets_of_step(step: BookingStep, own_zone: str, viewer_zone: str | None) -> dict[str, str]:
    starts = {"from_utc_offset": step.from_start, "to_utc_offset": step.to_start}
    zones = {"": own_zone, "viewer_": viewer_zone}
    return {
        f"{viewpoint}{name}": utc_offset(start, zone)
        for viewpoint, zone in zones.items()
        for name, start in starts.items()
        if start is not None and zone is not None
    }
