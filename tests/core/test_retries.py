from collections.abc import Iterator

import pytest

from marketplace.core.errors import Busy, SoldOut, StaleRead, TransactionConflict
from marketplace.core.services.retries import MAX_CONFLICTS, MAX_STALE_READS, with_retries


class Operation:
    """Raises each of the given errors in turn, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self._errors: Iterator[Exception] = iter(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        for error in self._errors:
            raise error
        return "done"


async def test_successful_operation_runs_once() -> None:
    operation = Operation()

    assert (await with_retries(operation), operation.tries) == ("done", 1)


async def test_stale_read_is_retried() -> None:
    operation = Operation(*[StaleRead()] * (MAX_STALE_READS - 1))

    assert (await with_retries(operation), operation.tries) == ("done", MAX_STALE_READS)


async def test_repeated_stale_reads_end_as_busy() -> None:
    operation = Operation(*[StaleRead()] * MAX_STALE_READS)

    with pytest.raises(Busy) as caught:
        await with_retries(operation)
    assert (type(caught.value), operation.tries) == (Busy, MAX_STALE_READS)


async def test_transaction_conflict_is_retried_once() -> None:
    operation = Operation(TransactionConflict(), StaleRead())

    assert (await with_retries(operation), operation.tries) == ("done", 3)


async def test_second_transaction_conflict_is_busy() -> None:
    operation = Operation(*[TransactionConflict()] * MAX_CONFLICTS)

    with pytest.raises(Busy) as caught:
        await with_retries(operation)
    assert (type(caught.value), operation.tries) == (Busy, 2)


@pytest.mark.parametrize("error", [SoldOut(), Busy(), ZeroDivisionError()])
async def test_other_errors_are_not_retried(error: Exception) -> None:
    operation = Operation(error)

    with pytest.raises(type(error)):
        await with_retries(operation)
    assert operation.tries == 1
