"""Idempotency keys: what a transaction may rely on, and what the services make of it."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from builders import a_key, services_over
from contracts.harness import broken_transaction, waits
from due_jobs import run_due
from fakes import NOW
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.errors import Busy, KeyReused
from marketplace.core.ports.jobs import Handlers, Job
from marketplace.core.ports.storage import Storage

MOMENT = timedelta(microseconds=1)
THING = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
ANOTHER = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c")


async def claim(
    storage: Storage, key: IdempotencyKey, resource_id: UUID = ANOTHER, after: timedelta = timedelta()
) -> UUID | None:
    async with storage.unit_of_work() as tx:
        return await tx.idempotency_keys.claim(key, resource_id, NOW + after)


async def purge_hourly(storage: Storage, before: timedelta) -> int:
    async with storage.unit_of_work() as tx:
        return await tx.idempotency_keys.purge(NOW + before)


async def test_the_first_claim_of_a_key_is_free_and_a_repeat_learns_what_was_made(storage: Storage) -> None:
    key = a_key()

    assert await claim(storage, key, THING) is None
    assert await claim(storage, key) == THING
    assert await claim(storage, key) == THING


@pytest.mark.parametrize("other", [{"user_id": uuid7()}, {"route": "create_session"}, {"key": "twice"}])
async def test_a_key_of_another_person_route_or_word_is_another_one(storage: Storage, other: dict[str, Any]) -> None:
    key = a_key()
    await claim(storage, key, THING)

    assert await claim(storage, replace(key, **other)) is None
    assert await claim(storage, key) == THING


async def test_a_key_that_comes_with_another_body_is_refused_and_stays_as_it_was(storage: Storage) -> None:
    key = a_key()
    await claim(storage, key, THING)

    with pytest.raises(KeyReused):
        await claim(storage, replace(key, body_hash=hashlib.sha256(b"[]").digest()))

    assert await claim(storage, key) == THING


async def test_a_rollback_frees_the_key_also_for_another_body(storage: Storage) -> None:
    key = a_key()
    async with broken_transaction(storage) as tx:
        assert await tx.idempotency_keys.claim(key, THING, NOW) is None

    assert await claim(storage, replace(key, body_hash=b"another"), ANOTHER) is None
    assert await claim(storage, replace(key, body_hash=b"another")) == ANOTHER


async def test_a_twin_waits_and_learns_what_the_first_made(storage: Storage) -> None:
    key = a_key()
    async with storage.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        twin = asyncio.create_task(claim(storage, key))
        assert await waits(twin)

    assert await twin == THING


async def test_a_twin_of_one_that_fails_has_the_key_itself(storage: Storage) -> None:
    key = a_key()
    async with broken_transaction(storage) as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        twin = asyncio.create_task(claim(storage, key, ANOTHER))
        assert await waits(twin)

    assert await twin is None
    assert await claim(storage, key) == ANOTHER


async def test_a_twin_with_another_body_waits_too_before_it_is_refused(storage: Storage) -> None:
    key = a_key()
    async with storage.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        twin = asyncio.create_task(claim(storage, replace(key, body_hash=b"another")))
        assert await waits(twin)

    with pytest.raises(KeyReused):
        await twin


async def test_other_keys_wait_for_nobody(storage: Storage) -> None:
    key = a_key()
    async with storage.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        assert await asyncio.wait_for(claim(storage, replace(key, key="another")), timeout=1) is None


async def test_a_key_counts_as_unused_after_24_hours_and_not_before(storage: Storage) -> None:
    key, later = a_key(), a_key(body_hash=b"another")
    later = replace(later, user_id=key.user_id)
    await claim(storage, key, THING)

    assert await claim(storage, key, ANOTHER, after=TTL - MOMENT) == THING
    assert await claim(storage, later, ANOTHER, after=TTL) is None
    assert await claim(storage, later, after=TTL + TTL - MOMENT) == ANOTHER


async def test_a_sweep_removes_old_keys_and_no_others(empty_storage: Storage) -> None:
    old, young = a_key(), a_key()
    await claim(empty_storage, old, THING)
    await claim(empty_storage, young, THING, after=MOMENT)

    assert await purge_hourly(empty_storage, timedelta()) == 1
    assert await purge_hourly(empty_storage, timedelta()) == 0
    assert await claim(empty_storage, old, ANOTHER) is None
    assert await claim(empty_storage, young) == THING


async def test_a_sweep_that_is_rolled_back_removes_nothing(empty_storage: Storage) -> None:
    key = a_key()
    await claim(empty_storage, key, THING)

    async with broken_transaction(empty_storage) as tx:
        assert await tx.idempotency_keys.purge(NOW) == 1

    assert await claim(empty_storage, key) == THING


async def test_the_sweeping_job_removes_keys_of_a_day_ago_and_runs_again_at_the_next_full_hour(
    empty_storage: Storage,
) -> None:
    services, hour = services_over(empty_storage), timedelta(hours=1)
    handlers: Handlers = {"sweep_idempotency_keys": services.idempotency.purge}
    services.clock.advance(timedelta(minutes=29, microseconds=5))
    for at in (timedelta(), hour):
        await claim(empty_storage, a_key(), after=at)
    async with empty_storage.unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW))

    async def run(at: timedelta) -> int:
        services.clock.at = NOW + at
        return await run_due(empty_storage.job_queue, services.clock.now(), handlers)

    ran = [await run(TTL - MOMENT), await run(TTL - MOMENT), await run(TTL)]
    left = [await purge_hourly(empty_storage, timedelta()), await purge_hourly(empty_storage, hour)]

    assert ran == [1, 0, 1]
    assert left == [0, 1]
    assert [await run(TTL + hour - MOMENT), await run(TTL + hour)] == [0, 1]


async def test_who_waits_too_long_for_a_twin_is_told_that_the_service_is_busy(
    open_storage: Callable[[timedelta], Any],
) -> None:
    key = a_key()
    async with open_storage(timedelta(milliseconds=100)) as impatient, impatient.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        with pytest.raises(Busy):
            await claim(impatient, key)
