"""The dashboard of the back office."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.core.domain.dashboards import MAX_COUNTED, Attention, Dashboard, DashboardWindow, DayNumbers
from marketplace.core.domain.failing_jobs import FAILING_AFTER
from marketplace.core.domain.messages import FAILED, MessageState
from marketplace.core.domain.money import currency


class MemoryDashboards:
    """`Dashboards` over the in-memory tables, counted on each call."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, window: DashboardWindow) -> Dashboard:
        await asyncio.sleep(0)
        days = enumerate(pairwise(window.midnights))
        return Dashboard.of(
            window, {index: self._numbers(begin, end) for index, (begin, end) in days}, self._attention(window)
        )

    def _numbers(self, begin: datetime, end: datetime) -> DayNumbers:
        created = [b for b in self._database.bookings.rows.values() if begin <= b.created_at < end]
        kept = [booking for booking in created if booking.status != "cancelled"]
        return DayNumbers(
            seats=sum(booking.seats for booking in kept),
            income=sum((booking.amount for booking in kept), currency().zero),
            cancellations=sum(begin <= at < end for at in self._cancellations()),
            new_people=sum(begin <= user.date_joined < end for user in self._database.users.rows.values()),
        )

    def _cancellations(self) -> Iterator[datetime]:
        for steps in self._database.steps.rows.values():
            yield from (step.at for step in steps if step.to_status == "cancelled")

    def _attention(self, window: DashboardWindow) -> Attention:
        database = self._database
        messages, parked = database.messages.rows.values(), database.money.parked.rows.values()
        failed = (each for each in messages if each.state in FAILED and each.expires_at > window.now)
        pending = (booking for booking in database.bookings.rows.values() if booking.awaits_creator())
        return Attention(
            open_reports=sum(report.resolution is None for report in database.reports.rows.values()),
            expiring_requests=sum((each.respond_by or each.starts_at) < window.expiring_before for each in pending),
            failed_jobs=sum(row.attempts >= FAILING_AFTER for row in database.jobs.rows.values()),
            held_messages=min(sum(each.state is MessageState.HELD for each in messages), MAX_COUNTED),
            failed_messages=min(sum(1 for _ in failed), MAX_COUNTED),
            parked_payments=min(sum(each.resolved_at is None for each in parked), MAX_COUNTED),
        )
