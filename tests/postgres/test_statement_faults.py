"""An error, a cancellation, a competing write or a kill at any statement leaves an operation done, or not started.

Asked for again with the same key, it ends in exactly one effect.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.errors import MarketplaceError
from postgres.fault_cases import OPERATIONS
from postgres.fault_market import Case, Market, Operation, Seen
from postgres.fault_program import Answer, Given, Program
from postgres.faulty_wire import Happening, Then, Wire, hang_up, kill, raising, wire_to
from provider_worlds import inbox, simulator_program
from smtp_server import smtp_server

IS_LONG = bool(os.environ.get("MARKETPLACE_TEST_LONG"))
KILLED = -signal.SIGKILL
REPEATS = 4
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
BREAKS: dict[str, tuple[Happening | None, Happening | None]] = {
    "refused": (raising("57014"), None),
    "deadlocked": (raising("40P01"), None),
    "lost before": (hang_up, None),
    "lost after": (None, hang_up),
    "killed before": (kill, None),
    "killed after": (None, kill),
}
"""What happens before and after a statement."""
CANCELS = ("cancelled before", "cancelled after")
FAULTS = (*BREAKS, *CANCELS, "competed")


@dataclass(slots=True)
class Stage:
    """The program, what is between it and the database, and the marketplace next to it."""

    wire: Wire
    market: Market
    here: Program
    forking: asyncio.subprocess.Process
    watcher: Any
    counted: dict[tuple[str, bool], int] = field(default_factory=dict)

    async def elsewhere(self, given: Given) -> int:
        """Let a process of its own do it, and return how that ended."""
        assert self.forking.stdin is not None
        assert self.forking.stdout is not None
        self.forking.stdin.write(msgspec.json.encode(given) + b"\n")
        return int(await self.forking.stdout.readline())

    async def prepared(self, operation: Operation) -> Case:
        await self.market.begin()
        return await operation.prepare(self.market)

    async def numbers(self, name: str, fault: str) -> list[int]:
        """Return the statements at which it happens: all, or one that depends on the operation and the fault."""
        most = await self.count(name, is_killed=fault.startswith("killed"))
        if IS_LONG:
            return [*range(1, most + 1)]
        return [1 + ([*OPERATIONS].index(name) * 5 + FAULTS.index(fault) * 3) % most]

    async def count(self, name: str, *, is_killed: bool) -> int:
        """Return the number of statements of an operation that nothing happens to."""
        if (name, is_killed) not in self.counted:
            operation = OPERATIONS[name]
            case = await self.prepared(operation)
            self.wire.arm(is_elsewhere=is_killed)
            if is_killed:
                assert await self.elsewhere(case.given()) == 0
            else:
                answer = await self.here.do(case.given())
                assert answer.status < 300, answer
            assert await case.see() == operation.done
            self.counted[name, is_killed] = len(self.wire.statements)
        return self.counted[name, is_killed]

    @contextmanager
    def happened(self) -> Iterator[None]:
        """Say in an error where it happened. Nothing happens from here on."""
        assert self.wire.has_happened
        sent = [*self.wire.statements]
        number = self.wire.number
        self.wire.arm()
        try:
            yield
        except AssertionError as error:
            error.add_note(f"At statement {number} of {len(sent)}: {sent[number - 1]}")
            raise

    async def ends(self, case: Case, ends: frozenset[Seen]) -> None:
        """Ask again, with the same key, until it has ended. Check what must hold then."""
        for _ in range(REPEATS):
            answer, seen = await self.here.do(case.given()), await case.see()
            if answer.status < 500 and seen in ends:
                break
            await self.market.calm_down()
        else:
            raise AssertionError(f"It ends as {seen}: {answer}")
        assert await self.market.violations() == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(database: str) -> AsyncIterator[Stage]:
    opened = await connect(database, PoolLimits(max_size=4))
    reader, watcher = [await asyncpg.connect(database) for _ in range(2)]
    async with inbox() as lost, smtp_server() as mail, wire_to(database) as wire:
        with simulator_program(lost.port) as (address, _):
            forking = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "postgres.fault_program", wire.dsn, address, str(mail.port)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            )
            market, here = Market(postgres_storage(opened), reader, address, mail), Program(address, mail.port)
            async with here.opened(wire.dsn):
                yield Stage(wire, market, here, forking, watcher)
            assert forking.stdin is not None
            forking.stdin.close()
            await forking.wait()
            await market.close()
    await reader.close()
    await watcher.close()
    await opened.close()


def check(operation: Operation, answer: Answer | None, before: Seen, seen: Seen) -> None:
    """Check that the answer says what there is. There is no answer of what was killed or cancelled."""
    if operation.is_atomic:
        assert seen in {before, operation.done}
    if answer is None:
        return
    assert answer.status < 300 or answer.code in {"busy", "outcome_unknown"}, answer
    if answer.status in {200, 201, 204}:
        assert seen == operation.done, "It was acknowledged, and is not there."
    if answer.code == "busy":
        assert seen == before, "It was answered that nothing was changed."


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize("name", OPERATIONS)
async def test_broken_statement_leaves_all_or_nothing_and_a_repeat_ends_in_one_effect(
    stage: Stage, name: str, fault: str
) -> None:
    operation, (first, then), is_killed = OPERATIONS[name], BREAKS[fault], fault.startswith("killed")
    for number in await stage.numbers(name, fault):
        case = await stage.prepared(operation)
        before, answer = await case.see(), None
        stage.wire.arm(number, before=first, after=then, is_elsewhere=is_killed)
        if is_killed:
            assert await stage.elsewhere(case.given()) == KILLED
        else:
            answer = await stage.here.do(case.given())

        with stage.happened():
            check(operation, answer, before, await case.see())
            await stage.ends(case, operation.otherwise | {operation.done})


async def test_answer_that_cannot_be_read_after_the_commit_does_not_say_that_nothing_was_changed(stage: Stage) -> None:
    last = await stage.count("refund", is_killed=False)
    case = await stage.prepared(OPERATIONS["refund"])
    stage.wire.arm(last, before=raising("57014"))

    answer = await stage.here.do(case.given())

    assert (answer.status, answer.code) == (503, "outcome_unknown")
    assert await case.see() == OPERATIONS["refund"].done


@pytest.mark.parametrize("fault", CANCELS)
@pytest.mark.parametrize("name", OPERATIONS)
async def test_operation_cancelled_at_a_statement_leaves_all_or_nothing_and_a_repeat_ends_in_one_effect(
    stage: Stage, name: str, fault: str
) -> None:
    operation = OPERATIONS[name]
    doing: list[asyncio.Task[Answer]] = []

    async def cancel(_: int) -> Then:
        doing[-1].cancel()
        await asyncio.sleep(0)
        return Then.GO_ON

    for number in await stage.numbers(name, fault):
        case, answer = await stage.prepared(operation), None
        before = await case.see()
        first, then = (cancel, None) if fault == CANCELS[0] else (None, cancel)
        stage.wire.arm(number, before=first, after=then)
        doing.append(asyncio.create_task(stage.here.do(case.given())))
        with suppress(asyncio.CancelledError):
            answer = await doing[-1]

        with stage.happened():
            check(operation, answer, before, await case.see())
            await stage.ends(case, operation.otherwise | {operation.done})


@pytest.mark.parametrize("name", OPERATIONS)
async def test_competing_write_at_any_statement_ends_in_one_effect_of_each(stage: Stage, name: str) -> None:
    operation = OPERATIONS[name]
    competing: list[asyncio.Future[object]] = []

    async def compete(_: int) -> Then:
        competing.append(asyncio.ensure_future(case.competes()))
        while not competing[-1].done() and not await stage.watcher.fetchval(BLOCKED):  # noqa: ASYNC110
            await asyncio.sleep(0)
        return Then.GO_ON

    for number in await stage.numbers(name, "competed"):
        case = await stage.prepared(operation)
        stage.wire.arm(number, before=compete)
        answer = await stage.here.do(case.given())

        with stage.happened():
            with suppress(MarketplaceError):
                await competing[-1]
            assert answer.status < 500, answer
            await stage.ends(case, operation.contested | {operation.done})
