"""Bulk actions: previewing, starting, listing and cancelling them."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.domain.admin_lists import ListedBookingFilters, ListedSessionFilters, ListedUserFilters
from marketplace.core.domain.bulk import (
    ACTIONS,
    MAX_BULK,
    BulkAction,
    BulkKind,
    BulkPreview,
    BulkRefusal,
    BulkRun,
    BulkRunDetails,
)
from marketplace.core.domain.bulk_targets import BulkTarget
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import FieldErrors, Invalid, MarketplaceError, NotFound
from marketplace.core.ports.admin_lists import AdminLists
from marketplace.core.ports.bulk import BulkLists, BulkTargets
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.retries import with_retries

PREVIEW_BATCH = 1_000
BulkFilters = ListedUserFilters | ListedSessionFilters | ListedBookingFilters


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOrder:
    """An action and its rows: selected ones, in order, or all that match filters."""

    kind: BulkKind
    action: BulkAction
    rows: tuple[UUID, ...] | BulkFilters


def validate_order(kind: BulkKind, action: BulkAction) -> FieldErrors:
    """Validate that the action applies to rows of this kind."""
    actions = ACTIONS[kind]
    return {} if action in actions else {"action": [f"For {kind}, choose one of: {', '.join(actions)}."]}


class BulkService:
    """Bulk actions. `begin` stores the targets; `BulkRunner` processes them in the background."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        lists: BulkLists,
        targets: BulkTargets,
        matches: AdminLists,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._matches = matches
        self._targets = targets
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def preview(self, staff: Principal, order: BulkOrder) -> BulkPreview:
        """Predict the outcome by the rules each row will meet. Raises `Invalid`."""
        ids = await self._chosen(order)
        now = self._clock.now()
        evaluated = list[tuple[UUID, str, int, MarketplaceError | None]]()
        for begin in range(0, len(ids), PREVIEW_BATCH):
            part = ids[begin : begin + PREVIEW_BATCH]
            found = {target.id: target for target in await self._targets.find(order.kind, part, now)}
            for row_id in part:
                target = found.get(row_id)
                label, seats = (target.label, target.seats) if target else ("", 0)
                evaluated.append((row_id, label, seats, _refusal(target, order.action, staff, self._clock)))
        return BulkPreview.of(evaluated)

    async def begin(
        self, staff: Principal, order: BulkOrder, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[BulkRunDetails]:
        """Store a run with its targets and enqueue it. Raises `Invalid`, `KeyReused`."""
        require(validate_field("reason", StaffReason, reason))
        chosen, now = await self._chosen(order), self._clock.now()
        if not chosen:
            raise Invalid({"filters": ["No rows match."]})
        run = BulkRun(
            id=self._ids.new(),
            kind=order.kind,
            action=order.action,
            reason=reason,
            state="queued",
            total=len(chosen),
            changed=0,
            refused=0,
            staff_id=staff.user_id,
            family_id=staff.family_id,
            address=staff.origin.address,
            agent=staff.origin.agent,
            created_at=now,
            finished_at=None,
            detail="",
        )

        async def operation(tx: Transaction) -> UUID:
            await tx.bulk_runs.add(run, chosen)
            await tx.jobs.enqueue(Job(kind="run_bulk", subject=run.id, run_at=now))
            changes = {"kind": run.kind, "action": run.action, "total": run.total}
            await self._audit.write(tx, staff, "bulk_begun", ("bulk_run", run.id), ({}, changes), reason)
            return run.id

        async def replayed(run_id: UUID) -> UUID:
            return run_id

        created = await idempotently(self._unit_of_work, operation, replayed, key=key, resource_id=run.id, now=now)
        return Outcome(await self.get(created.resource), is_replay=created.is_replay)

    async def get(self, run_id: UUID) -> BulkRunDetails:
        """Return a run. Raises `NotFound`."""
        found = await self._lists.find(run_id)
        if found is None:
            raise NotFound
        return found

    async def newest(self, limit: int, offset: int) -> tuple[tuple[BulkRunDetails, ...], int]:
        """Return a page of runs, newest first, and their total."""
        return await self._lists.newest(limit, offset), await self._lists.count()

    async def refusals(self, run_id: UUID, limit: int, offset: int) -> tuple[tuple[BulkRefusal, ...], int]:
        """Return a page of refused rows, and their number so far. Raises `NotFound`."""
        run = await self.get(run_id)
        return await self._lists.refusals(run_id, limit, offset), run.refused

    async def cancel(self, staff: Principal, run_id: UUID) -> BulkRunDetails:
        """Stop a run; processed rows stay changed. Raises `NotFound`, `IllegalTransition`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                run = await tx.bulk_runs.acquire(run_id)
                cancelled = run.cancelled(self._clock.now())
                await tx.bulk_runs.save(cancelled)
                changes = ({"state": run.state}, {"state": cancelled.state, "done": run.done, "total": run.total})
                await self._audit.write(tx, staff, "bulk_cancelled", ("bulk_run", run_id), changes)

        await with_retries(operation)
        return await self.get(run_id)

    async def _chosen(self, order: BulkOrder) -> tuple[UUID, ...]:
        errors = validate_order(order.kind, order.action)
        if errors:
            raise Invalid(errors)
        if not isinstance(order.rows, tuple):
            return await self._matching(order.rows)
        chosen = tuple(dict.fromkeys(order.rows))
        if not 1 <= len(chosen) <= MAX_BULK:
            raise Invalid({"ids": [f"Select 1 to {MAX_BULK} rows."]})
        return chosen

    async def _matching(self, filters: BulkFilters) -> tuple[UUID, ...]:
        maximum = MAX_BULK + 1
        match filters:
            case ListedUserFilters():
                found = await self._matches.users.matching(filters, maximum)
            case ListedSessionFilters():
                found = await self._matches.sessions.matching(filters, maximum)
            case ListedBookingFilters():
                found = await self._matches.bookings.matching(filters, maximum)
        if len(found) == maximum:
            raise Invalid({"filters": [f"More than {MAX_BULK} rows match. Narrow the filters."]})
        return found


def _refusal(target: BulkTarget | None, action: BulkAction, staff: Principal, clock: Clock) -> MarketplaceError | None:
    if target is None:
        return NotFound()
    try:
        target.check(action, staff, clock.now())
    except MarketplaceError as error:
        return error
    return None
