"""What pages that stay open show of a session, over both storages."""

from datetime import timedelta

import pytest

from builders import a_schedule, principal_of, services_over, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.live_seats import PublicStarts
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage

START = NOW + timedelta(days=1, hours=1)


async def scheduled(storage: Storage, **changes: object) -> Session:
    session = await stored_session(storage, max_participants=3, duration=60, **changes)
    async with storage.unit_of_work() as tx:
        written = MaterializedAvailability.of(a_schedule(), session.duration, NOW)
        await tx.sessions.save_schedule(session.id, a_schedule(), written)
    return session


def changes(before: PublicStarts, after: PublicStarts) -> list[tuple[int, int, str | None]]:
    """Return what changed: hours from `START`, seats left, and the reason."""
    found = before.changes(after)
    assert found is not None
    return [((each.starts_at - START) // timedelta(hours=1), each.seats_left, each.reason) for each in found]


async def test_booking_changes_its_start_and_closes_those_of_the_creators_other_sessions(storage: Storage) -> None:
    services, creator = services_over(storage), await stored_user(storage, role="creator")
    session, other = [await scheduled(storage, creator_id=creator.id) for _ in range(2)]
    before, other_before = [await services.slots.public(each.id) for each in (session, other)]
    buyer = principal_of(await stored_user(storage))

    booking = (await services.bookings.book(buyer, session.id, START, 2)).resource

    after, other_after = [await services.slots.public(each.id) for each in (session, other)]
    assert before.creator_id == creator.id
    assert changes(before, after) == [(0, 1, None)]
    assert changes(other_before, other_after) == [(0, 0, None)]

    await services.bookings.act(buyer, booking.id, "cancel")

    assert changes(before, await services.slots.public(session.id)) == []
    assert changes(other_after, await services.slots.public(other.id)) == [(0, 3, None)]


async def test_session_by_arrangement_shows_the_suggested_starts_with_the_reason(storage: Storage) -> None:
    services, session = services_over(storage), await stored_session(storage, max_participants=1, duration=60)
    before = await services.slots.public(session.id)

    await services.bookings.book(principal_of(await stored_user(storage)), session.id, START, 1)

    changed = changes(before, await services.slots.public(session.id))
    assert {reason for hours, _, reason in changed if hours == 0} >= {"sold_out"}
    assert all(reason in {"sold_out", "other_session"} for *_, reason in changed)


async def test_session_that_is_not_public_is_not_found(storage: Storage) -> None:
    services = services_over(storage)
    session = await scheduled(storage, status="inactive")
    with pytest.raises(NotFound):
        await services.slots.public(session.id)
