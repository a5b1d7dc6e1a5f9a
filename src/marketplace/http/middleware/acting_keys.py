"""Ends at each response that transactions are bound to the API key of the request."""

from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.core.services.acting_keys import without_key


def with_key_forgotten(app: ASGIApp) -> ASGIApp:
    """Wrap `app` so that no request acts by the key of an earlier one of the same task."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with without_key():
            await app(scope, receive, send)

    return answer
