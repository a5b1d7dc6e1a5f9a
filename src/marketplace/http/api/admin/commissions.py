"""Endpoints for the commissions of creators, for staff."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get, put
from litestar.params import FromPath

from marketplace.core.domain.fields import StaffReason
from marketplace.core.domain.ledger import CommissionRate
from marketplace.core.errors import NotFound, NotSuperuser
from marketplace.core.errors.admin import AccountInactive, Oneself
from marketplace.core.services.admin.payments import PaymentAdminService
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.parsing import read_body

Percent = Annotated[int, CommissionRate(example="12.5", description="From 0 to 50, with at most two decimals.")]


class CommissionIn(msgspec.Struct, kw_only=True):
    """A creator's own commission, and why."""

    percent: Percent
    reason: StaffReason


class CommissionOut(msgspec.Struct):
    """A creator's commission in percent. `is_own` is `false` while the marketplace's applies."""

    percent: str
    is_own: bool


class CommissionAdminController(Controller):
    """Commissions."""

    path = "/api/admin"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/users/{user_id:uuid}/commission",
        operation_id="admin_get_commission",
        summary="Get a creator's commission",
        opt=opt(Access.STAFF, errors=(NotFound,)),
    )
    async def get_commission(self, user_id: FromPath[UUID], payments: FromDishka[PaymentAdminService]) -> CommissionOut:
        """Of payments that are asked for from now on."""
        found = await payments.commission(user_id)
        return CommissionOut(percent_of(found.basis_points), is_own=found.is_own)

    @put(
        "/users/{user_id:uuid}/commission",
        operation_id="admin_set_commission",
        summary="Set a creator's commission",
        opt=opt(
            Access.STAFF,
            body=CommissionIn,
            proof=Proof.ALWAYS,
            errors=(NotFound, NotSuperuser, Oneself, AccountInactive),
        ),
    )
    async def set_commission(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], payments: FromDishka[PaymentAdminService]
    ) -> CommissionOut:
        """For payments that are asked for from now on. Not of oneself; that of staff is set by superusers."""
        data = (await read_body(request, CommissionIn)).checked()
        set_to = await payments.set_commission(principal_of(request), user_id, data.percent, data.reason)
        return CommissionOut(percent_of(set_to), is_own=True)


def percent_of(basis_points: int) -> str:
    """Return basis points in percent."""
    return f"{Decimal(basis_points) / 100:f}"
