"""For any sequence of what people, the provider and the network do, each booking is paid or its money returned."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contracts.paid_marketplace import PaidMarketplace
from contracts.payment_invariants import check_at_any_time, check_at_the_end
from contracts.payment_steps import FIRST, STRATEGY, Step, random_step, take
from databases import EmptiedDatabases, of_program
from example_search import IS_LONG
from fakes import MovableClock
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage

STEPS = 40
"""Per example."""
TOTAL = int(os.environ.get("MARKETPLACE_TEST_STEPS") or (100_000 if IS_LONG else 2_000))
IN_POSTGRES = 4_000 if IS_LONG else 200
CHECKED_EVERY = 8
"""Steps between checks of a random walk."""


class PaymentMachine(RuleBasedStateMachine):
    """Interleaves people, provider, network, crashes and the clock, and shrinks what fails."""

    runner: asyncio.Runner

    @initialize()
    def begin(self) -> None:
        self.market = self._run(PaidMarketplace.opened(memory_storage(), MovableClock()))
        self._run(take(self.market, FIRST))

    @rule(step=STRATEGY)
    def step(self, step: Step) -> None:
        self._run(take(self.market, step))

    @invariant()
    def books_are_in_balance(self) -> None:
        if hasattr(self, "market"):
            self._run(check_at_any_time(self.market))

    def teardown(self) -> None:
        if hasattr(self, "market"):
            self._run(self.market.finish())
            self._run(check_at_the_end(self.market))

    def _run(self, action: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await action

        return self.runner.run(awaited())


@pytest.mark.thorough
def test_every_booking_is_paid_and_seated_or_released_and_returned_once() -> None:
    chosen = settings(
        derandomize=not IS_LONG,
        print_blob=IS_LONG,
        database=None,
        deadline=None,
        max_examples=max(1, TOTAL // STEPS // 2),
        stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck),
    )
    with asyncio.Runner() as runner:
        machine = type("PaymentsInMemory", (PaymentMachine,), {"runner": runner})
        run_state_machine_as_test(machine, settings=chosen)


async def walk(opened: Callable[[int], Awaitable[PaidMarketplace]], total: int) -> None:
    """Take random steps, some in each of many marketplaces, and check each of them. A failure names its steps."""
    first = secrets.randbelow(1 << 30) if IS_LONG else 0
    for number in range(first, first + total // STEPS):
        random, taken = Random(number), list[Step]()  # noqa: S311 - reproducible
        market = await opened(number - first)
        try:
            for place in range(STEPS):
                taken.append(random_step(random) if place else FIRST)
                await take(market, taken[-1])
                if place % CHECKED_EVERY == 0:
                    await check_at_any_time(market)
            await market.finish()
            await check_at_the_end(market)
        except BaseException as error:
            error.add_note(f"seed {number}: {taken}")
            raise


@pytest.mark.thorough
async def test_random_walks_leave_every_booking_paid_or_returned() -> None:
    await walk(lambda _: PaidMarketplace.opened(memory_storage(), MovableClock()), TOTAL)


@pytest.mark.thorough
async def test_random_walks_in_postgres_leave_every_booking_paid_or_returned(
    emptied_databases: EmptiedDatabases,
) -> None:
    """Each marketplace has a database of its own, since a comparison sees every payment that can still change."""
    async with AsyncExitStack() as left:

        async def opened(_: int) -> PaidMarketplace:
            await left.aclose()
            used = ExitStack()
            left.push_async_callback(asyncio.to_thread, used.close)
            dsn = await asyncio.to_thread(used.enter_context, emptied_databases.one())
            pool = await connect(of_program(dsn))
            left.push_async_callback(pool.close)
            return await PaidMarketplace.opened(postgres_storage(pool), MovableClock())

        await walk(opened, IN_POSTGRES)
