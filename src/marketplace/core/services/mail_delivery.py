"""Sending messages as mail.

Decide from the rows as they are; record that transmission begins, with a lease, commit; write the mail; hand it to the
server; record what came of it. A message found in `started` after its lease may have been sent: its kind decides.
Those that need no lock are decided and recorded together. Those that lock their account are claimed first, by a lease.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import FINAL, KEPT_FOR, Message, MessageKind, MessageState, Recipient
from marketplace.core.errors import MarketplaceError
from marketplace.core.ports.account_mails import AccountMails
from marketplace.core.ports.mail_composer import Letter, MailComposer
from marketplace.core.ports.mailer import Accepted, Lost, Mailer, Refused, SendResult, Unavailable
from marketplace.core.ports.messages import RELEASE_BATCH
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.letters import LOCKS_ACCOUNT, Letters, NotSendable
from marketplace.core.services.message_outcomes import MessageOutcomes
from marketplace.core.services.purging import purge_hourly

LOG = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""How long a claim lasts, and again from the start of a transmission: longer than a mailer takes for one mail."""
RELEASE_EVERY = timedelta(minutes=1)
"""How often held messages are looked for: servers whose settings name no mail server hold them at any time."""
MIN_PAUSE, MAX_PAUSE = 0.1, 1.0
"""Seconds between polls of an idle delivery, doubling."""
MAX_OUTAGE_PAUSE = 30.0
"""Seconds between attempts while the server cannot be reached, at most."""
MAX_OUTAGE_FAILURES = 4
"""Bound of the back-off of a message that waits for the server, so that it is sent soon after an outage."""

Observer = Callable[[Message], None]
Started = tuple[Message, Letter]
"""A message whose transmission begins, and what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round did: messages claimed, and whether the server was unavailable."""

    claimed: int
    is_unavailable: bool = False


class MailDelivery:
    """Delivers due messages. Several can run concurrently. Without a mailer it is off, and messages are held."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        mailer: Mailer | None,
        composer: MailComposer | None,
        letters: Letters,
        account_mails: AccountMails,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._mailer = mailer
        self._composer = composer
        self._letters = letters
        self._account_mails = account_mails
        self._clock = clock
        self._outcomes = MessageOutcomes(unit_of_work, clock)
        self._observer: Observer | None = None

    @property
    def is_on(self) -> bool:
        return self._mailer is not None and self._composer is not None

    def with_observer(self, observer: Observer) -> Self:
        """Return a copy that calls a function with each message that was sent, postponed or given up."""
        copied = copy(self)
        copied._observer = observer  # noqa: SLF001 - its own
        return copied

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver messages until `stop` is set, and release those held while no server was configured."""
        if not self.is_on:
            return
        pause, release_at = MIN_PAUSE, self._clock.now()
        while not stop.is_set():
            try:
                if self._clock.now() >= release_at:
                    release_at = await self.release_held()
                done = await self.deliver()
            except MarketplaceError as error:
                LOG.warning("The mail delivery is waiting for the database: %s", type(error).__name__)
                done = Delivered(claimed=0)
            except Exception:
                LOG.exception("The mail delivery failed and continues")
                done = Delivered(claimed=0)
            if done.claimed and not done.is_unavailable:
                pause = MIN_PAUSE
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(2 * pause, MAX_OUTAGE_PAUSE if done.is_unavailable else MAX_PAUSE)

    async def deliver(self) -> Delivered:
        """Deliver concurrently what the mailer sends at once, so that no claimed message waits for another."""
        if self._mailer is None:
            return Delivered(claimed=0)
        try:
            started, dropped, claimed = await self._start_due(self._mailer.at_once)
        except MarketplaceError:
            raise
        except Exception:
            LOG.exception("Messages could not be decided together; each is decided by itself")
            started, dropped, claimed = [], [], await self._claim_due(self._mailer.at_once)
        for message in dropped:
            self._report(message)
        transmissions = [self._guarded(message, self._transmit(message, letter)) for message, letter in started]
        deliveries = [self._guarded(message, self._deliver(message)) for message in claimed]
        results = await asyncio.gather(*transmissions, *deliveries)
        return Delivered(claimed=len(results) + len(dropped), is_unavailable=any(results))

    async def purge(self, _: UUID | None = None) -> None:
        """Delete messages older than `KEPT_FOR`, and enqueue the next purge."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.messages.purge(now - KEPT_FOR)

        await purge_hourly(self._unit_of_work, "purge_messages", now, purge)

    async def release_held(self) -> datetime:
        """Release a batch of held messages. Return when to look for more."""
        now = self._clock.now()
        async with self._unit_of_work() as tx:
            released = await tx.messages.release_held(now)
            for each in released:
                if each.kind is MessageKind.ACCOUNT_DELETED and each.state in FINAL:
                    await tx.email_requests.discard(UUID(each.subject))
        if released:
            LOG.info("%d held messages were released, or dropped as worthless", len(released))
        return now if len(released) == RELEASE_BATCH else now + RELEASE_EVERY

    async def _start_due(self, limit: int) -> tuple[list[Started], list[Message], list[Message]]:
        """Decide together what locks no account, and record in the same transaction that transmission begins.

        Return those, the ones that were dropped, and all other due messages, claimed.
        """
        async with self._unit_of_work() as tx:
            now = self._clock.now()
            due = await tx.messages.acquire_due(now, limit)
            letters = await self._letters.about_bookings(tx, [each for each in due if _is_decided_at_once(each, now)])
            changes = [(each, _after_decision(each, letters.get(each.id), self._clock.now() + LEASE)) for each in due]
            saved = await tx.messages.save_all(changes)
        after = [each for _, each in changes if each.id in saved]
        decided = [(each, letters.get(each.id)) for each in after]
        return (
            [(each, letter) for each, letter in decided if isinstance(letter, Letter)],
            [each for each, letter in decided if isinstance(letter, NotSendable)],
            [each for each, letter in decided if letter is None],
        )

    async def _claim_due(self, limit: int) -> list[Message]:
        async with self._unit_of_work() as tx:
            return list(await tx.messages.claim_due(self._clock.now(), limit, LEASE))

    async def _guarded(self, message: Message, delivery: Awaitable[bool]) -> bool:
        """Deliver a message. Return whether the server was unavailable. After an error, its lease ends by itself."""
        try:
            return await delivery
        except MarketplaceError as error:
            LOG.warning("Message %s waits for the database: %s", message.id, type(error).__name__)
        except Exception:
            LOG.exception("Message %s (%s) could not be written; it is tried again later", message.id, message.kind)
        return False

    async def _deliver(self, message: Message) -> bool:
        now = self._clock.now()
        if message.state is MessageState.STARTED:
            await self._save(message, message.lost(now, MessageReason.OUTCOME_LOST))
            return False
        if now >= message.expires_at:
            await self._save(message, message.dropped(MessageReason.TOO_LATE))
            return False
        try:
            started, letter = await self._start(message)
        except NotSendable as refusal:
            await self._save(message, message.dropped(refusal.reason))
            return False
        if started is None or letter is None:
            return False
        return await self._transmit(started, letter)

    async def _transmit(self, started: Message, letter: Letter) -> bool:
        """Send a message, and record what came of it. Return whether the server was unavailable."""
        now = self._clock.now()
        try:
            result = await self._send(letter)
        except Exception:
            LOG.exception("Message %s (%s) could not be written", started.id, started.kind)
            await self._save(started, started.postponed(now, MessageReason.NOT_WRITTEN, started.attempts))
            return False
        await self._record(started, letter, result)
        return isinstance(result, Unavailable)

    async def _start(self, message: Message) -> tuple[Message | None, Letter | None]:
        """Decide the message from the rows as they are, and record in the same transaction that transmission begins.

        Return `None` if another worker has it. Raises `NotSendable`.
        """
        async with self._unit_of_work() as tx:
            letter = await self._letters.write(tx, message, self._account_mails)
            started = message.started().leased_until(self._clock.now() + LEASE)
            if not await tx.messages.save(message, started):
                return None, None
        return started, letter

    async def _send(self, letter: Letter) -> SendResult:
        if self._composer is None or self._mailer is None:
            return Unavailable("no mail server")
        mail = await self._composer.compose(letter)
        return await self._mailer.send(mail)

    async def _record(self, started: Message, letter: Letter, result: SendResult) -> None:
        now = self._clock.now()
        match result:
            case Accepted():
                after = started.sent(now)
            case Refused(is_permanent=True):
                after = started.refused(result.reason)
            case Refused():
                after = started.postponed(now, result.reason, started.attempts)
            case Unavailable():
                after = started.postponed(now, result.reason, min(started.attempts, MAX_OUTAGE_FAILURES))
            case Lost():
                after = started.lost(now, result.reason)
        is_bad = isinstance(result, Refused) and result.is_permanent and result.is_about_recipient
        await self._save(started, after, refused=letter.recipient if is_bad and not _is_elsewhere(letter) else None)

    async def _save(self, before: Message, after: Message, refused: Recipient | None = None) -> None:
        if not await self._outcomes.save(before, after, refused):
            LOG.warning("Message %s was taken over by another worker", before.id)
            return
        self._report(after)

    def _report(self, after: Message) -> None:
        LOG.info(
            "Message %s (%s) is %s, attempt %d%s",
            after.id,
            after.kind,
            after.state,
            after.attempts,
            f": {after.last_error}" if after.last_error else "",
        )
        if self._observer is not None:
            self._observer(after)


def _is_decided_at_once(message: Message, now: datetime) -> bool:
    """Return whether a due message is decided without a lock, and neither too late nor of an unknown outcome."""
    is_new = message.state is not MessageState.STARTED and now < message.expires_at
    return is_new and message.kind not in LOCKS_ACCOUNT


def _after_decision(message: Message, decided: Letter | NotSendable | None, lease_end: datetime) -> Message:
    """Return a due message as started, as dropped, or if it was not decided as claimed."""
    if isinstance(decided, NotSendable):
        return message.dropped(decided.reason)
    return (message if decided is None else message.started()).leased_until(lease_end)


def _is_elsewhere(letter: Letter) -> bool:
    """Return whether the mail goes to another address than the account's present one."""
    return letter.to != letter.recipient.email
