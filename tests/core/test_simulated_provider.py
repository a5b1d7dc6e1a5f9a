"""Rules of the simulated provider: test cards, its clock, and when notices are sent."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from uuid_utils.compat import uuid7

from fakes import NOW, MovableClock
from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.cards import CARDS, Behaviour, Card, card_of
from marketplace.adapters.payments.simulated.notices import RETRIES
from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import Record, SimulatedPayment, State
from marketplace.adapters.payments.simulated.refusals import ProviderRefusal
from provider_worlds import a_charge

DAY = timedelta(days=1)


def a_card(behaviour: Behaviour) -> Card:
    return next(card for card in CARDS if card.behaviour is behaviour)


@dataclass(slots=True)
class Shop:
    """A provider whose time stands still, and what it stored."""

    clock: MovableClock = field(default_factory=MovableClock)
    stored: list[Record] = field(default_factory=list)
    provider: SimulatedProvider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = SimulatedProvider(self.clock.now, self.stored.append)

    def open(self, *, captures_later: bool = False) -> SimulatedPayment:
        ends = self.clock.now() + timedelta(minutes=15)
        return self.provider.open(a_charge(expires_at=ends, captures_later=captures_later), uuid7())

    def due(self, payment_id: str) -> Counter[str]:
        due = [each for each in self.provider.notices.due() if each.payment_id == payment_id]
        return Counter({f"{each.kind}": each.copies for each in due})


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_each_card_does_what_its_page_says(shop: Shop) -> None:
    seen = {}
    for card in CARDS:
        payment = shop.provider.pay(shop.open().id, card)
        seen[card.does] = (payment.state, payment.captured, payment.decline_reason, payment.is_challenged)
    assert list(seen.values()) == [
        (State.PAID, 7200, None, False),
        (State.OPEN, 0, "insufficient_funds", False),
        (State.OPEN, 0, "expired_card", False),
        (State.OPEN, 0, None, True),
        (State.PAID, 7200, None, False),
        (State.PAID, 14400, None, False),
        (State.PAID, 7200, None, False),
        (State.OPEN, 0, None, False),
    ]
    unknown = shop.provider.pay(shop.open().id, card_of("1234"))
    assert unknown.decline_reason == "incorrect_number"
    assert card_of("4242-4242 42424242") == CARDS[0]


def test_challenge_is_confirmed_or_refused(shop: Shop) -> None:
    challenged = shop.provider.pay(shop.open().id, a_card(Behaviour.CHALLENGES))
    assert shop.provider.decline(challenged.id, "authentication_failed").state is State.OPEN
    with pytest.raises(ProviderRefusal):
        shop.provider.confirm(challenged.id)
    shop.provider.pay(challenged.id, a_card(Behaviour.CHALLENGES))
    assert shop.provider.confirm(challenged.id).state is State.PAID


def test_notices_are_held_or_doubled_as_the_card_says(shop: Shop) -> None:
    hangs, twice = shop.open(), shop.open()
    shop.provider.pay(hangs.id, a_card(Behaviour.HANGS))
    shop.provider.pay(twice.id, a_card(Behaviour.PAYS_TWICE))
    assert (shop.due(hangs.id), shop.due(twice.id)) == (Counter(), Counter({"payment.paid": 2}))
    (held,) = shop.provider.notices.of(hangs.id)
    shop.provider.notices.send(held.id, 3 * DAY)
    shop.provider.forward(3 * DAY)
    assert shop.due(hangs.id) == Counter({"payment.paid": 1})


def test_late_payment_arrives_even_if_the_page_was_closed(shop: Shop) -> None:
    late, closed, authorized = shop.open(), shop.open(), shop.open(captures_later=True)
    for payment in (late, closed, authorized):
        shop.provider.pay(payment.id, a_card(Behaviour.LATE), timedelta(minutes=5))
        with pytest.raises(ProviderRefusal):
            shop.provider.pay(payment.id, CARDS[0])
    shop.provider.void(closed.id, uuid7())
    shop.provider.void(authorized.id, uuid7())
    shop.clock.advance(timedelta(minutes=4))
    assert shop.provider.get(late.id).state is State.OPEN
    shop.clock.advance(timedelta(minutes=1))
    states = [shop.provider.get(payment.id).state for payment in (late, closed, authorized)]
    assert states == [State.PAID, State.PAID, State.VOIDED]


def test_pages_and_authorizations_expire_by_the_providers_clock(shop: Shop) -> None:
    unpaid, authorized = shop.open(), shop.open(captures_later=True)
    shop.provider.pay(authorized.id, CARDS[0])
    shop.provider.forward(timedelta(minutes=15))
    assert shop.due(unpaid.id) == Counter({"payment.voided": 1})
    assert shop.provider.get(authorized.id).state is State.AUTHORIZED
    shop.provider.forward(7 * DAY)
    assert shop.provider.get(authorized.id).state is State.VOIDED
    assert shop.clock.now() == NOW


def test_page_that_is_opened_after_the_clock_was_moved_lives_as_long_as_others(shop: Shop) -> None:
    shop.provider.forward(3 * DAY)
    payment = shop.open()
    shop.provider.forward(timedelta(minutes=14))
    assert shop.provider.get(payment.id).state is State.OPEN
    shop.provider.forward(timedelta(minutes=1))
    assert shop.provider.get(payment.id).state is State.VOIDED
    assert list(shop.provider.created_since(shop.clock.now())) == [shop.provider.get(payment.id)]


def test_notice_is_sent_again_until_it_is_accepted(shop: Shop) -> None:
    payment, notices, pauses = shop.open(), shop.provider.notices, []
    shop.provider.pay(payment.id, CARDS[0])
    while due := notices.due():
        notices.ended(notices.started(due[0]), "503", is_accepted=False)
        pauses.append(timedelta())
        while pauses[-1] < 3 * DAY and not notices.due():
            shop.provider.forward(timedelta(seconds=1) if pauses[-1] < timedelta(minutes=2) else timedelta(minutes=1))
            pauses[-1] += timedelta(seconds=1) if pauses[-1] < timedelta(minutes=2) else timedelta(minutes=1)
    assert len(pauses) == len(RETRIES) + 1
    (given_up,) = notices.of(payment.id)
    assert (given_up.attempts, given_up.due_at, given_up.last_answer) == (len(RETRIES) + 1, None, "503")


def test_everything_is_as_it_was_after_a_restart(shop: Shop) -> None:
    key, payment = uuid7(), shop.open()
    shop.provider.pay(payment.id, CARDS[0])
    shop.provider.refund(payment.id, 700, key, key)
    shop.provider.forward(DAY)
    lines = [msgspec.json.encode(record) for record in shop.stored]
    again = SimulatedProvider(shop.clock.now)
    for line in lines:
        again.restore(msgspec.json.decode(line, type=Record))
    assert list(again.records()) == list(shop.provider.records())
    assert again.refund(payment.id, 700, key, key) == shop.provider.refund(payment.id, 700, key, key)
    assert again.get(payment.id).refunded == 700


async def test_notices_of_memory_come_in_the_order_that_a_test_wants() -> None:
    clock = MovableClock()
    payments = MemoryPayments(clock.now)
    payment = payments.provider.open(a_charge(expires_at=NOW + DAY), uuid7())
    payments.provider.pay(payment.id, a_card(Behaviour.PAYS_TWICE))
    received = payments.notices()
    assert payments.notices() == []
    assert len(received) == 2
    events = [payments.read_event(body, headers, clock.now()) for body, headers in reversed(received)]
    assert {(event.provider_id, event.payment_id) for event in events} == {(payment.id, payment.reference)}
    assert isinstance(events[0].payment_id, UUID)
