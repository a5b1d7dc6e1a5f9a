"""What every payment provider keeps: the simulator, Stripe's library with a fake of Stripe, and memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from marketplace.core.domain.disputes import DisputeState
from marketplace.core.domain.payments import Payment, PaymentStatus, ProviderEvent, ProviderRefund, ProviderReport
from marketplace.core.errors.payments import InvalidSignature, ProviderAway
from marketplace.core.ports.payment_providers import Done, Opened, Pending, Refused, Unknown
from provider_worlds import DECLINES, RETURNS_LATE, WORLDS, Notice, World, a_charge, a_payment, opened, paid

Ask = Callable[[World, Payment, UUID], Awaitable[Done | Pending | Refused | Unknown]]
LOST = ("before", "after", "never", "500")


@pytest_asyncio.fixture(scope="module", params=list(WORLDS), loop_scope="module")
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with WORLDS[request.param]() as found:
        yield found


async def report(world: World, payment: Payment) -> ProviderReport:
    found = await world.payments.look_up(payment)
    assert isinstance(found, ProviderReport), found
    return found


async def test_payment_is_reported_as_it_was_asked_and_paid(world: World) -> None:
    payment = await opened(world)
    before = await report(world, payment)
    assert before.provider_id == payment.provider_id
    assert (before.payment_id, before.status) == (payment.id, PaymentStatus.OPEN)
    assert before.url
    assert (before.amount, before.currency, before.captured) == (7200, "EUR", 0)
    await world.pay(before.provider_id)
    after = await report(world, payment)
    assert (after.status, after.captured, after.refunds, after.is_disputed) == (PaymentStatus.PAID, 7200, (), False)
    assert (after.fee in {108, 133}, after.url) == (True, None)


async def test_amounts_are_in_minor_units_of_their_currency(world: World) -> None:
    wrong = {}
    for currency, amount in (("JPY", 7200), ("ISK", 7200), ("UGX", 7200), ("HUF", 7250), ("USD", 7205)):
        payment = await paid(world, currency=currency, amount=amount)
        refunded = await world.payments.refund(payment, 1000, uuid7())
        found = await report(world, payment)
        seen = (found.amount, found.currency, found.captured, [each.amount for each in found.refunds])
        if seen != (amount, currency, amount, [1000]) or not isinstance(refunded, Done):
            wrong[currency] = seen, refunded
    assert wrong == {}


async def test_declined_attempt_keeps_the_page_open(world: World) -> None:
    payment = await opened(world)
    assert payment.provider_id
    await world.pay(payment.provider_id, DECLINES)
    declined = await report(world, payment)
    assert (declined.status, declined.decline_reason) == (PaymentStatus.OPEN, "insufficient_funds")
    await world.pay(payment.provider_id)
    after = await report(world, payment)
    assert (after.status, after.decline_reason) == (PaymentStatus.PAID, None)


async def test_repeat_with_the_same_key_opens_the_same_page(world: World) -> None:
    charge, key = a_charge(), uuid7()
    first = await world.payments.open(charge, key)
    assert isinstance(first, Opened)
    assert first.url.startswith("http")
    assert await world.payments.open(charge, key) == first
    assert await world.payments.open(replace(charge, amount=1), key) == Unknown("idempotency_key_reused")


async def test_page_of_an_expired_charge_is_refused(world: World) -> None:
    charge = a_charge(expires_at=datetime.now(UTC) - timedelta(minutes=1))
    assert await world.payments.open(charge, uuid7()) == Refused("expired")


async def test_authorized_amount_is_captured_once(world: World) -> None:
    payment, key = await paid(world, captures_later=True), uuid7()
    assert (await report(world, payment)).status is PaymentStatus.AUTHORIZED
    assert (await report(world, payment)).captured == 0
    assert isinstance(await world.payments.capture(payment, 9000, uuid7()), Refused)
    assert isinstance(await world.payments.capture(payment, 7000, key), Done)
    assert isinstance(await world.payments.capture(payment, 7000, key), Done)
    assert isinstance(await world.payments.capture(payment, 7000, uuid7()), Done)
    found = await report(world, payment)
    assert (found.status, found.captured, found.amount) == (PaymentStatus.PAID, 7000, 7200)


async def test_void_closes_what_is_not_paid_and_refuses_what_is(world: World) -> None:
    unpaid, authorized = await opened(world), await paid(world, captures_later=True)
    for payment in (unpaid, authorized):
        key = uuid7()
        assert isinstance(await world.payments.void(payment, key), Done)
        assert isinstance(await world.payments.void(payment, key), Done)
        assert isinstance(await world.payments.void(payment, uuid7()), Done)
        assert (await report(world, payment)).status is PaymentStatus.VOIDED
    assert isinstance(await world.payments.capture(authorized, 7200, uuid7()), Refused)
    captured = await paid(world)
    assert isinstance(await world.payments.void(captured, uuid7()), Refused)
    assert (await report(world, captured)).status is PaymentStatus.PAID


async def test_refunds_carry_our_key_and_never_exceed_the_payment(world: World) -> None:
    payment, first, second = await paid(world), uuid7(), uuid7()
    one = await world.payments.refund(payment, 5000, first)
    assert isinstance(one, Done)
    assert await world.payments.refund(payment, 5000, first) == one
    assert isinstance(await world.payments.refund(payment, 2201, second), Refused)
    two = await world.payments.refund(payment, 2200, uuid7())
    assert isinstance(two, Done)
    assert isinstance(await world.payments.refund(payment, 1, uuid7()), Refused)
    found = sorted((await report(world, payment)).refunds, key=lambda refund: -refund.amount)
    assert found[0] == ProviderRefund(ref=one.ref or "", amount=5000, is_done=True, operation_id=first)
    assert [refund.amount for refund in found] == [5000, 2200]
    unpaid = await opened(world)
    assert isinstance(await world.payments.refund(unpaid, 100, uuid7()), Refused)


async def test_refund_and_dispute_made_at_the_provider_are_reported(world: World) -> None:
    payment = await paid(world)
    assert payment.provider_id
    await world.refund(payment.provider_id, 1500)
    await world.dispute(payment.provider_id)
    found = await report(world, payment)
    assert [(refund.amount, refund.operation_id) for refund in found.refunds] == [(1500, None)]
    assert found.is_disputed


async def test_dispute_is_reported_until_the_bank_has_decided(world: World) -> None:
    for how, state in (("won", DisputeState.WON), ("lost", DisputeState.LOST)):
        payment = await paid(world)
        assert payment.provider_id
        await world.dispute(payment.provider_id)
        before = await report(world, payment)
        [opened_dispute] = before.disputes
        assert (opened_dispute.amount, opened_dispute.state, before.returned) == (7200, DisputeState.OPEN, 0)
        await world.close_dispute(payment.provider_id, how)
        after = await report(world, payment)
        [closed] = after.disputes
        assert (closed.ref, closed.amount, closed.state) == (opened_dispute.ref, 7200, state)
        assert (after.captured, after.refunds, after.is_disputed) == (7200, (), False)
        assert after.returned == (7200 if how == "lost" else 0)
        assert bool(closed.fee) is (how == "lost")


async def test_refund_that_takes_days_is_pending_until_it_has_arrived(world: World) -> None:
    payment, key = await paid(world, RETURNS_LATE), uuid7()
    start = len(await world.notices(lambda found: bool(events_of(world, payment, found))))
    asked = await world.payments.refund(payment, 1500, key)
    assert isinstance(asked, Pending), asked
    assert await world.payments.refund(payment, 1500, key) == asked
    [refund] = (await report(world, payment)).refunds
    assert refund == ProviderRefund(ref=asked.ref or "", amount=1500, is_done=False, operation_id=key)

    assert payment.provider_id
    await world.finish_refunds(payment.provider_id)
    before = await report(world, payment)
    assert [each.is_done for each in before.refunds] == [True]
    await world.notices(lambda found: bool(events_of(world, payment, found[start:])))
    assert await world.payments.refund(payment, 1500, key) == Done(asked.ref)


async def test_unknown_payment_is_none(world: World) -> None:
    real = await opened(world)
    assert real.provider_id
    wrong = real.provider_id[:-4] + ("0000" if real.provider_id[-4:] != "0000" else "1111")
    assert await world.payments.look_up(a_payment(a_charge(), wrong)) is None
    assert await world.payments.look_up(a_payment(a_charge(), None)) is None


CASES: dict[str, tuple[bool, Ask]] = {
    "capture": (True, lambda world, payment, key: world.payments.capture(payment, payment.amount, key)),
    "void": (True, lambda world, payment, key: world.payments.void(payment, key)),
    "refund": (False, lambda world, payment, key: world.payments.refund(payment, 700, key)),
}


def has_effect(operation: str, found: ProviderReport, key: UUID) -> bool:
    if operation == "refund":
        return [refund.operation_id for refund in found.refunds] == [key]
    return found.status is (PaymentStatus.PAID if operation == "capture" else PaymentStatus.VOIDED)


async def test_lost_answer_is_unknown_and_a_look_up_tells_what_happened(world: World) -> None:
    wrong: dict[tuple[str, str], object] = {}
    for operation, (captures_later, ask) in CASES.items():
        for mode in LOST:
            payment, key = await paid(world, captures_later=captures_later), uuid7()
            await world.fail(operation, mode)
            lost = await ask(world, payment, key)
            happened = has_effect(operation, await report(world, payment), key)
            again = await ask(world, payment, key)
            settled = await report(world, payment)
            if not isinstance(lost, Unknown) or happened is not (mode in {"after", "never"}):
                wrong[operation, mode] = lost, happened
            if not isinstance(again, Done) or not has_effect(operation, settled, key):
                wrong[operation, mode] = again, settled
    assert wrong == {}


async def test_page_whose_answer_was_lost_is_found_by_our_id(world: World) -> None:
    wrong: dict[str, object] = {}
    for mode in LOST:
        charge, key = a_charge(), uuid7()
        await world.fail("open", mode)
        lost = await world.payments.open(charge, key)
        found = await world.payments.look_up(a_payment(charge, None))
        again = await world.payments.open(charge, key)
        is_found = isinstance(found, ProviderReport) and found.payment_id == charge.payment_id
        if not isinstance(lost, Unknown) or is_found is not (mode in {"after", "never"}):
            wrong[mode] = lost, found
        if not isinstance(again, Opened) or (
            isinstance(found, ProviderReport) and found.provider_id != again.provider_id
        ):
            wrong[mode] = again, found
    assert wrong == {}


async def test_provider_that_is_away_settles_nothing(world: World) -> None:
    payment = await paid(world)
    await world.fail("look_up", "500")
    assert isinstance(await world.payments.look_up(payment), Unknown)
    await world.fail("list", "500")
    with pytest.raises(ProviderAway):
        _ = [each async for each in world.payments.changed_since(datetime.now(UTC) - timedelta(hours=1))]


async def test_list_has_every_payment_created_since(world: World) -> None:
    start = datetime.now(UTC) - timedelta(minutes=2)
    payment, other = await paid(world), await opened(world)
    await world.payments.refund(payment, 300, uuid7())
    listed = {found.payment_id: found async for found in world.payments.changed_since(start)}
    for each in (payment, other):  # a list need not say where to pay
        assert replace(listed[each.id], url=None) == replace(await report(world, each), url=None)
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert [found async for found in world.payments.changed_since(later)] == []


async def test_list_has_older_payments_that_were_refunded_or_disputed_since(world: World) -> None:
    refunded, disputed, other = [await paid(world) for _ in range(3)]
    await asyncio.sleep(2.1)  # Stripe's instants are whole seconds
    since = datetime.now(UTC)
    assert refunded.provider_id
    assert disputed.provider_id
    await world.refund(refunded.provider_id, 300)
    await world.dispute(disputed.provider_id)

    listed = [found.payment_id async for found in world.payments.changed_since(since - timedelta(seconds=0.9))]

    assert sorted(listed.count(each.id) for each in (refunded, disputed, other)) == [0, 1, 1]
    assert other.id not in listed


def events_of(world: World, payment: Payment, received: list[Notice]) -> list[ProviderEvent]:
    events = [world.payments.read_event(body, headers, datetime.now(UTC)) for body, headers in received]
    return [event for event in events if event.payment_id == payment.id]


async def test_notices_are_signed_and_name_the_payment(world: World) -> None:
    payment = await paid(world)
    received = await world.notices(lambda found: bool(events_of(world, payment, found)))
    body, headers = received[-1]
    now = datetime.now(UTC)
    for changed, moment in ((body + b" ", now), (body, now + timedelta(minutes=6)), (body, now - timedelta(minutes=6))):
        with pytest.raises(InvalidSignature):
            world.payments.read_event(changed, headers, moment)
    with pytest.raises(InvalidSignature):
        world.payments.read_event(body, {}, now)


async def test_payment_of_a_disputed_charge_is_found(world: World) -> None:
    payment = await paid(world)
    assert payment.provider_id
    start = len(await world.notices(lambda found: bool(events_of(world, payment, found))))
    await world.dispute(payment.provider_id)

    def disputes(received: list[Notice]) -> list[ProviderEvent]:
        events = [world.payments.read_event(body, headers, datetime.now(UTC)) for body, headers in received[start:]]
        return [event for event in events if "dispute" in event.kind]

    (event,) = disputes(await world.notices(lambda found: bool(disputes(found))))
    assert await world.payments.payment_of(event) == payment.id
    assert await world.payments.payment_of(replace(event, payment_id=None, provider_id=None)) is None


async def test_scripted_notice_is_sent_twice_with_the_same_id(world: World) -> None:
    payment = await paid(world)
    await world.fail("refund", "twice")
    assert isinstance(await world.payments.refund(payment, 100, uuid7()), Done)

    def has_a_pair(received: list[Notice]) -> bool:
        ids = [event.id for event in events_of(world, payment, received) if "refund" in event.kind]
        return len(ids) > len(set(ids))

    await world.notices(has_a_pair)
