"""The cost of statements about logins, mailed tokens and reports among 20,000 of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import Any

import pytest_asyncio

from builders import stored_session, stored_users
from databases import execute
from fakes import NOW
from marketplace.core.domain.password_resets import reset_token_hash
from marketplace.core.domain.users import User
from postgres.query_plans import Plan, Watched, costly, plans, watched

PEOPLE = 200
MOMENT = f"timestamptz '{NOW}'"
FILL = f"""
    INSERT INTO token_families (id, user_id, created_at, expires_at)
        SELECT gen_random_uuid(), u.id, {MOMENT} - n * interval '1 minute', {MOMENT} + interval '1 day'
        FROM users u, generate_series(1, 100) n;
    INSERT INTO email_requests (id, purpose, email, user_id, created_at)
        SELECT gen_random_uuid(), 'verify', u.email, u.id, {MOMENT} - n * interval '1 minute'
        FROM users u, generate_series(1, 100) n;
    INSERT INTO email_tokens (token_hash, request_id, expires_at)
        SELECT sha256(convert_to(id::text, 'UTF8')), id, {MOMENT} + interval '1 day' FROM email_requests;
    INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
        FROM sessions s, generate_series(1, 100);
    INSERT INTO reports (id, session_id, reporter_id, reason, text, created_at, note)
        SELECT gen_random_uuid(), s.id, u.id, 'spam', '', {MOMENT}, '' FROM users u, sessions s;
"""  # noqa: S608 - constant text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(database: str) -> AsyncIterator[Watched]:
    async with watched(database) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(database: str, program: Watched) -> User:
    people = await stored_users(program.storage, PEOPLE)
    await stored_session(program.storage, creator_id=people[0].id)
    for statement in FILL.split(";")[:-1]:
        await asyncio.to_thread(execute, database, statement)
    for table in ("token_families", "email_requests", "email_tokens", "reports"):
        await asyncio.to_thread(execute, database, f"ANALYZE {table}")
    return people[7]


async def plans_of(dsn: str, program: Watched, call: Awaitable[Any]) -> list[Plan]:
    sent = await program.sent_by(call)
    return await plans(dsn, [each for each in sent if each.query not in {"BEGIN;", "COMMIT;"}])


async def test_logins_and_reports_of_a_person_cost_what_they_have(
    database: str, program: Watched, person: User
) -> None:
    logins = await plans_of(database, program, program.storage.logins.active(person.id, NOW, 100))
    position = (await program.storage.reports.of_reporter(person.id, 20, None)).next
    first = await plans_of(database, program, program.storage.reports.of_reporter(person.id, 20, None))
    later = await plans_of(database, program, program.storage.reports.of_reporter(person.id, 20, position))

    assert position is not None
    assert costly(logins, blocks=200, rows=100) == []
    assert costly([*first, *later], blocks=60, rows=21) == []


async def test_mailed_token_is_found_used_and_dropped_by_its_index(
    database: str, program: Watched, person: User
) -> None:
    token_hash = reset_token_hash("never minted")

    async def use() -> None:
        async with program.storage.unit_of_work() as tx:
            await tx.email_requests.consume(person.id, token_hash, NOW)
            await tx.email_requests.drop(person.id, "reset")
            await tx.email_requests.purge(NOW - timedelta(days=7))

    found = await plans_of(database, program, program.storage.email_tokens.find(token_hash))
    used = await plans_of(database, program, use())

    assert costly(found, blocks=10, rows=1) == []
    assert costly(used, blocks=250, rows=100) == []
