"""Ending mail of one kind, by the signed address in a mail."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get, post
from litestar.params import FromPath

from marketplace.core.domain.messages import MessageKind
from marketplace.core.errors import NotFound
from marketplace.core.services.subscriptions import SubscriptionService
from marketplace.http.answers import body_of
from marketplace.http.security.authorization import Access, opt


class UnsubscribeOut(msgspec.Struct):
    """The kind of mail that an address ends."""

    kind: MessageKind


class UnsubscribeController(Controller):
    """Unsubscribing."""

    path = "/api/unsubscribe"
    tags = ["mail"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/{token:str}",
        operation_id="get_unsubscribe",
        summary="Get what an address in a mail ends",
        opt=opt(Access.PUBLIC, errors=(NotFound,)),
    )
    async def retrieve(self, token: FromPath[str], subscriptions: FromDishka[SubscriptionService]) -> UnsubscribeOut:
        """Changes nothing: mail scanners open every address."""
        return UnsubscribeOut(subscriptions.kind_of(token))

    @post(
        "/{token:str}",
        status_code=200,
        operation_id="unsubscribe",
        summary="End mail of one kind",
        opt=opt(Access.PUBLIC, errors=(NotFound,)),
    )
    async def unsubscribe(
        self,
        request: Request[Any, Any, Any],
        token: FromPath[str],
        subscriptions: FromDishka[SubscriptionService],
    ) -> UnsubscribeOut:
        """Mail programs call it for `List-Unsubscribe` (RFC 8058); their form is not read. Twice is like once."""
        await body_of(request)
        return UnsubscribeOut(await subscriptions.unsubscribe(token))
