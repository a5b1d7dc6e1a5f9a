"""Superusers who remove one another concurrently: one with the right to grant rights always remains."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from builders import principal_of, services_over, stored_users
from contracts.harness import at_once
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.storage import Storage
from staff_services import StaffServices, staff_over

WHY = "A quarrel."
REFUSALS = {"LastSuperuser", "NotSuperuser", "NotSignedIn", "NotStaff"}
Removal = Callable[[StaffServices, Principal, Principal], Coroutine[Any, Any, Any]]


def take_rights(staff: StaffServices, who: Principal, whom: Principal) -> Coroutine[Any, Any, Any]:
    return staff.users.change_rights(who, whom.user_id, is_staff=False, is_superuser=False, reason=WHY)


def demote(staff: StaffServices, who: Principal, whom: Principal) -> Coroutine[Any, Any, Any]:
    return staff.users.change_rights(who, whom.user_id, is_staff=True, is_superuser=False, reason=WHY)


def deactivate(staff: StaffServices, who: Principal, whom: Principal) -> Coroutine[Any, Any, Any]:
    return staff.users.deactivate(who, whom.user_id, WHY)


async def superusers(storage: Storage, number: int) -> list[Principal]:
    return [principal_of(user) for user in await stored_users(storage, number, is_staff=True, is_superuser=True)]


async def left(storage: Storage) -> frozenset[object]:
    async with storage.unit_of_work() as tx:
        return frozenset(await tx.users.acquire_superusers())


@pytest.mark.parametrize(
    ("one_does", "other_does"), [(take_rights, demote), (deactivate, deactivate), (deactivate, take_rights)]
)
async def test_superusers_who_remove_each_other_concurrently_leave_one(
    empty_storage: Storage, one_does: Removal, other_does: Removal
) -> None:
    staff = staff_over(services_over(empty_storage))
    one, other = await superusers(empty_storage, 2)

    for _ in range(5):
        outcome = await at_once([one_does(staff, one, other), other_does(staff, other, one)])

        assert len(await left(empty_storage)) == 1
        assert len(outcome.done) <= 1
        assert outcome.reasons().keys() <= REFUSALS


async def test_superusers_who_deactivate_each_other_concurrently_have_one_winner(
    empty_storage: Storage,
) -> None:
    staff = staff_over(services_over(empty_storage))
    one, other, _ = await superusers(empty_storage, 3)

    outcome = await at_once([deactivate(staff, one, other), deactivate(staff, other, one)])

    assert outcome.reasons() == {"NotSignedIn": 1}
    assert len(await left(empty_storage)) == 2


async def test_ring_of_superusers_who_remove_one_another_concurrently_leaves_one(empty_storage: Storage) -> None:
    staff = staff_over(services_over(empty_storage))
    ring = await superusers(empty_storage, 8)
    ways = [take_rights, deactivate]

    outcome = await at_once(
        ways[number % 2](staff, who, whom) for number, who in enumerate(ring) for whom in ring if who is not whom
    )

    assert len(await left(empty_storage)) == 1
    assert outcome.reasons().keys() <= REFUSALS
