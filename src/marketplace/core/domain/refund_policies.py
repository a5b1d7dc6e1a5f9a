"""Cancellation policies: how much of a payment is returned, by how early a learner cancels.

`cancellation_notice` decides whether a learner can cancel; the policy decides how much is returned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.fields import Rule, Whole
from marketplace.core.domain.spans import hours

MAX_TIERS = 5
MAX_HOURS = 8_760
"""A year."""
ALL = 100


@dataclass(frozen=True, slots=True)
class RefundTier:
    """The share (percent) that is returned until so many hours before the start."""

    hours_before: int
    refund_percent: int

    def ends_at(self, starts_at: datetime) -> datetime:
        """Return the last instant at which the share is returned."""
        return starts_at - hours(self.hours_before)

    def __str__(self) -> str:
        return f"{self.refund_percent} % until {self.hours_before} h"


RefundPolicy = tuple[RefundTier, ...]
"""Tiers in order of time: hours and shares descend. After the last tier nothing is returned."""

FULL_REFUND: RefundPolicy = (RefundTier(0, ALL),)
"""All is returned as long as the learner can cancel. The policy of sessions that name none."""
NOTHING = RefundTier(0, 0)
PRESETS: Mapping[str, RefundPolicy] = {
    "flexible": (RefundTier(24, ALL), RefundTier(0, 50)),
    "moderate": (RefundTier(72, ALL), RefundTier(24, 50)),
    "strict": (RefundTier(168, ALL), RefundTier(72, 50)),
}
"""Policies that creators can choose by name."""

_HOURS = Whole(0, MAX_HOURS, example=24)
_PERCENT = Whole(0, ALL, example=100)
RefundHours = Annotated[int, _HOURS]
RefundPercent = Annotated[int, _PERCENT]


@dataclass(frozen=True, eq=False)
class Tiers(Rule):
    """A refund policy. Accepts a list of objects with `hours_before` and `refund_percent`; errors name the tier."""

    def read(self, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_TIERS:
            raise ValueError(f"Enter 1 to {MAX_TIERS} tiers.")
        tiers = tuple(_read_tier(number, tier) for number, tier in enumerate(value, 1))
        for number, (earlier, later) in enumerate(pairwise(tiers), 2):
            if later.hours_before >= earlier.hours_before:
                raise ValueError(f"Tier {number}: the hours must be fewer than in tier {number - 1}.")
            if later.refund_percent >= earlier.refund_percent:
                raise ValueError(f"Tier {number}: the percentage must be lower than in tier {number - 1}.")
        return tiers


_TIER = tuple(each.name for each in fields(RefundTier))


def _read_tier(number: int, value: Any) -> RefundTier:
    given = {name: getattr(value, name) for name in _TIER} if isinstance(value, RefundTier) else value
    if not isinstance(given, Mapping) or not set(_TIER) <= set(given):
        raise ValueError(f"Tier {number}: enter hours_before and refund_percent.")
    try:
        return RefundTier(_HOURS.read(given["hours_before"]), _PERCENT.read(given["refund_percent"]))
    except ValueError as error:
        raise ValueError(f"Tier {number}: {error}") from None


CancellationPolicy = Annotated[
    RefundPolicy,
    Tiers(
        example=[{"hours_before": 24, "refund_percent": 100}, {"hours_before": 0, "refund_percent": 50}],
        description="Shares of a payment that are returned until so many hours before the start, descending.",
    ),
]


def current_tier(policy: RefundPolicy, starts_at: datetime, now: datetime) -> RefundTier:
    """Return the tier that holds for a learner who cancels now. After the last one nothing is returned.

    `starts_at` is what the hours count from, see `refund_start`. A tier of no hours holds as long as the learner can
    cancel, also if that start has passed.
    """
    return next((tier for tier in policy if not tier.hours_before or now <= tier.ends_at(starts_at)), NOTHING)


def next_percent(policy: RefundPolicy, tier: RefundTier) -> int:
    """Return the share after a tier of the policy, in percent."""
    return max((each.refund_percent for each in policy if each.hours_before < tier.hours_before), default=0)


def refund_start(starts_at: datetime, learner_id: UUID, earlier: Iterable[BookingStep]) -> datetime:
    """Return the start that the policy counts from: the earliest that the learner has moved from, or the present one.

    A learner who moves to a later start keeps the earlier clock, so that moving is no way around the policy. A start
    that the creator, staff or the clocks changed counts as it is now, and so does one that was moved while all would
    have been returned. `earlier` are the steps before, oldest first.
    """
    since = starts_at
    for step in reversed(list(earlier)):
        if step.from_start is None or step.from_status != "confirmed":
            continue
        if step.action == "reschedule" and step.actor_id != learner_id:
            break
        since = min(since, step.from_start)
    return since
