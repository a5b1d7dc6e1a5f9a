"""Conversations of bookings: reading, writing, and marking as read."""

from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.audit import Target
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.conversations import (
    MAX_UNREAD,
    BookingMessage,
    MessageText,
    SlotMessage,
    UnreadMessages,
    announced_at,
    writable_until,
)
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.rate_limits import BOOKING_MESSAGES, SLOT_MESSAGES, Attempt
from marketplace.core.errors import ConversationClosed, NotFound
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.conversations import Conversations
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.booking_steps import acquire_actor
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_principal, acquire_staff

READ_SPAN = timedelta(hours=1)
"""How long an audit log entry stands for further reads of the same conversation by the same person."""
READER_GONE = "The other person deleted their account, so they can't read what you write."
READS_LOOKED_AT = 50
"""Newest entries about a booking among which an earlier read is looked for. Beyond them, there is one more entry."""


class ConversationService:
    """Conversations. Only the two parties of a booking write; staff read."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        conversations: Conversations,
        bookings: BookingLists,
        audit_log: AuditLogReader,
        limits: RateLimitService,
        new_messages: NewMessages,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._conversations = conversations
        self._bookings = bookings
        self._audit_log = audit_log
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._limits = limits
        self._new_messages = new_messages
        self._clock = clock
        self._ids = ids

    async def list(self, principal: Principal, booking_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        """Return a page of a conversation, newest first, to its two parties. Raises `NotFound` for others.

        The audit log records staff who read it as one of them, as it does in `list_for_staff`.
        """
        _require_party(await self._bookings.find(booking_id), principal)
        if principal.impersonator_id is not None:
            await self._record_read(principal, booking_id)
        return await self._conversations.of_booking(booking_id, limit, after)

    async def list_for_staff(
        self, staff: Principal, booking_id: UUID, limit: int, after: str | None
    ) -> Page[BookingMessage]:
        """Return a page of any conversation, newest first.

        The audit log records it, once in `READ_SPAN` for each reader. Raises `NotFound`, `NotSignedIn`, `NotStaff`.
        """
        if await self._bookings.find(booking_id) is None:
            raise NotFound
        await self._record_read(staff, booking_id)
        return await self._conversations.of_booking(booking_id, limit, after)

    async def _record_read(self, reader: Principal, booking_id: UUID) -> None:
        target: Target = ("booking", booking_id)
        since = self._clock.now() - READ_SPAN
        for entry in await self._audit_log.newest(READS_LOOKED_AT, target):
            if entry.action == "conversation_read" and entry.actor_id == reader.actor_id and entry.at > since:
                return

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if reader.impersonator_id is None:
                    await acquire_staff(tx, reader)
                await self._audit.write(tx, reader, "conversation_read", target)

        await with_retries(operation)

    async def unread(self, principal: Principal) -> tuple[UnreadMessages, ...]:
        """Count the principal's unread messages per booking, up to `MAX_UNREAD` messages."""
        return await self._conversations.unread(principal.user_id, MAX_UNREAD)

    async def write(
        self, principal: Principal, booking_id: UUID, text: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[BookingMessage]:
        """Write to the other party of a booking, until 30 days after its end or its cancellation, or they are deleted.

        Raises `Invalid`, `RateLimited`, `NotFound`, `ConversationClosed`, `NotSignedIn`, `KeyReused`.
        """
        require(validate_field("text", MessageText, text))
        await self._limits.check(Attempt(BOOKING_MESSAGES, str(principal.user_id)))
        now, message_id = self._clock.now(), self._ids.new()

        async def operation(tx: Transaction) -> BookingMessage:
            actor = await acquire_principal(tx, principal)  # a learner's, too: what they write is erased with it
            booking = _require_party(await tx.bookings.find(booking_id), actor)
            if now >= booking.messages_until:
                raise ConversationClosed
            message = BookingMessage.of(booking, actor.user_id, message_id, text, now)
            if not await tx.booking_messages.add(message):
                raise ConversationClosed(READER_GONE)
            await self._announce(tx, message.batch_id, now, booking.starts_at)
            return message

        return await idempotently(self._unit_of_work, operation, self._replay, key=key, resource_id=message_id, now=now)

    async def write_to_slot(
        self, principal: Principal, session_id: UUID, starts_at: datetime, text: str, *, key: IdempotencyKey | None
    ) -> Outcome[int]:
        """Write to the learner of every live booking of a start of one's own session. Return their number.

        Seats that are only held until they are paid do not count: such a message may say how to get in.

        Raises `Invalid`, `RateLimited`, `NotFound`, `NotYours`, `ConversationClosed`, `KeyReused`.
        """
        require(validate_field("text", MessageText, text))
        await self._limits.check(Attempt(SLOT_MESSAGES, str(principal.user_id)))
        batch_id, now = self._ids.new(), self._clock.now()

        async def operation(tx: Transaction) -> int:
            await acquire_actor(tx, principal)
            session = await tx.sessions.find(session_id)
            if session is None:
                raise NotFound
            session.changed_by(principal, {})
            if now >= writable_until(starts_at + timedelta(minutes=session.duration)):
                raise ConversationClosed
            message = SlotMessage(
                batch_id=batch_id,
                session_id=session_id,
                starts_at=starts_at,
                author_id=principal.user_id,
                text=text,
                created_at=now,
            )
            sent = await tx.booking_messages.add_to_slot(message)
            await self._announce(tx, batch_id, now, starts_at)
            return sent

        replay = self._conversations.count_of_batch
        return await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=batch_id, now=now)

    async def mark_read(self, principal: Principal, booking_id: UUID, last_id: UUID) -> None:
        """Mark the messages to the principal as read, up to the one with this ID. Idempotent. Raises `NotFound`."""
        last = await self._conversations.find(last_id)

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                actor = await acquire_actor(tx, principal)
                if last is None or last.booking_id != booking_id:
                    raise NotFound
                if actor.user_id not in {last.author_id, last.recipient_id}:
                    raise NotFound
                now = self._clock.now()
                await tx.booking_messages.mark_read(last, actor.user_id, now)
                await tx.notifications.mark_messages_read(actor.user_id, booking_id, last.created_at, now)

        await with_retries(operation)

    async def _announce(self, tx: Transaction, batch_id: UUID, now: datetime, starts_at: datetime) -> None:
        """Notify the recipients of what one request wrote, and decide a mail to each, if it stays unread."""
        await tx.notifications.add_of_messages(batch_id)
        due_at = announced_at(now, starts_at)
        await tx.messages.add(
            [
                self._new_messages.decide(
                    MessageKind.NEW_MESSAGE,
                    user_id,
                    Topic(subject=str(booking_id), version=int(due_at.timestamp()), booking_id=booking_id),
                    now,
                    due_at,
                )
                for booking_id, user_id in await tx.booking_messages.addressees(batch_id)
            ]
        )

    async def _replay(self, message_id: UUID) -> BookingMessage:
        found = await self._conversations.find(message_id)
        if found is None:
            raise NotFound
        return found


def _require_party(booking: BookingHistory | None, principal: Principal) -> BookingHistory:
    if booking is None or not booking.has_party(principal.user_id):
        raise NotFound
    return booking
