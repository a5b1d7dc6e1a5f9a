"""The event relay, which delivers committed events to subscribers."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.events import (
    EVENTS_KEPT_FOR,
    Delivery,
    SessionEvent,
    UserEvent,
    changed_fields,
    changed_public_fields,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import MarketplaceError
from marketplace.core.ports.subscribers import Subscriber
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.purging import purge_hourly

LOG = logging.getLogger(__name__)

BATCH = 100
"""Events delivered per transaction."""
MIN_PAUSE, MAX_PAUSE = 0.05, 0.25
"""Seconds between polls, doubling while nothing is found. Kept answers wait for it.

A relay that caught up pauses, too: a batch costs little more than one event, and it would deliver one by one.
"""
RETRY_PAUSE = 1.0
"""Seconds until the next attempt after a failure."""


async def record_change(tx: Transaction, principal: Principal, before: Session, after: Session, now: datetime) -> None:
    """Record a `session.changed` event if any field differs."""
    changed = changed_fields(before, after)
    if changed:
        await tx.events.add(SessionEvent.of("session.changed", after, principal.user_id, now, changed))


async def record_user_change(tx: Transaction, actor_id: UUID | None, before: User, after: User, now: datetime) -> None:
    """Record a `user.changed` event if any field differs that public answers depend on."""
    changed = changed_public_fields(before, after)
    if changed:
        event = UserEvent(kind="user.changed", at=now, actor_id=actor_id, user_id=after.id, changed=changed)
        await tx.events.add(event)


class _HandoverFailed(Exception):
    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        super().__init__()
        self.deliveries = deliveries


class EventRelay:
    """Delivers every event at least once, in order per subject. Several can run concurrently."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, clock: Clock, subscribers: tuple[Subscriber, ...], batch: int = BATCH
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._subscribers = subscribers
        self._batch = batch

    def with_subscriber(self, subscriber: Subscriber) -> "EventRelay":
        """Return a copy with one more subscriber."""
        subscribers = (*self._subscribers, subscriber)
        return EventRelay(
            unit_of_work=self._unit_of_work, clock=self._clock, subscribers=subscribers, batch=self._batch
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver events until `stop` is set."""
        pause = MIN_PAUSE
        while not stop.is_set():
            try:
                found = await self.deliver()
            except MarketplaceError as error:
                LOG.warning("The event relay is waiting for the database: %s", type(error).__name__)
                found, pause = 0, RETRY_PAUSE
            except Exception:
                LOG.exception("The event relay failed and continues")
                found, pause = 0, RETRY_PAUSE
            if found >= self._batch:
                continue
            pause = MIN_PAUSE if found else pause
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(2 * pause, MAX_PAUSE)

    async def deliver(self) -> int:
        """Deliver one batch. Return the number of events delivered or postponed.

        If a subscriber raises, the transaction is rolled back, and the events are handed over one by one. One that
        fails by itself is postponed; the others are claimed again without it, so it never delays other subjects.
        """
        try:
            return await self._deliver(size=self._batch)
        except _HandoverFailed as failure:
            if len(failure.deliveries) == 1:
                return await self._postpone(failure)
        try:
            return await self._deliver(size=1)
        except _HandoverFailed as failure:
            return await self._postpone(failure)

    async def _deliver(self, *, size: int) -> int:
        """Deliver a batch in one transaction, that many events handed over together."""
        async with self._unit_of_work() as tx:
            claimed = await tx.events.claim(self._clock.now(), self._batch)
            for start in range(0, len(claimed), size):
                await self._hand_over(tx, claimed[start : start + size])
            if claimed:
                await tx.events.mark_delivered([delivery.id for delivery in claimed])
                changed = [each.event for each in claimed if each.event.kind != "user.registered"]
                await tx.events.announce({event.creator_id for event in changed})
            return len(claimed)

    async def _hand_over(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        try:
            for subscriber in self._subscribers:
                await subscriber.handle(tx, deliveries)
        except Exception as error:
            raise _HandoverFailed(deliveries) from error

    async def _postpone(self, failure: _HandoverFailed) -> int:
        [delivery], cause = failure.deliveries, failure.__cause__
        until = delivery.retry_at(self._clock.now())
        async with self._unit_of_work() as tx:
            await tx.events.postpone(delivery, until)
        LOG.error(
            "Event %s (%s) failed at attempt %d, next at %s",
            delivery.id,
            delivery.event.kind,
            delivery.attempts + 1,
            until.isoformat(timespec="seconds"),
            exc_info=cause,
        )
        return 1

    async def purge(self, _: UUID | None = None) -> None:
        """Delete delivered events older than `EVENTS_KEPT_FOR`, and enqueue the next purge."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.events.purge(now - EVENTS_KEPT_FOR)

        await purge_hourly(self._unit_of_work, "purge_events", now, purge)
