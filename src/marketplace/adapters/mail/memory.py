"""A mailer that keeps what it sends, for tests."""

import asyncio
from collections.abc import Callable

from marketplace.core.ports.mailer import Accepted, Mail, SendResult


class MemoryMailer:
    """`Mailer` in memory. `answer` decides the result of each mail; accepted ones are kept in `sent`."""

    at_once = 20

    def __init__(self, answer: Callable[[Mail], SendResult] = lambda _: Accepted()) -> None:
        self.answer = answer
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> SendResult:
        await asyncio.sleep(0)
        result = self.answer(mail)
        if isinstance(result, Accepted):
            self.sent.append(mail)
        return result

    async def close(self) -> None:
        await asyncio.sleep(0)
