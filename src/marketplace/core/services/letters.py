"""What a message says when it is due, from the rows as they are then."""

from datetime import timedelta
from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.message_causes import untrue
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import (
    ACCOUNT_KINDS,
    REFUSED_PER_DAY,
    RULES,
    UNVERIFIED_PER_DAY,
    Message,
    MessageKind,
    Recipient,
)
from marketplace.core.ports.account_mails import AccountMails
from marketplace.core.ports.mail_composer import Letter, Role, UnsubscribeTokens
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction

DAY = timedelta(days=1)
TO_UNVERIFIED = frozenset(kind for kind, rule in RULES.items() if rule.to_unverified)


class NotSendable(Exception):
    """A message that became untrue or worthless, or whose recipient takes no such mail."""

    def __init__(self, reason: MessageReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Letters:
    """Decides due messages."""

    def __init__(self, *, addresses: SiteAddresses, unsubscribe_tokens: UnsubscribeTokens, clock: Clock) -> None:
        self._addresses = addresses
        self._unsubscribe_tokens = unsubscribe_tokens
        self._clock = clock

    async def write(self, tx: Transaction, message: Message, account_mails: AccountMails) -> Letter:
        """Return what to send now. Raises `NotSendable`."""
        recipient = await tx.messages.recipient(message.user_id)
        if recipient is None:
            raise NotSendable(MessageReason.NO_ACCOUNT)
        if message.kind in TO_UNVERIFIED and not recipient.is_verified:
            # before its messages are counted, and exclusively: others of the account are decided at the same time
            await tx.users.acquire(message.user_id)
            recipient = await tx.messages.recipient(message.user_id) or recipient
        if message.kind in ACCOUNT_KINDS:
            return await self._about_account(tx, message, recipient, account_mails)
        self._require(recipient.refusal(message.kind, self._clock.now()))
        return await self._about_booking(tx, message, recipient)

    async def _about_account(
        self, tx: Transaction, message: Message, recipient: Recipient, account_mails: AccountMails
    ) -> Letter:
        if message.kind is MessageKind.VERIFY_EMAIL and recipient.is_verified:
            raise NotSendable(MessageReason.ALREADY_VERIFIED)
        found = await account_mails.mint(tx, message)
        if found is None:
            raise NotSendable(MessageReason.REQUEST_ENDED)
        if found.to is None:
            self._require(recipient.refusal(message.kind, self._clock.now()))
            await self._require_budget(tx, message, recipient)
        return Letter(
            message=message,
            recipient=recipient,
            role="account",
            to=found.to or recipient.email,
            link=found.link,
            device=found.device,
            lifetime=found.lifetime,
            now=self._clock.now(),
        )

    async def _require_budget(self, tx: Transaction, message: Message, recipient: Recipient) -> None:
        """An address that is refused, or not proved, gets few mails a day; attempts of one message count once."""
        now = self._clock.now()
        is_refused = recipient.is_refused(now)
        if message.attempts or (recipient.is_verified and not is_refused):
            return
        started = await tx.messages.count_started(message.user_id, TO_UNVERIFIED, now - DAY)
        if started >= (REFUSED_PER_DAY if is_refused else UNVERIFIED_PER_DAY):
            raise NotSendable(MessageReason.ADDRESS_LIMIT)

    async def _about_booking(self, tx: Transaction, message: Message, recipient: Recipient) -> Letter:
        booking_id = message.booking_id
        if message.kind is MessageKind.SESSION_CHANGED and message.session_id:
            booking_id = await tx.messages.next_seat(message.session_id, message.user_id, self._clock.now())
        booking = await tx.bookings.find(booking_id) if booking_id else None
        if booking is None or not booking.has_party(message.user_id):
            raise NotSendable(MessageReason.NO_BOOKING)
        role: Role = "learner" if message.user_id == booking.user_id else "creator"
        if message.kind is MessageKind.NEW_MESSAGE:
            await self._require_unannounced(tx, message, booking.id)
            link = self._addresses.conversation(booking.id, as_creator=role == "creator")
        else:
            self._require(untrue(message.kind, message.version, booking, self._clock.now()))
            own, attendees = self._addresses.own_bookings(), self._addresses.attendees(booking.session_id)
            link = own if role == "learner" else attendees
            if message.kind is MessageKind.HOW_WAS_IT:
                link = self._addresses.review(booking.id)
        is_optional = not message.rule.is_needed
        token = self._unsubscribe_tokens.sign(message) if is_optional else None
        return Letter(
            message=message,
            recipient=recipient,
            role=role,
            to=recipient.email,
            link=link,
            now=self._clock.now(),
            booking=booking.seen_by(message.user_id),
            unsubscribe=self._addresses.unsubscribe(token) if token else None,
            one_click=self._addresses.one_click_unsubscribe(token) if token else None,
        )

    async def _require_unannounced(self, tx: Transaction, message: Message, booking_id: UUID) -> None:
        """A conversation is announced once, until its person reads or answers it."""
        # others of the account are decided at the same time
        await tx.users.acquire(message.user_id)
        since = await tx.booking_messages.unanswered_since(booking_id, message.user_id)
        if since is None or since >= message.due_at:  # what came since has a mail of its own
            raise NotSendable(MessageReason.MESSAGE_READ)
        if await tx.messages.is_announced(message, since):
            raise NotSendable(MessageReason.ANNOUNCED)

    @staticmethod
    def _require(refusal: MessageReason | None) -> None:
        if refusal is not None:
            raise NotSendable(refusal)
