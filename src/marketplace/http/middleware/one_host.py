"""Refuses requests that name no host, or several, since proxies may take another one than we do (RFC 9112, 3.2)."""

from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Send

from marketplace.http.answers import Answer, Ask
from marketplace.http.problems import answer_malformed

OPTIONAL = "1.0"
"""Version of HTTP without a required `Host`."""


def with_one_host(app: ASGIApp) -> ASGIApp:
    """Wrap `app` to answer 400 unless the request has one `Host`."""

    async def answer(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or has_one_host(scope):
            await app(scope, receive, send)
            return
        await send_answer(answer_malformed(Ask(scope)), send)

    return answer


async def send_answer(answer: Answer, send: Send) -> None:
    """Send an answer that no framework completes."""
    headers = {**answer.headers, "Content-Type": answer.media_type, "Content-Length": str(len(answer.body))}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    start: Any = {"type": "http.response.start", "status": answer.status, "headers": encoded}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def has_one_host(scope: Any) -> bool:
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    return hosts == 1 or (hosts == 0 and bool(scope["http_version"] == OPTIONAL))
