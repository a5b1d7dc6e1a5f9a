"""Sessions delisted while people book: no seat is sold afterwards, and delisting succeeds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from builders import TOMORROW, Services, a_user, principal_of, services_over, stored_session, stored_user, stored_users
from contracts.harness import Outcome, at_once, live_bookings
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

FULL_SWING = 5
"""Bookings of one buyer after which the session is delisted."""
MAX_BOOKINGS = 300
"""Bookings per buyer after which a sale ends without being stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Sessions of one creator, and buyers who each book one start after another until they are refused."""

    services: Services
    storage: Storage
    owner: Principal
    sessions: list[Session]
    is_under_way: asyncio.Event

    async def to(self, number: int, *, pause: float) -> Outcome[None]:
        buyers = [principal_of(user) for user in await stored_users(self.storage, number)]
        return await at_once(self._keep_buying(buyer, pause) for buyer in buyers)

    async def sold(self) -> set[object]:
        return {each.id for session in self.sessions for each in await live_bookings(self.storage, session)}

    async def _keep_buying(self, buyer: Principal, pause: float) -> None:
        for turn in range(MAX_BOOKINGS):
            day, which = divmod(turn, len(self.sessions))
            starts_at = TOMORROW + timedelta(days=day, hours=which)
            await self.services.bookings.book(buyer, self.sessions[which].id, starts_at)
            if turn + 1 == FULL_SWING:
                self.is_under_way.set()
            await asyncio.sleep(pause)


@pytest.fixture
async def sale(storage: Storage) -> Sale:
    creator = await stored_user(storage, role="creator")
    return Sale(
        services=services_over(storage),
        storage=storage,
        owner=principal_of(a_user(id=creator.id, role="creator")),
        sessions=[await stored_session(storage, creator_id=creator.id, max_participants=20) for _ in range(3)],
        is_under_way=asyncio.Event(),
    )


async def test_session_removed_from_catalog_sells_no_further_seat(sale: Sale) -> None:
    del sale.sessions[1:]
    selling = asyncio.create_task(sale.to(3, pause=0.005))
    await sale.is_under_way.wait()
    await sale.services.sessions.change(sale.owner, sale.sessions[0].id, {"status": "inactive"})
    sold_by_then = await sale.sold()
    outcome = await selling

    assert await sale.sold() == sold_by_then
    assert outcome.reasons() == {"NotBookable": 3}
    assert len(sold_by_then) >= FULL_SWING


async def test_deactivated_creator_sells_no_further_seat(sale: Sale) -> None:
    selling = asyncio.create_task(sale.to(3, pause=0.005))
    await sale.is_under_way.wait()
    await sale.services.users.set_active(sale.owner.user_id, is_active=False)
    sold_by_then = await sale.sold()
    outcome = await selling

    assert await sale.sold() == sold_by_then
    assert_refused_to_all(outcome.reasons(), 3)
    assert len(sold_by_then) >= FULL_SWING


def assert_refused_to_all(reasons: Mapping[str, int], buyers: int) -> None:
    """The session is there for those who hold a seat on it, and not found by the others."""
    assert reasons.keys() <= {"NotBookable", "NotFound"}
    assert sum(reasons.values()) == buyers


async def test_edit_is_not_starved_by_buyers(sale: Sale) -> None:
    del sale.sessions[1:]
    selling = asyncio.create_task(sale.to(8, pause=0))
    await sale.is_under_way.wait()
    await sale.services.sessions.change(sale.owner, sale.sessions[0].id, {"status": "inactive"})

    assert_refused_to_all((await selling).reasons(), 8)


async def test_deactivation_is_not_starved_by_buyers(sale: Sale) -> None:
    selling = asyncio.create_task(sale.to(8, pause=0))
    await sale.is_under_way.wait()
    await sale.services.users.set_active(sale.owner.user_id, is_active=False)

    assert_refused_to_all((await selling).reasons(), 8)
