"""Concurrent changes of one account, one login or one session, through the services."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from builders import (
    PASSWORD,
    TOMORROW,
    Services,
    a_user,
    as_a,
    principal_of,
    services_over,
    stored_session,
    stored_user,
)
from contracts.harness import at_once, owner_of
from fakes import NOW
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def test_concurrent_registrations_with_one_email_have_one_winner(storage: Storage, services: Services) -> None:
    user = a_user()

    outcome = await at_once(
        services.users.register(email=user.email, username=f"{user.username}.{place}", password=PASSWORD)
        for place in range(10)
    )

    assert outcome.reasons() == {"EmailTaken": 9}
    assert await storage.users.find_by_email(user.email) == outcome.done[0]


async def test_refresh_token_used_twice_concurrently_has_one_winner_and_ends_login(
    storage: Storage, services: Services
) -> None:
    user = await stored_user(storage)
    login = await services.tokens.log_in(user.email, PASSWORD)

    outcome = await at_once(services.tokens.refresh(login.tokens.refresh) for _ in range(2))

    assert outcome.reasons() == {"BadRefreshToken": 1}
    reused = await at_once([services.tokens.refresh(outcome.done[0].refresh)])
    assert reused.reasons() == {"BadRefreshToken": 1}


async def test_concurrent_edits_of_one_session_are_all_applied(storage: Storage, services: Services) -> None:
    session = await stored_session(storage)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    changes: list[dict[str, Any]] = [
        {"title": "Changed"},
        {"duration": 75},
        {"category": "music"},
        {"max_participants": 9},
        {"tags": ("x",)},
    ]

    await asyncio.gather(*(services.sessions.change(owner, session.id, each) for each in changes))

    async with storage.unit_of_work() as tx:
        changed = await tx.sessions.acquire(session.id)
    assert as_a(Session, changed) == replace(
        session,
        title="Changed",
        duration=75,
        category="music",
        max_participants=9,
        tags=("x",),
        revision=2,
        revised_at=changed.revised_at,
    )


async def test_session_becomes_at_the_learners_or_is_booked_without_an_address(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, max_participants=50)
    learners = [principal_of(await stored_user(storage)) for _ in range(8)]
    change = services.sessions.change(owner_of(session), session.id, {"format": "at_yours"})
    bookings = [services.bookings.book(each, session.id, TOMORROW) for each in learners]

    await at_once([*bookings[:4], change, *bookings[4:]])

    found = await services.sessions.get(session.id, None)
    async with storage.unit_of_work() as tx:
        has_missing = bool(await tx.bookings.starts_without_address(session.id, NOW))
    assert has_missing != (found.format == "at_yours")
