"""Builders of bulk actions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from builders import (
    principal_of,
    stored_login,
    stored_session,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.bulk import (
    BulkAction,
    BulkKind,
    BulkRun,
    BulkRunDetails,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkOrder
from staff_services import StaffServices

WHY = "They all are a hoax."


async def a_staff_member(storage: Storage, **changes: Any) -> Principal:
    """Return a principal with a stored login, as runs end with theirs."""
    return await signed_in(storage, await stored_user(storage, is_staff=True, **changes))


async def signed_in(storage: Storage, user: User) -> Principal:
    login = await stored_login(storage, user, str(uuid7()))
    return principal_of(user, login.id)


def order(kind: BulkKind, action: BulkAction, items: Sequence[Any]) -> BulkOrder:
    ids = tuple(resource if isinstance(resource, UUID) else resource.id for resource in items)
    return BulkOrder(kind=kind, action=action, rows=ids)


async def started(
    storage: Storage, staff: StaffServices, bulk_order: BulkOrder, principal: Principal | None = None
) -> BulkRunDetails:
    principal = principal or await a_staff_member(storage)
    return (await staff.bulk.begin(principal, bulk_order, WHY)).resource


async def carried_out(
    storage: Storage, staff: StaffServices, bulk_order: BulkOrder, principal: Principal | None = None
) -> BulkRunDetails:
    run = await started(storage, staff, bulk_order, principal)
    await staff.run(storage)
    return await staff.bulk.get(run.id)


async def refusals(storage: Storage, run: BulkRun) -> list[tuple[UUID, str]]:
    return [(refusal.id, refusal.code) for refusal in await storage.bulk_lists.refusals(run.id, 100, 0)]


async def sessions(storage: Storage, number: int, **changes: Any) -> list[Session]:
    creator = await stored_user(storage, role="creator")
    return [await stored_session(storage, creator_id=creator.id, **changes) for _ in range(number)]


def a_run(**changes: Any) -> BulkRun:
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "kind": "sessions",
        "action": "hide",
        "reason": WHY,
        "state": "queued",
        "total": 3,
        "changed": 0,
        "refused": 0,
        "staff_id": uuid7(),
        "family_id": uuid7(),
        "address": "192.0.2.7",
        "agent": "a browser",
        "created_at": NOW,
        "finished_at": None,
        "detail": "",
    }
    return BulkRun(**defaults | changes)
