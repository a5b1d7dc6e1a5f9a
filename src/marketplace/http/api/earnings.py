"""A creator's earnings."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.response import Stream

from marketplace.core.domain.ledger import TransactionKind
from marketplace.core.domain.money import AmountChange, currency
from marketplace.core.domain.pages import Page
from marketplace.core.domain.sessions import Title
from marketplace.core.errors import NotFound, Overloaded, RateLimited
from marketplace.core.ports.system import Clock
from marketplace.core.services.earnings import EarningsService
from marketplace.http.api.payments import CurrencyCode
from marketplace.http.conversions import converted
from marketplace.http.heavy_work import with_turn_of_export
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.problems import SAFE_HEADERS
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_query

CSV = "text/csv"


class EarningOut(msgspec.Struct, rename={"booking_id": "booking"}):
    """A change by one booking: of what is `held` until it took place, of what you've `earned`, and the `commission`."""

    id: UUID
    at: datetime
    kind: TransactionKind
    booking_id: UUID
    title: Title
    held: AmountChange
    earned: AmountChange
    commission: AmountChange


class EarningsOut(msgspec.Struct):
    """What is held for you, what you've earned, and a page of the changes."""

    held: AmountChange
    earned: AmountChange
    currency: CurrencyCode
    changes: list[EarningOut]


class EarningsController(Controller):
    """Earnings."""

    path = "/api/creator/earnings"
    tags = ["payments"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_earnings",
        summary="List your earnings",
        opt=opt(Access.CREATOR, scope="read", query=PageQuery, errors=(NotFound,), headers=LINK),
    )
    async def retrieve(
        self, request: Request[Any, Any, Any], earnings: FromDishka[EarningsService], cursors: FromDishka[Cursors]
    ) -> Response[EarningsOut]:
        """The balance, and its changes by booking, newest first."""
        parsed = read_query(request, PageQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        principal = principal_of(request)
        page = await earnings.list_own(principal, query.limit, cursors.open(request, query.cursor))
        balance, money = await earnings.balance(principal), currency()
        shown = EarningsOut(
            held=money.of_minor(balance.held),
            earned=money.of_minor(balance.earned),
            currency=money.code,
            changes=[converted(each, EarningOut) for each in page.items],
        )
        headers = cursors.answer(request, Page((), page.next)).headers
        return Response(shown, headers=headers)

    @get(
        "/export",
        operation_id="export_earnings",
        summary="Export your earnings",
        opt=opt(
            Access.CREATOR,
            scope="read",
            errors=(NotFound, Overloaded, RateLimited),
            headers={"Content-Disposition": "`attachment`, with a file name."},
            files=(CSV,),
        ),
        middleware=[with_turn_of_export],
    )
    async def export(
        self, request: Request[Any, Any, Any], earnings: FromDishka[EarningsService], clock: FromDishka[Clock]
    ) -> Stream:
        """All changes, newest first, as CSV: quoted, with a byte order mark, and without formulas."""
        parts = await earnings.export(principal_of(request))
        return Stream(
            _closing(parts),
            media_type=CSV,
            headers={
                **SAFE_HEADERS,
                "Content-Disposition": f'attachment; filename="earnings-{clock.now():%Y-%m-%d}.csv"',
                "X-Accel-Buffering": "no",
            },
        )


async def _closing(parts: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        async for part in parts:
            yield part
    finally:
        await parts.aclose()
