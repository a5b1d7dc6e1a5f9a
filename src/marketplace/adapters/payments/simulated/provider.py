"""The rules of the simulated provider: payments, idempotency keys, the learner's card, the dashboard, and time."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from marketplace.adapters.payments.simulated.cards import Behaviour, Card
from marketplace.adapters.payments.simulated.notices import Notices
from marketplace.adapters.payments.simulated.records import (
    Ahead,
    Notice,
    Record,
    SimulatedPayment,
    State,
    UsedKey,
    decided,
    disputed,
    opened,
    taken,
    with_arrived,
    with_refund,
)
from marketplace.adapters.payments.simulated.refusals import KeyReused, ProviderRefusal
from marketplace.core.ports.payment_providers import Charge

AUTHORIZATION = timedelta(days=7)
"""How long a card's authorization lasts."""
FURTHEST = (State.VOIDED, State.OPEN, State.AUTHORIZED, State.PAID)
LATE = timedelta(minutes=20)
"""How long a late payment takes unless the learner says otherwise: longer than the time to pay."""


def _forget(record: Record) -> None:
    """Store nothing."""


class SimulatedProvider:
    """Payments in memory. Each change is handed to `save`. `now` is the time without the provider's own `ahead`."""

    def __init__(self, now: Callable[[], datetime], save: Callable[[Record], None] = _forget) -> None:
        self._now = now
        self._save = save
        self._payments: dict[str, SimulatedPayment] = {}
        self._by_reference: dict[UUID, list[str]] = {}
        self._unsettled: set[str] = set()
        self._keys: dict[UUID, UsedKey] = {}
        self.ahead = timedelta()
        self.notices = Notices(self.time, save)

    def time(self) -> datetime:
        """Return the time by the provider's clock."""
        return self._now() + self.ahead

    def restore(self, record: Record) -> None:
        """Take a record as it was stored; a later one of the same ID replaces it."""
        match record:
            case SimulatedPayment():
                self._put(record)
            case Notice():
                self.notices.put(record)
            case UsedKey():
                self._keys[record.id] = record
            case Ahead():
                self.ahead = record.by

    def records(self) -> Iterable[Record]:
        """Return everything that is kept, one record for each ID."""
        yield Ahead(self.ahead)
        yield from self._payments.values()
        yield from self.notices
        yield from self._keys.values()

    # what the shop asks

    def open(self, charge: Charge, key: UUID) -> SimulatedPayment:
        """Offer a page. Raises `ProviderRefusal`, `KeyReused`."""

        def effect() -> str:
            if charge.expires_at <= self._now():
                raise ProviderRefusal("expired")
            if charge.amount <= 0:
                raise ProviderRefusal("amount_too_small")
            return self._change(opened(charge, f"sim_{key.hex}", self.time(), self.ahead)).id

        return self._payments[self._once(key, f"open {charge}", effect)]

    def capture(self, payment_id: str, amount: int, key: UUID, copies: int = 1) -> str:
        """Take an authorized amount. Raises `ProviderRefusal`, `KeyReused`."""

        def effect() -> str:
            payment = self.get(payment_id)
            if payment.state is State.PAID:
                return payment.id
            if payment.state is not State.AUTHORIZED:
                raise ProviderRefusal(f"payment_{payment.state}")
            if not 0 < amount <= payment.amount:
                raise ProviderRefusal("capture_exceeds_authorization")
            after = replace(payment, state=State.PAID, captured=amount, authorized_until=None)
            self.notices.add(self._change(after), "payment.paid", copies=copies)
            return payment.id

        return self._once(key, f"capture {payment_id} {amount}", effect)

    def void(self, payment_id: str, key: UUID, copies: int = 1) -> str:
        """Close a payment that was not captured. Raises `ProviderRefusal`, `KeyReused`."""

        def effect() -> str:
            payment = self.get(payment_id)
            if payment.state is State.PAID:
                raise ProviderRefusal("payment_paid")
            if payment.state is not State.VOIDED:
                self._voided(payment, copies)
            return payment.id

        return self._once(key, f"void {payment_id}", effect)

    def refund(self, payment_id: str, amount: int, reference: UUID | None, key: UUID, copies: int = 1) -> str:
        """Return a part of what was captured. Raises `ProviderRefusal`, `KeyReused`."""
        return self._once(
            key,
            f"refund {payment_id} {amount}",
            lambda: self._refunded(self.get(payment_id), amount, reference, copies),
        )

    def has_returned(self, payment_id: str, ref: str) -> bool:
        """Return whether a refund has arrived."""
        return any(each.id == ref and each.arrives_at is None for each in self.get(payment_id).refunds)

    def get(self, payment_id: str) -> SimulatedPayment:
        """Return a payment as it is now. Raises `ProviderRefusal`."""
        if payment_id not in self._payments:
            raise ProviderRefusal("no_such_payment")
        return self._settled(self._payments[payment_id])

    def of_reference(self, reference: UUID) -> SimulatedPayment | None:
        """Return the shop's payment: of several, the one that got furthest."""
        found = [self.get(payment_id) for payment_id in self._by_reference.get(reference, ())]
        return max(found, key=lambda each: FURTHEST.index(each.state), default=None)

    def created_since(self, since: datetime) -> list[SimulatedPayment]:
        """Return the payments created, refunded or disputed since, oldest first."""
        self.settle()
        return [payment for payment in self._payments.values() if payment.changed_at >= since]

    # what the learner does

    def pay(self, payment_id: str, card: Card, late: timedelta = LATE) -> SimulatedPayment:
        """Use a card. Raises `ProviderRefusal` if the page is closed."""
        payment = self.get(payment_id)
        if payment.state is not State.OPEN or payment.pays_at is not None:
            raise ProviderRefusal(f"payment_{payment.state}")
        payment = replace(payment, is_challenged=False, returns_late=card.behaviour is Behaviour.RETURNS_LATE)
        match card.behaviour:
            case Behaviour.DECLINES:
                return self.decline(payment_id, card.decline_reason or "card_declined")
            case Behaviour.CHALLENGES:
                return self._change(replace(payment, is_challenged=True, decline_reason=None))
            case Behaviour.LATE:
                return self._change(replace(payment, pays_at=self.time() + late, decline_reason=None))
            case Behaviour.HANGS:
                return self._paid(payment, is_held=True)
            case Behaviour.PAYS_TWICE:
                return self._paid(payment, copies=2, charges=2)
            case _:
                return self._paid(payment)

    def confirm(self, payment_id: str) -> SimulatedPayment:
        """Confirm a challenged payment (3-D Secure). Raises `ProviderRefusal` if none waits for it."""
        payment = self.get(payment_id)
        if payment.state is not State.OPEN or not payment.is_challenged:
            raise ProviderRefusal(f"payment_{payment.state}")
        return self._paid(replace(payment, is_challenged=False))

    def decline(self, payment_id: str, reason: str) -> SimulatedPayment:
        """Decline an attempt; the page stays open. Raises `ProviderRefusal` if it is closed."""
        payment = self.get(payment_id)
        if payment.state is not State.OPEN:
            raise ProviderRefusal(f"payment_{payment.state}")
        after = self._change(replace(payment, decline_reason=reason, is_challenged=False))
        self.notices.add(after, "payment.declined")
        return after

    # what is done in the dashboard

    def refund_here(self, payment_id: str, amount: int) -> str:
        """Return money without the shop. Raises `ProviderRefusal`."""
        return self._refunded(self.get(payment_id), amount, None, copies=1)

    def dispute(self, payment_id: str) -> SimulatedPayment:
        """Let the cardholder dispute a payment. Raises `ProviderRefusal` if it is not paid, or disputed already."""
        payment = self.get(payment_id)
        if payment.state is not State.PAID or payment.is_disputed or payment.captured == payment.returned:
            raise ProviderRefusal(f"payment_{payment.state}")
        after = self._change(disputed(payment, f"dis_{secrets.token_hex(12)}", self.time()))
        self.notices.add(after, "payment.disputed")
        return after

    def close_dispute(self, payment_id: str, *, is_won: bool) -> SimulatedPayment:
        """Let the bank decide for the shop or for the cardholder. Raises `ProviderRefusal` if nothing is disputed."""
        payment = self.get(payment_id)
        if not payment.is_disputed:
            raise ProviderRefusal("not_disputed")
        after = self._change(decided(payment, is_won=is_won))
        self.notices.add(after, "payment.dispute_closed")
        return after

    def finish_refunds(self, payment_id: str) -> None:
        """Let refunds arrive that are on their way. Raises `ProviderRefusal`."""
        self._arrived(self.get(payment_id), datetime.max.replace(tzinfo=UTC))

    def forward(self, by: timedelta) -> None:
        """Move the provider's clock, and let everything happen that is due by then."""
        self.ahead += by
        self._save(Ahead(self.ahead))
        self.settle()

    def settle(self) -> None:
        """Let everything happen that is due: late payments arrive, pages and authorizations expire."""
        for payment_id in tuple(self._unsettled):
            self._settled(self._payments[payment_id])

    def _settled(self, payment: SimulatedPayment) -> SimulatedPayment:
        at = self.time()
        payment = self._arrived(payment, at)
        if payment.pays_at is not None and payment.pays_at <= at:
            arrived = replace(payment, pays_at=None)
            # a late authorization of a closed payment lapses, a late charge is made
            if payment.state is State.OPEN or not payment.captures_later:
                return self._paid(arrived)
            return self._change(arrived)
        if payment.state is State.OPEN and payment.expires_at <= at:
            return self._voided(payment)
        if payment.authorized_until is not None and payment.authorized_until <= at:
            return self._voided(payment)
        return payment

    def _arrived(self, payment: SimulatedPayment, by: datetime) -> SimulatedPayment:
        after = with_arrived(payment, by)
        if after is not payment:
            self.notices.add(self._change(after), "payment.refunded")
        return after

    def _paid(
        self, payment: SimulatedPayment, *, copies: int = 1, charges: int = 1, is_held: bool = False
    ) -> SimulatedPayment:
        after = taken(payment, charges, self.time() + AUTHORIZATION)
        self.notices.add(self._change(after), f"payment.{after.state}", copies=copies, is_held=is_held)
        return after

    def _voided(self, payment: SimulatedPayment, copies: int = 1) -> SimulatedPayment:
        after = self._change(replace(payment, state=State.VOIDED, is_challenged=False, authorized_until=None))
        self.notices.add(after, "payment.voided", copies=copies)
        return after

    def _refunded(self, payment: SimulatedPayment, amount: int, reference: UUID | None, copies: int) -> str:
        known = [each.id for each in payment.refunds if reference is not None and each.reference == reference]
        if known:
            return known[0]
        if payment.state is not State.PAID:
            raise ProviderRefusal(f"payment_{payment.state}")
        if not 0 < amount <= payment.captured - payment.returned:
            raise ProviderRefusal("refund_exceeds_payment")
        after = self._change(with_refund(payment, f"ref_{secrets.token_hex(12)}", amount, reference, self.time()))
        refund = after.refunds[-1]
        if refund.arrives_at is None:
            self.notices.add(after, "payment.refunded", copies=copies)
        return refund.id

    def _once(self, key: UUID, asked: str, effect: Callable[[], str]) -> str:
        used = self._keys.get(key)
        if used is None:
            used = UsedKey(id=key, asked=asked, ref=effect())
            self._keys[key] = used
            self._save(used)
        elif used.asked != asked:
            raise KeyReused
        return used.ref

    def _change(self, payment: SimulatedPayment) -> SimulatedPayment:
        self._put(payment)
        self._save(payment)
        return payment

    def _put(self, payment: SimulatedPayment) -> None:
        if payment.id not in self._payments:
            self._by_reference.setdefault(payment.reference, []).append(payment.id)
        self._payments[payment.id] = payment
        is_unsettled = (
            payment.state in {State.OPEN, State.AUTHORIZED}
            or payment.pays_at is not None
            or any(each.arrives_at for each in payment.refunds)
        )
        (self._unsettled.add if is_unsettled else self._unsettled.discard)(payment.id)
