"""Bulk actions: previewing, starting, listing and cancelling them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.admin_lists import ListedBookingFilters, ListedSessionFilters, ListedUserFilters
from marketplace.core.domain.bulk import (
    ACTIONS,
    AGREED_FOR,
    MAX_BULK,
    PREVIEWS_KEPT_FOR,
    AgreedRows,
    BulkAction,
    BulkKind,
    BulkPreview,
    BulkRefusal,
    BulkRun,
    BulkRunDetails,
)
from marketplace.core.domain.bulk_targets import BulkTarget
from marketplace.core.domain.exports import requested_values
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import FieldErrors, Invalid, MarketplaceError, NotFound
from marketplace.core.errors.admin import NoLongerMatches
from marketplace.core.ports.admin_lists import AdminLists
from marketplace.core.ports.bulk import BulkLists, BulkTargets
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff, require_still_staff

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


def validate_number(rows: Sequence[UUID]) -> FieldErrors:
    """Validate that no more rows match filters than one action may have."""
    return {"filters": [f"More than {MAX_BULK} rows match. Narrow the filters."]} if len(rows) > MAX_BULK else {}


class BulkService:
    """Bulk actions. `begin` stores the targets; `BulkRunner` processes them in the background.

    An action on filters is held to the rows that its preview showed: `preview` stores them, and `begin` uses them.
    """

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        lists: BulkLists,
        targets: BulkTargets,
        matches: AdminLists,
        users: UserDirectory,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._matches = matches
        self._users = users
        self._targets = targets
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def preview(self, staff: Principal, order: BulkOrder) -> BulkPreview:
        """Predict the outcome by the rules each row will meet, and store the rows of filters.

        Raises `Invalid`, `NotStaff`.
        """
        await require_still_staff(self._users, staff)
        ids = await self._chosen(order)
        require(validate_number(ids))
        now = self._clock.now()
        evaluated = list[tuple[UUID, str, int, MarketplaceError | None]]()
        for begin in range(0, len(ids), PREVIEW_BATCH):
            part = ids[begin : begin + PREVIEW_BATCH]
            found = {target.id: target for target in await self._targets.find(order.kind, part, now)}
            for row_id in part:
                target = found.get(row_id)
                label, seats = (target.label, target.seats) if target else ("", 0)
                evaluated.append((row_id, label, seats, _refusal(target, order.action, staff, self._clock)))
        preview = BulkPreview.of(evaluated)
        if isinstance(order.rows, tuple):
            return preview
        agreed = self._agreed(staff, order, order.rows, ids)

        async def store() -> None:
            async with self._unit_of_work() as tx:
                await tx.bulk_runs.add_agreed(agreed)

        await with_retries(store)
        return replace(preview, agreed_id=agreed.id)

    async def begin(
        self,
        staff: Principal,
        order: BulkOrder,
        reason: str,
        *,
        agreed_id: UUID | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BulkRunDetails]:
        """Store a run with its targets and enqueue it.

        The targets of filters are the rows of their preview: that with `agreed_id`, else the person's newest one of
        the same order. Rows that no longer match are refused. Without a preview in the last day, they are what
        matches now. Raises `Invalid`, `KeyReused`.
        """
        require(validate_field("reason", StaffReason, reason))
        now = self._clock.now()
        agreed, needs_preview = await self._find_agreed(staff, order, agreed_id, now)
        chosen, vanished = held_to(agreed, () if needs_preview else await self._chosen(order, agreed))
        refusals = await self._vanished(order.kind, vanished, now)
        is_over = 0 < len(chosen) == len(refusals)
        run = BulkRun(
            id=self._ids.new(),
            kind=order.kind,
            action=order.action,
            reason=reason,
            state="finished" if is_over else "queued",
            total=len(chosen),
            changed=0,
            refused=len(refusals),
            staff_id=staff.user_id,
            family_id=staff.family_id,
            address=staff.origin.address,
            agent=staff.origin.agent,
            created_at=now,
            finished_at=now if is_over else None,
            detail="",
        )

        async def operation(tx: Transaction) -> UUID:
            await acquire_staff(tx, staff)
            is_taken = agreed is not None and not await tx.bulk_runs.take_agreed(agreed.id)
            if is_taken or needs_preview:
                raise Invalid({"preview": ["This preview has been used or is too old. Preview the action again."]})
            if not chosen:
                raise Invalid({"filters": ["No rows match."]})
            require(validate_number(chosen))
            await tx.bulk_runs.add(run, chosen, refusals)
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
                await acquire_staff(tx, staff)
                cancelled = run.cancelled(self._clock.now())
                await tx.bulk_runs.save(cancelled)
                changes = ({"state": run.state}, {"state": cancelled.state, "done": run.done, "total": run.total})
                await self._audit.write(tx, staff, "bulk_cancelled", ("bulk_run", run_id), changes)

        await with_retries(operation)
        return await self.get(run_id)

    def _agreed(self, staff: Principal, order: BulkOrder, filters: BulkFilters, rows: tuple[UUID, ...]) -> AgreedRows:
        return AgreedRows(
            id=self._ids.new(),
            staff_id=staff.user_id,
            kind=order.kind,
            action=order.action,
            filters=json.dumps(requested_values(filters), sort_keys=True),
            rows=rows,
            created_at=self._clock.now(),
        )

    async def _find_agreed(
        self, staff: Principal, order: BulkOrder, agreed_id: UUID | None, now: datetime
    ) -> tuple[AgreedRows | None, bool]:
        """Return the preview to use, and whether there is none but must be."""
        if isinstance(order.rows, tuple):
            return None, agreed_id is not None
        like = self._agreed(staff, order, order.rows, ())
        found = await self._lists.find_agreed(like, agreed_id, now - AGREED_FOR)
        if found is not None:
            return found, False
        return None, agreed_id is not None or await self._lists.has_previewed(like, now - PREVIEWS_KEPT_FOR)

    async def _vanished(self, kind: BulkKind, rows: Sequence[UUID], now: datetime) -> list[BulkRefusal]:
        found = {target.id: target.label for target in await self._targets.find(kind, rows, now)} if rows else {}
        error = NoLongerMatches()
        return [BulkRefusal(id=row, label=found.get(row, ""), code=error.code, detail=error.detail) for row in rows]

    async def _chosen(self, order: BulkOrder, agreed: AgreedRows | None = None) -> tuple[UUID, ...]:
        errors = validate_order(order.kind, order.action)
        if errors:
            raise Invalid(errors)
        if not isinstance(order.rows, tuple):
            return await self._matching(order.rows, None if agreed is None else frozenset(agreed.rows))
        chosen = tuple(dict.fromkeys(order.rows))
        if not 1 <= len(chosen) <= MAX_BULK:
            raise Invalid({"ids": [f"Select 1 to {MAX_BULK} rows."]})
        return chosen

    async def _matching(self, filters: BulkFilters, among: frozenset[UUID] | None) -> tuple[UUID, ...]:
        maximum = MAX_BULK + 1
        match filters:
            case ListedUserFilters():
                return await self._matches.users.matching(filters, maximum, among)
            case ListedSessionFilters():
                return await self._matches.sessions.matching(filters, maximum, among)
            case ListedBookingFilters():
                return await self._matches.bookings.matching(filters, maximum, among)


def held_to(agreed: AgreedRows | None, matching: tuple[UUID, ...]) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Return the rows of an action, and those of them that were previewed but no longer match, which come first."""
    if agreed is None:
        return matching, ()
    still = set(matching)
    vanished = tuple(row for row in agreed.rows if row not in still)
    return (*vanished, *(row for row in agreed.rows if row in still)), vanished


def _refusal(target: BulkTarget | None, action: BulkAction, staff: Principal, clock: Clock) -> MarketplaceError | None:
    if target is None:
        return NotFound()
    try:
        target.check(action, staff, clock.now())
    except MarketplaceError as error:
        return error
    return None
