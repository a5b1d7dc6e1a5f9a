"""The cost of a query for undelivered events among 200,000 delivered steps."""

from datetime import UTC, datetime

from builders import stored_booking, stored_session
from marketplace.core.domain.events import Delivery
from postgres.query_plans import Plan, Watched, costly, nodes, plans

FAR = datetime(2032, 1, 1, tzinfo=UTC)


async def claim(program: Watched) -> list[Delivery]:
    async with program.storage.unit_of_work() as tx:
        return list(await tx.events.claim(FAR, 100))


async def plans_of_a_claim(loaded: str, program: Watched) -> list[Plan]:
    sent = await program.sent_by(claim(program))
    return await plans(loaded, [each for each in sent if each.query not in {"BEGIN;", "COMMIT;"}])


async def test_idle_relay_reads_next_to_nothing(loaded: str, program: Watched) -> None:
    await claim(program)

    found = await plans_of_a_claim(loaded, program)

    assert len(found) == 2
    assert costly(found, blocks=20, rows=1) == []


async def test_claim_finds_new_steps_by_the_index_of_what_is_undelivered(loaded: str, program: Watched) -> None:
    session = await stored_session(program.storage, max_participants=50)
    bookings = [await stored_booking(program.storage, session) for _ in range(20)]

    found = await plans_of_a_claim(loaded, program)

    assert {each.event.subject_id for each in await claim(program)} == {booking.id for booking in bookings}
    assert costly(found, blocks=1_500, rows=1_000) == []
    assert "ix_booking_steps_undelivered" in {node.get("Index Name") for plan in found for node in nodes(plan.root)}
