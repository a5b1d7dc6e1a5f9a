"""What is Stripe's own: keys that it forgets, refunds that come back, fees, and what else is in the account."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from stripe import WebhookSignature
from uuid_utils.compat import uuid7

from marketplace.adapters.payments.stripe import StripePayments
from marketplace.core.domain.payments import PaymentStatus, ProviderReport
from marketplace.core.errors.payments import InvalidNotice
from marketplace.core.ports.payment_providers import Done, Opened, Refused, Unknown
from provider_worlds import StripeWorld, a_charge, a_payment, opened, paid, stripe_world
from stripe_fake.app import KEY, WEBHOOK_SECRET


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[StripeWorld]:
    async with stripe_world() as found:
        yield found


async def report(world: StripeWorld, provider_id: str | None) -> ProviderReport:
    found = await world.payments.look_up(a_payment(a_charge(), provider_id))
    assert isinstance(found, ProviderReport), found
    return found


async def test_refund_is_not_repeated_after_stripe_forgot_its_key(world: StripeWorld) -> None:
    payment, key = await paid(world), uuid7()
    first = await world.payments.refund(payment, 3000, key)
    await world.happen("forget_keys")
    assert await world.payments.refund(payment, 3000, key) == first
    assert [refund.amount for refund in (await report(world, payment.provider_id)).refunds] == [3000]


async def test_refund_that_came_back_is_refused_and_not_reported(world: StripeWorld) -> None:
    payment, key = await paid(world), uuid7()
    refund = await world.payments.refund(payment, 3000, key)
    assert isinstance(refund, Done)
    await world.happen("fail_refund", refund_id=refund.ref)
    assert await world.payments.refund(payment, 3000, key) == Refused("expired_or_canceled_card")
    assert (await report(world, payment.provider_id)).refunds == ()


async def test_fee_in_another_currency_is_not_reported(world: StripeWorld) -> None:
    await world.happen("settle_fees_in", currency="usd")
    payment = await paid(world)
    await world.happen("settle_fees_in", currency=None)
    assert (await report(world, payment.provider_id)).fee is None
    assert (await report(world, (await paid(world)).provider_id)).fee == 133


async def test_session_of_another_shop_in_the_account_is_left_out(world: StripeWorld) -> None:
    ours = await opened(world)
    foreign = await opened(world)
    await world.happen("forget_metadata", session_id=foreign.provider_id)
    since = datetime.now(UTC) - timedelta(minutes=1)
    listed = [found.provider_id async for found in world.payments.changed_since(since)]
    assert ours.provider_id in listed
    assert foreign.provider_id not in listed


async def test_page_ends_half_an_hour_after_the_time_to_pay_unless_it_is_voided(world: StripeWorld) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=15)
    payment = await opened(world, expires_at=ends)
    session = await world.happen("find", id=payment.provider_id)
    assert session["expires_at"] == int((ends + timedelta(minutes=30)).timestamp())
    await world.payments.void(payment, uuid7())
    assert (await world.happen("find", id=payment.provider_id))["status"] == "expired"


async def test_void_that_meets_a_payment_is_refused(world: StripeWorld) -> None:
    payment = await opened(world)
    assert payment.provider_id
    await world.happen("pay_before", operation="void", session_id=payment.provider_id)
    assert await world.payments.void(payment, uuid7()) == Refused("payment_paid")
    assert (await report(world, payment.provider_id)).status is PaymentStatus.PAID


async def test_amount_and_currency_are_held_against_the_dashboard_settings(world: StripeWorld) -> None:
    payment = await opened(world, title="x" * 400, locale="de-AT")
    session = await world.happen("find", id=payment.provider_id)
    assert (session["adaptive_pricing"], session["payment_method_types"]) == ({"enabled": False}, ["card"])
    assert (session["locale"], session["currency"], session["amount_total"]) == ("de", "eur", 7200)
    assert session["success_url"] == a_charge().return_url


async def test_amount_that_stripe_rounds_or_refuses_is_refused(world: StripeWorld) -> None:
    assert await world.payments.open(a_charge(currency="KWD", amount=5124), uuid7()) == Refused("amount_not_chargeable")
    assert await world.payments.open(a_charge(amount=10), uuid7()) == Refused("amount_too_small")


async def test_wrong_key_is_unknown_and_says_nothing_of_the_key(world: StripeWorld) -> None:
    wrong = StripePayments(secret_key="sk_test_wrong", webhook_secret="whsec_x", api=str(world.client.base_url))
    assert await wrong.open(a_charge(), uuid7()) == Unknown("status_401")
    assert await wrong.look_up(a_payment(a_charge(), "cs_test_1")) == Unknown("status_401")
    await wrong.close()
    away = StripePayments(secret_key=KEY, webhook_secret="whsec_x", api="http://127.0.0.1:9")
    assert await away.open(a_charge(), uuid7()) == Unknown("away")
    await away.close()


async def test_payment_is_found_among_more_than_a_page_of_sessions(world: StripeWorld) -> None:
    charge = a_charge()
    first = await world.payments.open(charge, uuid7())
    assert isinstance(first, Opened)
    await world.happen("fill", session_id=first.provider_id, number=230)
    found = await world.payments.look_up(a_payment(charge, None))
    assert isinstance(found, ProviderReport)
    assert found.provider_id == first.provider_id
    earlier = replace(a_payment(charge, None), created_at=datetime.now(UTC) + timedelta(hours=2))
    assert await world.payments.look_up(earlier) is None


UNREADABLE = (
    *("", "[]", "{}", '{"id": "evt_1"}', '{"id": "evt_1", "type": "x", "data": []}', "\u00e9", "[" * 30_000),
    r'{"id": "evt\u0000", "type": "x", "data": {"object": {}}}',
    r'{"id": "evt\ud800", "type": "x", "data": {"object": {}}}',
    r'{"id": "evt_1", "type": "x", "data": {"object": {"payment_intent": "pi\u0000"}}}',
    '{"id": "evt_1", "type": "x", "data": {"object": {"payment_intent": %s}}}' % ("9" * 9_000),
    '{"id": "evt_1", "type": "x", "data": {"object": {"payment_intent": ["pi_1"]}}}',
    '{"id": "evt_1", "type": "x", "data": {"object": {"object": "payment_intent", "id": {}}}}',
)


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
def test_signed_notice_that_cannot_be_read_is_refused(body: str) -> None:
    now = datetime.now(UTC)
    payments = StripePayments(secret_key=KEY, webhook_secret=WEBHOOK_SECRET)
    header = WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET, int(now.timestamp()))
    with pytest.raises(InvalidNotice):
        payments.read_event(body.encode(), {"Stripe-Signature": header}, now)


def test_notice_of_another_kind_names_no_payment() -> None:
    now = datetime.now(UTC)
    payments = StripePayments(secret_key=KEY, webhook_secret=WEBHOOK_SECRET)
    body = json.dumps({"id": "evt_1", "type": "payout.paid", "data": {"object": {"id": "po_1", "object": "payout"}}})
    header = WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET, int(now.timestamp()))
    event = payments.read_event(body.encode(), {"Stripe-Signature": header}, now)
    assert (event.id, event.kind, event.provider_id, event.payment_id) == ("evt_1", "payout.paid", None, None)
