"""What a message says when it is due, from the rows as they are then."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.message_causes import is_true_of, untrue
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import (
    ACCOUNT_KINDS,
    MONEY_KINDS,
    REFUSED_PER_DAY,
    RULES,
    UNVERIFIED_PER_DAY,
    WAITLIST_KINDS,
    Message,
    MessageKind,
    Recipient,
)
from marketplace.core.domain.money import Currency
from marketplace.core.domain.payments import OperationState, Payment, PaymentOperation
from marketplace.core.domain.waitlist import WaitlistDetails
from marketplace.core.ports.account_mails import AccountMails
from marketplace.core.ports.mail_composer import Letter, MovedMoney, Role, UnsubscribeTokens
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction

DAY = timedelta(days=1)
TO_UNVERIFIED = frozenset(kind for kind, rule in RULES.items() if rule.to_unverified)
MAX_TOLD = 20
"""Bookings of a person that one mail about a change of their session has."""
LOCKS_ACCOUNT = ACCOUNT_KINDS | {MessageKind.NEW_MESSAGE}
"""Kinds whose decision may lock their account, so that each has a transaction of its own."""


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

    async def about_bookings(self, tx: Transaction, messages: Sequence[Message]) -> Mapping[UUID, Letter | NotSendable]:
        """Return what to send now, or why not, by ID of the message. Costs two statements, and locks nothing.

        Two more are for messages about payments, one for those about waitlists, one for those that ask for a review,
        and one for each about a review.

        Of a kind in `LOCKS_ACCOUNT`, only `write` decides.
        """
        if not messages:
            return {}
        recipients = await tx.messages.recipients({message.user_id for message in messages})
        about = {message.id: await self._bookings_of(tx, message) for message in messages}
        bookings = await tx.bookings.histories([number for numbers in about.values() for number in numbers])
        found = {booking.id: booking for booking in bookings}
        moved, entries = await self._moved(tx, messages), await _entries(tx, messages)
        reviews, reviewed = await _published_reviews(tx, messages), await _reviewed(tx, messages)
        decided = dict[UUID, Letter | NotSendable]()
        for message in messages:
            own = [found[number] for number in about[message.id] if number in found]
            if message.kind is MessageKind.NEW_REVIEW and message.id not in reviews:
                decided[message.id] = NotSendable(MessageReason.REVIEW_HIDDEN)
                continue
            if message.kind is MessageKind.HOW_WAS_IT and message.booking_id in reviewed:
                decided[message.id] = NotSendable(MessageReason.REVIEWED)
                continue
            try:
                recipient = recipients.get(message.user_id)
                if message.kind in WAITLIST_KINDS:
                    decided[message.id] = self._about_entry(message, recipient, entries.get(UUID(message.subject)))
                    continue
                decided[message.id] = self._about_booking(message, recipient, own, moved.get(message.id))
            except NotSendable as refusal:
                decided[message.id] = refusal
        return decided

    async def write(self, tx: Transaction, message: Message, account_mails: AccountMails) -> Letter:
        """Return what to send now, for a message of any kind. Raises `NotSendable`."""
        if message.kind in ACCOUNT_KINDS:
            return await self._about_account(tx, message, account_mails)
        decided = (await self.about_bookings(tx, [message]))[message.id]
        if isinstance(decided, NotSendable):
            raise decided
        if message.kind is MessageKind.NEW_MESSAGE and message.booking_id:
            await self._require_unannounced(tx, message, message.booking_id)
        return decided

    async def _about_account(self, tx: Transaction, message: Message, account_mails: AccountMails) -> Letter:
        recipient = await tx.messages.recipient(message.user_id)
        if recipient is None:
            raise NotSendable(MessageReason.NO_ACCOUNT)
        if message.kind in TO_UNVERIFIED and not recipient.is_verified:
            # before its messages are counted, and exclusively: others of the account are decided at the same time
            await tx.users.acquire(message.user_id)
            recipient = await tx.messages.recipient(message.user_id) or recipient
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
            key_name=found.key_name,
            change=found.change,
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

    async def _bookings_of(self, tx: Transaction, message: Message) -> Sequence[UUID]:
        """Return the IDs of the booking that a message is about, and of others that the same change concerns."""
        if message.kind is MessageKind.SESSION_CHANGED and message.session_id:
            now = self._clock.now()
            return await tx.messages.next_seats(message.session_id, message.user_id, now, MAX_TOLD)
        return () if message.booking_id is None else (message.booking_id,)

    @staticmethod
    async def _moved(tx: Transaction, messages: Sequence[Message]) -> Mapping[UUID, MovedMoney]:
        """Return the amounts of payments and refunds that were made, by ID of the message."""
        about = {each.id: each for each in messages if each.kind in MONEY_KINDS and each.booking_id is not None}
        if not about:
            return {}
        numbers = sorted({each.booking_id for each in about.values() if each.booking_id is not None})
        payments = {each.id: each for each in await tx.payments.of_bookings(numbers)}
        operations = {each.id: each for each in await tx.payments.operations(sorted(payments))}
        found = ((number, moved_money(each, payments, operations)) for number, each in about.items())
        return {number: money for number, money in found if money is not None}

    def _about_booking(
        self,
        message: Message,
        recipient: Recipient | None,
        bookings: Sequence[BookingHistory],
        money: MovedMoney | None,
    ) -> Letter:
        if recipient is None:
            raise NotSendable(MessageReason.NO_ACCOUNT)
        self._require(recipient.refusal(message.kind, self._clock.now()))
        booking, others = bookings[0] if bookings else None, bookings[1:]
        if booking is None or not booking.has_party(message.user_id):
            raise NotSendable(MessageReason.NO_BOOKING)
        role: Role = "learner" if message.user_id == booking.user_id else "creator"
        if message.kind is MessageKind.NEW_MESSAGE:
            link = self._addresses.conversation(booking.id, as_creator=role == "creator")
        elif message.kind is MessageKind.NEW_REVIEW:
            link = self._addresses.reviews(booking.session_id)
        elif message.kind in MONEY_KINDS:
            self._require(MessageReason.NO_PAYMENT if money is None else None)
            link = self._addresses.booking(booking.id)
        else:
            self._require(untrue(message.kind, message.version, booking, message.user_id, self._clock.now()))
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
            others=tuple(each.seen_by(message.user_id) for each in others if each.status == "confirmed"),
            money=money,
            unsubscribe=self._addresses.unsubscribe(token) if token else None,
            one_click=self._addresses.one_click_unsubscribe(token) if token else None,
        )

    def _about_entry(self, message: Message, recipient: Recipient | None, entry: WaitlistDetails | None) -> Letter:
        if recipient is None:
            raise NotSendable(MessageReason.NO_ACCOUNT)
        now = self._clock.now()
        self._require(recipient.refusal(message.kind, now))
        if entry is None or not is_true_of(message.kind, entry, now):
            raise NotSendable(MessageReason.OFFER_ENDED)
        is_offer = message.kind is MessageKind.SEAT_OFFERED
        token = None if message.rule.is_needed else self._unsubscribe_tokens.sign(message)
        return Letter(
            message=message,
            recipient=recipient,
            role="learner",
            to=recipient.email,
            link=self._addresses.waiting() if is_offer else self._session_of(entry),
            now=now,
            entry=entry,
            unsubscribe=self._addresses.unsubscribe(token) if token else None,
            one_click=self._addresses.one_click_unsubscribe(token) if token else None,
        )

    def _session_of(self, entry: WaitlistDetails) -> str:
        """Return the page of a session, or the home page if the session is no longer listed: it has none then."""
        is_listed = entry.session_details.is_bookable()
        return self._addresses.session(entry.session_id) if is_listed else self._addresses.of_path("/")

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


async def _entries(tx: Transaction, messages: Sequence[Message]) -> Mapping[UUID, WaitlistDetails]:
    """Return the entries of waitlists that messages are about, by ID."""
    numbers = {UUID(each.subject) for each in messages if each.kind in WAITLIST_KINDS}
    return {each.id: each for each in await tx.waitlist.details(numbers)} if numbers else {}


async def _published_reviews(tx: Transaction, messages: Sequence[Message]) -> frozenset[UUID]:
    """Return the IDs of the messages whose reviews can be seen."""
    about = {each.id: UUID(each.subject) for each in messages if each.kind is MessageKind.NEW_REVIEW}
    found = {number: await tx.reviews.find(review_id) for number, review_id in about.items()}
    return frozenset(number for number, review in found.items() if review is not None and review.hidden_at is None)


async def _reviewed(tx: Transaction, messages: Sequence[Message]) -> frozenset[UUID]:
    """Return the IDs of the bookings that messages ask for a review of and that have one."""
    asked = {each.booking_id for each in messages if each.kind is MessageKind.HOW_WAS_IT and each.booking_id}
    return await tx.reviews.reviewed(asked) if asked else frozenset()


def moved_money(
    message: Message, payments: Mapping[UUID, Payment], operations: Mapping[UUID, PaymentOperation]
) -> MovedMoney | None:
    """Return what was paid or returned by the subject of a message, or `None` if it was not."""
    subject = UUID(message.subject)
    refund = operations.get(subject) if message.kind is MessageKind.PAYMENT_REFUNDED else None
    payment = payments.get(refund.payment_id if refund else subject)
    if payment is None or payment.receipt_number is None:
        return None
    if refund is not None and refund.state is not OperationState.DONE:
        return None
    minor = payment.captured if refund is None else refund.amount
    amount = Currency.of(payment.currency).of_minor(minor)
    return MovedMoney(amount=amount, currency=payment.currency, receipt_number=payment.receipt_number)
