"""What happens while a marketplace asks its provider or commits: a crash, or another step."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.records import SimulatedPayment
from marketplace.core.domain.payments import Payment
from marketplace.core.ports.payment_providers import Charge, Done, Opened, Pending, Refused, Unknown
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork

T = TypeVar("T")


class CrashError(BaseException):
    """The process ended here. No handler of errors sees it."""


@dataclass(slots=True)
class Interruptions:
    """What happens at a point of the program: before a `call` of the provider, after its `answer`, or at a commit.

    `commit` is the end of a transaction that will not commit, `committed` the moment after it did.
    """

    point: str = ""
    passes: int = 0
    effect: Callable[[], Awaitable[None]] | None = None

    def arm(self, point: str, passes: int, effect: Callable[[], Awaitable[None]] | None) -> None:
        """Let something happen once, after so many passes of the point; `None` is a crash."""
        self.point, self.passes, self.effect = point, passes, effect

    async def reached(self, point: str) -> None:
        if point != self.point:
            return
        if self.passes:
            self.passes -= 1
            return
        self.point = ""
        if self.effect is None:
            raise CrashError
        await self.effect()


class InterruptedPayments(MemoryPayments):
    """The provider in this process, with what happens while it is called."""

    def __init__(self, now: Callable[[], datetime], interruptions: Interruptions) -> None:
        super().__init__(now)
        self._interruptions = interruptions

    def payments(self) -> list[SimulatedPayment]:
        """Return what is known there, oldest first, without letting anything happen that is due."""
        return [each for each in self.provider.records() if isinstance(each, SimulatedPayment)]

    def heal(self) -> None:
        """Forget the faults that have not happened."""
        self._faults.clear()

    async def open(self, charge: Charge, key: UUID) -> Opened | Refused | Unknown:
        return await self._around(partial(super().open, charge, key))

    async def capture(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        return await self._around(partial(super().capture, payment, amount, key))

    async def void(self, payment: Payment, key: UUID) -> Done | Refused | Unknown:
        return await self._around(partial(super().void, payment, key))

    async def refund(self, payment: Payment, amount: int, key: UUID) -> Done | Pending | Refused | Unknown:
        return await self._around(partial(super().refund, payment, amount, key))

    async def look_up(self, payment: Payment) -> Any:
        return await self._around(partial(super().look_up, payment))

    async def _around(self, call: Callable[[], Awaitable[T]]) -> T:
        await self._interruptions.reached("call")
        answer = await call()
        await self._interruptions.reached("answer")
        return answer


def interrupted(unit_of_work: UnitOfWork, interruptions: Interruptions) -> UnitOfWork:
    """Return the unit of work with what happens before and after a commit."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Transaction]:
        async with unit_of_work() as tx:
            yield tx
            await interruptions.reached("commit")
        await interruptions.reached("committed")

    return opened
