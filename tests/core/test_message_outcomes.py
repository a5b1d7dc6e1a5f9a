"""Outcomes of mails that share a transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from builders import a_message, stored_user
from fakes import NOW, MovableClock
from marketplace.core.domain.messages import Message, MessageState, Recipient
from marketplace.core.errors import TransactionConflict
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.mail_delivery import LEASE
from marketplace.core.services.message_outcomes import MessageOutcomes

NUMBER = 4


class Conflicting:
    """A unit of work whose transactions of these numbers fail at their end."""

    def __init__(self, storage: Storage, *numbers: int) -> None:
        self._storage = storage
        self._numbers = numbers
        self.opened = 0

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[Transaction]:
        self.opened += 1
        number = self.opened
        async with self._storage.unit_of_work() as tx:
            yield tx
            if number in self._numbers:
                raise TransactionConflict


async def claimed_messages(storage: Storage) -> list[Message]:
    user = await stored_user(storage)
    async with storage.unit_of_work() as tx:
        await tx.messages.add([a_message(user.id) for _ in range(NUMBER)])
    async with storage.unit_of_work() as tx:
        return [*await tx.messages.claim_due(NOW, NUMBER, LEASE)]


async def test_outcomes_that_cannot_be_saved_together_are_saved_one_by_one(storage: Storage) -> None:
    claimed, conflicting = await claimed_messages(storage), Conflicting(storage, 2, 4)
    outcomes = MessageOutcomes(conflicting.unit_of_work, MovableClock())

    saved = await asyncio.gather(
        *(outcomes.save(each, each.started().sent(NOW)) for each in claimed), return_exceptions=True
    )

    # the first is alone, the other three share the second transaction, and one of them fails by itself, too
    assert [isinstance(each, TransactionConflict) or each for each in saved] == [True] * NUMBER
    assert sum(isinstance(each, TransactionConflict) for each in saved) == 1
    found = (await storage.messages.of_user(claimed[0].user_id, NUMBER, None)).items
    assert sorted(each.state for each in found) == sorted([MessageState.SENT] * 3 + [MessageState.PENDING])
    assert conflicting.opened == 1 + 1 + 3


@pytest.mark.parametrize("is_gone", [False, True])
async def test_refusal_of_a_message_that_is_gone_leaves_no_trace_of_its_address(
    storage: Storage, *, is_gone: bool
) -> None:
    claimed = (await claimed_messages(storage))[0]
    outcomes = MessageOutcomes(storage.unit_of_work, MovableClock())
    person = await storage.messages.recipient(claimed.user_id)
    assert isinstance(person, Recipient)
    if is_gone:
        async with storage.unit_of_work() as tx:
            user = await tx.users.acquire(claimed.user_id)
            await tx.erasure.erase(user, user)

    saved = await outcomes.save(claimed, claimed.started().refused("550 5.1.1"), person)

    after = await storage.messages.recipient(claimed.user_id)
    assert after is not None
    assert (saved, after.refused_at) == ((False, None) if is_gone else (True, NOW))
