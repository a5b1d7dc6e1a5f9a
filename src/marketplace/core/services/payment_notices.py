"""What the parties of a booking are told when money has moved: in the transaction that posts it in the ledger."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.earnings import DISPUTE, REFUND
from marketplace.core.domain.ledger import LedgerTransaction, Purpose, TransactionKind
from marketplace.core.domain.messages import Message, MessageKind, Topic
from marketplace.core.domain.money import Currency
from marketplace.core.domain.notifications import Notification, NotificationKind
from marketplace.core.ports.system import Ids
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.new_messages import NewMessages


class PaymentNotices:
    """Tells the learner of payments and refunds, and the creator of refunds that take what was earned.

    One payment or refund is told once, however often it is posted.
    """

    def __init__(self, *, new_messages: NewMessages, ids: Ids) -> None:
        self._new_messages = new_messages
        self._ids = ids

    async def write(self, tx: Transaction, booking: BookingHistory, posted: Sequence[LedgerTransaction]) -> None:
        """Write the notifications and decide the mails of transactions of a booking."""
        notifications, messages = list[Notification](), list[Message]()
        for each in posted:
            if each.kind is TransactionKind.PAYMENT:
                notifications.append(self._notification(booking.user_id, "paid", each, -_sum(each, Purpose.PAID_IN)))
                messages.append(self._mail(MessageKind.PAYMENT_RECEIVED, str(each.payment_id), booking, each))
            elif each.kind is TransactionKind.REFUND:
                if not each.once.startswith(DISPUTE):  # the bank tells its customer
                    notifications.append(
                        self._notification(booking.user_id, "refunded", each, _sum(each, Purpose.RETURNED))
                    )
                    subject = each.once.removeprefix(REFUND)
                    messages.append(self._mail(MessageKind.PAYMENT_REFUNDED, subject, booking, each))
                if taken := -_sum(each, Purpose.EARNED):
                    notifications.append(self._notification(booking.creator_id, "earning_returned", each, taken))
        if notifications:
            await tx.notifications.add(notifications)
        if messages:
            await tx.messages.add(messages)

    def _mail(self, kind: MessageKind, subject: str, booking: BookingHistory, posted: LedgerTransaction) -> Message:
        topic = Topic(subject=subject, booking_id=booking.id, session_id=booking.session_id)
        return self._new_messages.decide(kind, booking.user_id, topic, posted.at)

    def _notification(
        self, user_id: UUID, kind: NotificationKind, posted: LedgerTransaction, minor: int
    ) -> Notification:
        source = f"payment-{posted.payment_id}" if kind == "paid" else posted.once
        amount: Decimal = Currency.of(posted.currency).of_minor(minor)
        return Notification(
            id=self._ids.new(),
            user_id=user_id,
            kind=kind,
            booking_id=posted.booking_id,
            created_at=posted.at,
            source=source,
            amount=amount,
            currency=posted.currency,
        )


def _sum(posted: LedgerTransaction, purpose: Purpose) -> int:
    return sum(entry.amount for entry in posted.entries if entry.account.purpose is purpose)
