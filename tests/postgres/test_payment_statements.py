"""The round trips of a payment to the database: each costs both programs, and those of a transaction hold locks."""

from collections.abc import AsyncIterator

import pytest_asyncio

from paid_bookings import Shop
from postgres.query_plans import Watched, watched


@pytest_asyncio.fixture(loop_scope="module")
async def program(database: str) -> AsyncIterator[Watched]:
    async with watched(database) as opened:
        yield opened


async def test_page_notice_and_what_follows_take_few_statements(program: Watched) -> None:
    shop = Shop(program.storage)
    session, learner = await shop.session(), await shop.learner()
    await shop.paid()
    booking_id = await shop.book(session, learner)

    opened = await program.sent_by(shop.services.payments.pay(learner, booking_id))
    shop.use_card(booking_id)
    [(body, headers)] = shop.provider.notices()
    received = await program.sent_by(shop.services.payment_settlement.receive("memory", body, headers))
    again = await program.sent_by(shop.services.payment_settlement.receive("memory", body, headers))

    assert (await shop.booking(booking_id)).status == "confirmed"
    assert (len(opened), len(received), len(again)) == (3, 2, 1)


async def test_confirmation_by_a_payment_enqueues_nothing(program: Watched) -> None:
    shop = Shop(program.storage)
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id)
    for body, headers in shop.provider.notices():
        await shop.services.payment_settlement.receive("memory", body, headers)

    sent = await program.sent_by(shop.services.events.deliver())

    assert [each.query for each in sent if "INSERT INTO jobs" in each.query] == []
