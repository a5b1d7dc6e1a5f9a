import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from builders import TOMORROW, a_session, as_a, stored_session, stored_user
from contracts.harness import waits
from fakes import NOW
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.places import Coordinates
from marketplace.core.domain.refund_policies import PRESETS
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import PublicUser
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage


async def save(storage: Storage, session: Session) -> None:
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(session)


async def acquired(storage: Storage, session: Session) -> Session:
    async with storage.unit_of_work() as tx:
        return await tx.sessions.acquire(session.id)


async def test_a_session_reads_as_it_was_added_with_the_public_side_of_its_creator(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator", avatar="https://example.org/a.png")
    session = await stored_session(
        storage, creator_id=creator.id, category="music", tags=("b", "a"), image_url="https://example.org/s.png"
    )

    found = await storage.catalog.find(session.id, NOW)

    assert found is not None
    assert {name: getattr(found, name) for name in Session.__dataclass_fields__} == {
        name: getattr(session, name) for name in Session.__dataclass_fields__
    }
    assert found.creator_is_active
    assert found.creator_details == PublicUser(
        id=creator.id,
        username=creator.username,
        role="creator",
        avatar=creator.avatar,
        first_name=creator.first_name,
        last_name=creator.last_name,
    )


async def test_an_unknown_session_is_not_found(storage: Storage) -> None:
    assert await storage.catalog.find(uuid4(), NOW) is None
    with pytest.raises(NotFound):
        await acquired(storage, a_session())


async def test_save_updates_every_field(storage: Storage) -> None:
    session = await stored_session(storage)
    changed = replace(
        session,
        title="Evening yoga",
        description="",
        duration=90,
        price=Decimal("0.00"),
        max_participants=7,
        image_url="https://example.org/s.png",
        status="inactive",
        category="fitness",
        tags=("calm",),
        archived_at=NOW,
        requires_confirmation=True,
        cancellation_notice=24,
        payment_method="at_session",
        cancellation_policy=PRESETS["moderate"],
        audience="Beginners of all ages.",
        bring="A mat.",
        format="in_person",
        place="Trastevere, Rome",
        language="pt-BR",
        address="Via della Lungara 10",
        coordinates=Coordinates(latitude=41.8919, longitude=12.4678),
        address_public=True,
        join_url="https://meet.example.org/yoga",
        revision=3,
        revised_at=NOW + timedelta(minutes=3),
    )

    await save(storage, changed)

    assert as_a(Session, await acquired(storage, session)) == changed


async def test_a_session_is_found_in_every_state(storage: Storage) -> None:
    inactive = await stored_session(storage, status="inactive")
    archived = await stored_session(storage, archived_at=NOW)
    creator = await stored_user(storage, role="creator", is_active=False)
    of_inactive_creator = await stored_session(storage, creator_id=creator.id)

    assert await storage.catalog.find(inactive.id, NOW) is not None
    assert await storage.catalog.find(archived.id, NOW) is not None
    found = await storage.catalog.find(of_inactive_creator.id, NOW)
    assert found is not None
    assert not found.creator_is_active


async def test_buyer_waits_for_edit_and_gets_quote_of_edited_session(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    async def published() -> BookingQuote:
        async with storage.unit_of_work() as tx:
            return await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)

    async with storage.unit_of_work() as tx:
        edited = replace(await tx.sessions.acquire(session.id), price=Decimal("9.99"), status="inactive")
        offering = asyncio.create_task(published())
        assert await waits(offering)
        await tx.sessions.save(edited)

    quote = await offering
    assert (quote.session.price, quote.session.status) == (Decimal("9.99"), "inactive")


async def test_edit_waits_for_buyers_holding_quotes(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)
        editing = asyncio.create_task(acquired(storage, session))
        assert await waits(editing)

    assert as_a(Session, await editing) == session


async def test_second_concurrent_edit_starts_from_result_of_first(storage: Storage) -> None:
    session = await stored_session(storage)

    async with storage.unit_of_work() as tx:
        edited = replace(await tx.sessions.acquire(session.id), title="Evening yoga")
        second = asyncio.create_task(acquired(storage, session))
        assert await waits(second)
        await tx.sessions.save(edited)

    assert await second == edited


async def test_list_of_creator_has_all_unarchived_sessions_newest_first(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator", is_active=False)
    oldest = await stored_session(storage, creator_id=creator.id, created_at=NOW - timedelta(days=2))
    newest = await stored_session(storage, creator_id=creator.id, status="inactive")
    middle = await stored_session(storage, creator_id=creator.id, created_at=NOW - timedelta(days=1))
    await stored_session(storage, creator_id=creator.id, archived_at=NOW)
    await stored_session(storage)

    first = await storage.catalog.of_creator(creator.id, 2, None, NOW)
    added_meanwhile = await stored_session(storage, creator_id=creator.id, created_at=NOW + timedelta(days=1))
    second = await storage.catalog.of_creator(creator.id, 2, first.next, NOW)

    assert [session.id for session in (*first.items, *second.items)] == [newest.id, middle.id, oldest.id]
    assert second.next is None
    again = await storage.catalog.of_creator(creator.id, 1, None, NOW)
    assert [session.id for session in again.items] == [added_meanwhile.id]
