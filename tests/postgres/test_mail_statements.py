"""Events and mails of one moment share statements and commits."""

from collections.abc import AsyncIterator

import pytest_asyncio

from contracts.events import relay_over
from contracts.mail import MailedMarketplace
from fakes import FreshIds
from marketplace.core.services.message_decider import MessageDecider
from marketplace.core.services.new_messages import NewMessages
from postgres.query_plans import Watched, watched

NUMBER = 4
"""Bookings, each with a mail to both parties: the mailer of the tests sends so many at once."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(database: str) -> AsyncIterator[Watched]:
    async with watched(database) as opened:
        yield opened


async def test_mails_of_one_moment_share_the_statements_that_decide_and_start_them(program: Watched) -> None:
    market = MailedMarketplace(program.storage)
    session = await market.a_session()
    # the driver looks up array types once per connection
    await market.book(session, await market.a_person())
    await market.deliver()
    for _ in range(NUMBER):
        await market.book(session, await market.a_person())
    decider = MessageDecider(
        new_messages=NewMessages(ids=FreshIds(), host="sessions.example.org", is_on=True), clock=market.clock
    )
    relay = relay_over(program.storage, decider, market.services.notifications, clock=market.clock)

    events = await program.sent_by(relay.deliver())
    mails = await program.sent_by(market.delivery.deliver())
    idle = await program.sent_by(market.delivery.deliver())

    added = [each.query for each in events if "INSERT INTO messages" in each.query]
    noted = [each.query for each in events if "INSERT INTO notifications" in each.query]
    assert (len(added), len(noted)) == (1, 1)
    assert len(events) <= 9
    commits = [each.query for each in mails if each.query == "COMMIT;"]
    assert len(market.sent) == 2 + 2 * NUMBER
    assert len(commits) <= 1 + 2
    assert len(mails) <= 6 + 3 * 2
    assert [each.query.split()[0] for each in idle] == ["BEGIN;", "SELECT", "COMMIT;"]
