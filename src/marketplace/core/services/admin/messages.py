"""What was sent to people, and why not, for staff; and retries."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.audit import Target
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.message_details import MessageDetails
from marketplace.core.domain.messages import Message, Unsent
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import Conflict, IllegalTransition, NotFound
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.messages import MessageLists
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff, acquire_with_staff
from marketplace.core.services.sent_messages import with_bookings


class MessageAdminService:
    """Lists and retries any messages. Without a mail server (`is_on`), those that are retried are held."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        lists: MessageLists,
        bookings: BookingLists,
        clock: Clock,
        ids: Ids,
        is_on: bool,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._bookings = bookings
        self._clock = clock
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._is_on = is_on

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[MessageDetails]:
        """Return a page of the messages to a person, newest first."""
        page = await self._with_details(await self._lists.of_user(user_id, limit, after))
        recipient, now = await self._lists.recipient(user_id), self._clock.now()
        return page.with_items(tuple(each.to(recipient, now) for each in page.items))

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[MessageDetails]:
        """Return a page of the messages about a booking, to both parties, newest first."""
        return await self._with_details(await self._lists.of_booking(booking_id, limit, after))

    async def unsent(self, unsent: Unsent, limit: int, after: str | None) -> Page[MessageDetails]:
        """Return a page of the messages that are held, or that failed and are still worth sending."""
        return await self._with_details(await self._lists.unsent(unsent, self._clock.now(), limit, after))

    async def refused_at(self, user_id: UUID) -> datetime | None:
        """Return when a mail server refused a person's address, as long as that counts."""
        recipient = await self._lists.recipient(user_id)
        return recipient.refused_at if recipient and recipient.is_refused(self._clock.now()) else None

    async def retry(self, staff: Principal, message_id: UUID, reason: str) -> MessageDetails:
        """Make a message that failed, or waits, due again; it is decided again then, like any other.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `TooLate`, `NotSignedIn`, `NotStaff`.
        """
        require(validate_field("reason", StaffReason, reason))

        async def operation() -> Message:
            async with self._unit_of_work() as tx:
                current = await acquire_staff(tx, staff)
                before = await tx.messages.acquire(message_id)
                after = before.retried(self._clock.now(), has_server=self._is_on)
                await tx.messages.save(before, after)
                about: Target = ("booking", before.booking_id) if before.booking_id else ("user", before.user_id)
                change = (
                    {"state": before.state.value, "why": before.last_error},
                    {"state": after.state.value, "message": before.kind.value, "to": str(before.user_id)},
                )
                await self._audit.write(tx, current, "message_retried", about, change, reason)
                return after

        message = await with_retries(operation)
        [details] = await with_bookings(self._bookings, (message,))
        return details

    async def clear_refusal(self, staff: Principal, user_id: UUID, reason: str) -> None:
        """Forget that a mail server refused a person's address, so that mail goes there again.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `IllegalTransition` if none did, or too long ago to matter.
        """
        require(validate_field("reason", StaffReason, reason))

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_manageable_by(current, allow_oneself=True)
                recipient = await tx.messages.recipient(user_id)
                if recipient is None:
                    raise NotFound
                if recipient.refused_at is None or not recipient.is_refused(self._clock.now()):
                    raise IllegalTransition("No mail server refused this address.")
                await tx.messages.mark_accepted(user_id)
                before = {"refused_at": recipient.refused_at.isoformat()}
                change = (before, {"refused_at": None})
                await self._audit.write(tx, current, "address_cleared", ("user", user_id), change, reason)

        async with self._audit.refusals(staff, "address_cleared", ("user", user_id)):
            await with_retries(operation)

    async def _with_details(self, page: Page[Message]) -> Page[MessageDetails]:
        found = await with_bookings(self._bookings, page.items)
        return page.with_items(tuple(replace(each, can_retry=self._can_retry(each.message)) for each in found))

    def _can_retry(self, message: Message) -> bool:
        try:
            message.require_retryable(self._clock.now(), has_server=self._is_on)
        except Conflict:
            return False
        return True
