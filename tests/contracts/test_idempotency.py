"""Idempotency keys: the guarantees of a transaction, and their use by the services."""

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


async def test_first_claim_of_key_is_free_and_repeat_returns_its_resource(storage: Storage) -> None:
    key = a_key()

    assert await claim(storage, key, THING) is None
    assert await claim(storage, key) == THING
    assert await claim(storage, key) == THING


@pytest.mark.parametrize("other", [{"user_id": uuid7()}, {"route": "create_session"}, {"key": "twice"}])
async def test_keys_differ_by_person_route_and_text(storage: Storage, other: dict[str, Any]) -> None:
    key = a_key()
    await claim(storage, key, THING)

    assert await claim(storage, replace(key, **other)) is None
    assert await claim(storage, key) == THING


async def test_key_with_another_body_is_refused_and_unchanged(storage: Storage) -> None:
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


async def test_concurrent_claim_waits_and_returns_resource_of_first(storage: Storage) -> None:
    key = a_key()
    async with storage.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        twin = asyncio.create_task(claim(storage, key))
        assert await waits(twin)

    assert await twin == THING


async def test_concurrent_claim_gets_key_when_first_rolls_back(storage: Storage) -> None:
    key = a_key()
    async with broken_transaction(storage) as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        twin = asyncio.create_task(claim(storage, key, ANOTHER))
        assert await waits(twin)

    assert await twin is None
    assert await claim(storage, key) == ANOTHER


async def test_concurrent_claim_with_another_body_waits_before_it_is_refused(storage: Storage) -> None:
    key = a_key()
    async with storage.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        twin = asyncio.create_task(claim(storage, replace(key, body_hash=b"another")))
        assert await waits(twin)

    with pytest.raises(KeyReused):
        await twin


async def test_other_keys_are_not_blocked(storage: Storage) -> None:
    key = a_key()
    async with storage.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        assert await asyncio.wait_for(claim(storage, replace(key, key="another")), timeout=10) is None


async def test_key_expires_after_24_hours(storage: Storage) -> None:
    key, later = a_key(), a_key(body_hash=b"another")
    later = replace(later, user_id=key.user_id)
    await claim(storage, key, THING)

    assert await claim(storage, key, ANOTHER, after=TTL - MOMENT) == THING
    assert await claim(storage, later, ANOTHER, after=TTL) is None
    assert await claim(storage, later, after=TTL + TTL - MOMENT) == ANOTHER


async def test_purge_removes_only_expired_keys(empty_storage: Storage) -> None:
    old, young = a_key(), a_key()
    await claim(empty_storage, old, THING)
    await claim(empty_storage, young, THING, after=MOMENT)

    assert await purge_hourly(empty_storage, timedelta()) == 1
    assert await purge_hourly(empty_storage, timedelta()) == 0
    assert await claim(empty_storage, old, ANOTHER) is None
    assert await claim(empty_storage, young) == THING


async def test_rolled_back_purge_removes_nothing(empty_storage: Storage) -> None:
    key = a_key()
    await claim(empty_storage, key, THING)

    async with broken_transaction(empty_storage) as tx:
        assert await tx.idempotency_keys.purge(NOW) == 1

    assert await claim(empty_storage, key) == THING


async def test_purge_job_removes_day_old_keys_and_runs_again_at_next_full_hour(
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


async def test_claim_that_waits_too_long_is_busy(
    open_storage: Callable[[timedelta], Any],
) -> None:
    key = a_key()
    async with open_storage(timedelta(milliseconds=100)) as impatient, impatient.unit_of_work() as tx:
        await tx.idempotency_keys.claim(key, THING, NOW)
        with pytest.raises(Busy):
            await claim(impatient, key)
