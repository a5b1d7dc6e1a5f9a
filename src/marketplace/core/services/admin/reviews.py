"""Moderating reviews."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.audit import AuditAction, Change, differences
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.reviews import MODERATED_FIELDS, ModeratedReview, ModerationState, Review
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.ports.reviews import ReviewLists
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.idempotency import Outcome, idempotently, no_replay
from marketplace.core.services.reviews import count
from marketplace.core.services.rights import acquire_staff

Step = Callable[[Transaction, Principal, UUID, str], Awaitable[None]]


class ReviewAdminService:
    """Hides and restores reviews, and dismisses reports about them. A hidden one counts in no rating."""

    def __init__(self, *, unit_of_work: UnitOfWork, lists: ReviewLists, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def list(self, state: ModerationState, limit: int, offset: int) -> tuple[tuple[ModeratedReview, ...], int]:
        """Return a page of the reported or hidden reviews, and their total."""
        return await self._lists.moderated(state, limit, offset), await self._lists.count(state)

    async def hide(
        self, staff: Principal, review_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[ModeratedReview]:
        """Hide a review, which upholds its open reports. Its author sees the reason.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`.
        """
        return await self._moderate(staff, review_id, self._hide, reason, key)

    async def restore(
        self, staff: Principal, review_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[ModeratedReview]:
        """Publish a hidden review again. Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`."""
        return await self._moderate(staff, review_id, self._restore, reason, key)

    async def dismiss(
        self, staff: Principal, review_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[ModeratedReview]:
        """Dismiss the open reports about a review. Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`."""
        return await self._moderate(staff, review_id, self._dismiss, reason, key)

    async def _hide(self, tx: Transaction, staff: Principal, review_id: UUID, reason: str) -> None:
        now = self._clock.now()
        await self._step(tx, staff, review_id, "review_hidden", lambda review: review.hidden(reason, now), reason)
        await tx.reviews.resolve_reports(review_id, "hidden", staff.user_id, reason, now)

    async def _restore(self, tx: Transaction, staff: Principal, review_id: UUID, reason: str) -> None:
        await self._step(tx, staff, review_id, "review_restored", lambda review: review.restored(), reason)

    async def _dismiss(self, tx: Transaction, staff: Principal, review_id: UUID, reason: str) -> None:
        await acquire_staff(tx, staff)
        await tx.reviews.acquire(review_id)
        dismissed = await tx.reviews.resolve_reports(review_id, "dismissed", staff.user_id, reason, self._clock.now())
        if not dismissed:
            raise IllegalTransition("There are no open reports about this review.")
        change: Change = ({}, {"reports": dismissed})
        await self._audit.write(tx, staff, "review_reports_dismissed", ("review", review_id), change, reason)

    async def _step(
        self,
        tx: Transaction,
        staff: Principal,
        review_id: UUID,
        action: AuditAction,
        rule: Callable[[Review], Review],
        reason: str,
    ) -> None:
        # not locked yet, since sessions are locked before reviews
        found = await tx.reviews.find(review_id)
        if found is None:
            raise NotFound
        session = await tx.sessions.acquire(found.session_id)
        await acquire_staff(tx, staff)
        before, now = await tx.reviews.acquire(review_id), self._clock.now()
        after = rule(before)
        await tx.reviews.save(after)
        await count(tx, staff, session, after, 1 if after.hidden_at is None else -1, now)
        change = differences(before, after, MODERATED_FIELDS)
        await self._audit.write(tx, staff, action, ("review", review_id), change, reason)

    async def _moderate(
        self, staff: Principal, review_id: UUID, step: Step, reason: str, key: IdempotencyKey | None
    ) -> Outcome[ModeratedReview]:
        require(validate_field("reason", StaffReason, reason))

        async def operation(tx: Transaction) -> None:
            await step(tx, staff, review_id, reason)

        now: datetime = self._clock.now()
        created = await idempotently(self._unit_of_work, operation, no_replay, key=key, resource_id=review_id, now=now)
        found = await self._lists.find_moderated(review_id)
        if found is None:
            raise NotFound
        return Outcome(found, is_replay=created.is_replay)
