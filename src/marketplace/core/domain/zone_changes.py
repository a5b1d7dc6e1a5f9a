"""Sold slots whose local start means another instant by newer zone data: they keep their wall time (decision 0032)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from marketplace.core.domain.slots import Slot
from marketplace.core.domain.wall_time import instants

SlotKey = tuple[UUID, datetime]
"""Session and start."""
KeptReason = Literal["no_such_time", "past", "occupied"]
"""Why a slot keeps its instant: clocks skip its local start, its new instant is over, or its creator is busy then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedSlot:
    """An upcoming sold slot as it was agreed: `local_start` is the wall time in `time_zone`."""

    session_id: UUID
    creator_id: UUID
    title: str
    starts_at: datetime
    local_start: datetime
    time_zone: str
    seats: int

    @property
    def key(self) -> SlotKey:
        return self.session_id, self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class UnrecordedStart:
    """An upcoming booking without a local start, and its session's zone."""

    booking_id: UUID
    session_id: UUID
    starts_at: datetime
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """A sold slot, the instant of its local start by the present zone data, and why it cannot move there, if so."""

    slot: PromisedSlot
    starts_at: datetime | None
    kept: KeptReason | None = None


def zone_changes(slots: Iterable[PromisedSlot], now: datetime) -> tuple[ZoneChange, ...]:
    """Return the slots whose local start is another instant now, by their stored start.

    Of a wall time that occurs twice, either instant is right.
    """
    found = []
    for slot in sorted(slots, key=lambda slot: slot.starts_at):
        shown = instants(slot.local_start, slot.time_zone)
        if slot.starts_at not in shown:
            starts_at = shown[0] if shown else None
            kept: KeptReason | None = "no_such_time" if starts_at is None else "past" if starts_at <= now else None
            found.append(ZoneChange(slot=slot, starts_at=starts_at, kept=kept))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A slot to move, with its target."""

    change: ZoneChange
    target: Slot

    @property
    def order(self) -> tuple[bool, float]:
        """Sort key: a person with two slots in a row is never in both at once, whichever way the clocks went."""
        is_later, start = self.target.starts_at > self.change.slot.starts_at, self.target.starts_at.timestamp()
        return is_later, -start if is_later else start


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldSlots:
    """All occupied slots of a creator by key, what was agreed about them, and who booked them."""

    occupied: Mapping[SlotKey, Slot]
    promised: Mapping[SlotKey, PromisedSlot]
    buyers: Mapping[SlotKey, frozenset[UUID]]

    def plan(self, now: datetime) -> tuple[tuple[ZoneChange, ...], tuple[Move, ...]]:
        """Return the changes, and the moves to make in this order; slots that do not fit are kept.

        A slot may join its session's slot of the same wall time, sold since, if all of its seats and people fit.
        """
        changes = list(zone_changes(self.promised.values(), now))
        while True:
            moves = self._moves(changes)
            blocked = self._first_blocked(moves)
            if blocked is None:
                return tuple(changes), tuple(sorted(moves, key=lambda move: move.order))
            changes[changes.index(blocked.change)] = replace(blocked.change, kept="occupied")

    def _moves(self, changes: Iterable[ZoneChange]) -> list[Move]:
        return [
            Move(change=change, target=self.occupied[change.slot.key].moved_to(change.starts_at))
            for change in changes
            if change.starts_at is not None and change.kept is None
        ]

    def _first_blocked(self, moves: Iterable[Move]) -> Move | None:
        moving = {move.change.slot.key for move in moves}
        placed = [(slot, key) for key, slot in self.occupied.items() if key not in moving]
        for move in sorted(moves, key=lambda move: move.target.starts_at):
            key = move.change.slot.key
            for other, origin in placed:
                if other.excludes(move.target) or (other.key == move.target.key and not self._fits(key, origin)):
                    return move
            placed.append((move.target, key))
        return None

    def _fits(self, key: SlotKey, other: SlotKey) -> bool:
        own, theirs = (self.promised.get(each) for each in (key, other))
        is_same = own and theirs and (own.local_start, own.time_zone) == (theirs.local_start, theirs.time_zone)
        seats = self.occupied[key].seats_taken + self.occupied[other].seats_taken
        none = frozenset[UUID]()
        return (
            bool(is_same)
            and seats <= self.occupied[key].capacity
            and self.buyers.get(key, none).isdisjoint(self.buyers.get(other, none))
        )
