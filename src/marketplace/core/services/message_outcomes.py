"""Recording what came of messages."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from marketplace.core.domain.messages import FINAL, Message, MessageKind, Recipient
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Outcome:
    before: Message
    after: Message
    refused: Recipient | None
    is_saved: "asyncio.Future[bool]" = field(default_factory=asyncio.Future)


class MessageOutcomes:
    """Saves outcomes at once. Those that come while a transaction runs share the next one: a commit costs most.

    If that fails, each is saved by itself, so that one message's conflict does not lose what came of the others.
    """

    def __init__(self, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._waiting: list[_Outcome] = []
        self._is_running = False

    async def save(self, before: Message, after: Message, refused: Recipient | None = None) -> bool:
        """Update a message, and record an address that was refused. Return `False` if another worker has taken it."""
        outcome = _Outcome(before=before, after=after, refused=refused)
        self._waiting.append(outcome)
        if not self._is_running:
            await self._run()
        return await outcome.is_saved

    async def _run(self) -> None:
        self._is_running, together = True, list[_Outcome]()
        try:
            while self._waiting:
                together, self._waiting = self._waiting, []
                await self._settle(together)
        except BaseException:
            for each in (*together, *self._waiting):
                each.is_saved.cancel()
            self._waiting = []
            raise
        finally:
            self._is_running = False

    async def _settle(self, together: Sequence[_Outcome]) -> None:
        try:
            saved = await self._save(together)
        except Exception as error:  # noqa: BLE001 - its caller gets it
            if len(together) == 1:
                together[0].is_saved.set_exception(error)
                return
        else:
            for each in together:
                each.is_saved.set_result(each.after.id in saved)
            return
        for each in together:
            await self._settle([each])

    async def _save(self, together: Sequence[_Outcome]) -> frozenset[UUID]:
        """Save outcomes in one transaction. Return the IDs of the messages that were updated."""
        async with self._unit_of_work() as tx:
            saved = await tx.messages.save_all([(each.before, each.after) for each in together])
            # after the messages, as an account is erased: a refusal leaves no trace of an address that is gone
            refused = [each.refused for each in together if each.refused and each.after.id in saved]
            for person in sorted(refused, key=lambda one: one.user_id):
                await tx.messages.mark_refused(person.user_id, person.email, self._clock.now())
            for after in (each.after for each in together if each.after.id in saved):
                if after.kind is MessageKind.ACCOUNT_DELETED and after.state in FINAL:
                    await tx.email_requests.discard(UUID(after.subject))
            return saved
