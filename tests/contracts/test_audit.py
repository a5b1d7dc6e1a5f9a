from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from builders import stored_user
from contracts.harness import at_once, broken_transaction
from fakes import NOW
from marketplace.core.domain.audit import AuditEntry
from marketplace.core.domain.users import public_user
from marketplace.core.ports.storage import Storage
from staff_services import an_entry, logged


async def add(storage: Storage, *entries: AuditEntry) -> None:
    async with storage.unit_of_work() as tx:
        for entry in entries:
            await tx.audit.add(entry)


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(),
        an_entry(actor_id=None, address=None, agent=None, target_kind=None, target_id=None, before={}, after={}),
        an_entry(
            as_id=uuid7(),
            action="signed_in",
            before={"title": 'Yoga "für alle" \u2028', "tags": ["a", "b"], "duration": 60, "hidden": None},
            after={"title": "…", "tags": [], "duration": 90, "hidden": "2030-01-01T00:00:00+00:00"},
            reason="Line one,\nline two.",
        ),
    ],
)
async def test_an_entry_is_read_as_it_was_written(storage: Storage, entry: AuditEntry) -> None:
    await add(storage, entry)

    assert entry in await logged(storage)


async def test_newest_entries_come_first_up_to_the_limit(empty_storage: Storage) -> None:
    entries = [an_entry(at=NOW + timedelta(seconds=second)) for second in (0, 0, 1, 2)]
    await add(empty_storage, *entries)

    assert await logged(empty_storage) == entries
    assert await logged(empty_storage, maximum=2) == entries[2:]


async def test_entries_of_a_target_are_its_own(storage: Storage) -> None:
    resource = uuid7()
    about = [an_entry(target_id=resource), an_entry(target_id=resource)]
    await add(storage, *about, an_entry(target_id=resource, target_kind="session"), an_entry())

    assert await logged(storage, ("user", resource)) == about
    assert await logged(storage, ("user", resource), maximum=1) == about[1:]
    assert await logged(storage, ("booking", resource)) == []


async def test_entry_of_failed_transaction_does_not_exist(storage: Storage) -> None:
    entry = an_entry()
    async with broken_transaction(storage) as tx:
        await tx.audit.add(entry)

    assert entry not in await logged(storage)


async def test_entries_are_added_in_one_call_even_when_there_are_none(storage: Storage) -> None:
    resource = uuid7()
    entries = [
        an_entry(target_id=resource, before={}, after={"title": "Yoga"}),
        an_entry(target_id=resource, actor_id=None, address=None, agent=None, reason="Two, at once."),
    ]
    async with storage.unit_of_work() as tx:
        await tx.audit.add(*entries)
        await tx.audit.add()

    assert await logged(storage, ("user", resource)) == entries


async def test_entry_is_visible_to_others_once_committed(storage: Storage) -> None:
    entry = an_entry()
    async with storage.unit_of_work() as tx:
        await tx.audit.add(entry)
        assert entry not in await logged(storage)

    assert entry in await logged(storage)


async def test_concurrent_writers_do_not_block_each_other(storage: Storage) -> None:
    entries = [an_entry() for _ in range(30)]

    outcome = await at_once(add(storage, entry) for entry in entries)

    assert outcome.refused == ()
    assert {entry.id for entry in entries} <= {entry.id for entry in await storage.audit.newest(100)}


async def test_entry_shows_current_names_of_its_people(storage: Storage) -> None:
    staff, learner = await stored_user(storage, is_staff=True), await stored_user(storage)
    entry = an_entry(actor_id=staff.id, as_id=learner.id)
    await add(storage, entry, an_entry(target_id=entry.target_id))
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(staff, first_name="Grace"))

    unknown, named = await storage.audit.newest(2, ("user", entry.target_id or uuid7()))

    assert named.actor_details == public_user(replace(staff, first_name="Grace"))
    assert named.as_details == public_user(learner)
    assert (unknown.actor_details, unknown.as_details) == (None, None)
