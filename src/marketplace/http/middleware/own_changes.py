"""Drops kept answers after a change made by this process, before the change is announced."""

import re
from collections.abc import Awaitable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.http.injection import Injected
from marketplace.http.kept import KeptAnswers
from marketplace.http.security.authorization import SAFE_METHODS

UNRELATED = re.compile(r"/api/(auth/(login|logout|refresh|register|password)|favourites/)")
"""Frequent requests that change no public answer."""


def with_own_changes_seen(app: ASGIApp, state: Any) -> ASGIApp:
    """Wrap `app` so that after a change through it no earlier answer is kept. `state` has the container."""
    answers: Injected[KeptAnswers] = Injected(state, KeptAnswers)

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP or scope["method"] in SAFE_METHODS or UNRELATED.match(scope["path"]):
            return app(scope, receive, send)
        return answer_change(scope, receive, send)

    async def answer_change(scope: Scope, receive: Receive, send: Send) -> None:
        kept = await answers.get()

        async def send_after_drop(message: Message) -> None:
            # a refusal (4xx) changed nothing; a failure (5xx) may have
            if message["type"] == "http.response.start" and message["status"] // 100 != 4:  # noqa: PLR2004 - refusals
                kept.drop()
            await send(message)

        await app(scope, receive, send_after_drop)

    return answer
