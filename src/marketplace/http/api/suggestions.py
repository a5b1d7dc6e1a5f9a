"""Suggestions while a search is typed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get

from marketplace.core.services.sessions import SessionService
from marketplace.http.answers import Answer, Ask, json_answer
from marketplace.http.api.users import PublicUserOut
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import ETAG, public_answer
from marketplace.http.security.authorization import Access, opt
from marketplace.http.validation.fields import Typed
from marketplace.http.validation.parsing import read_query

KEPT_FOR = timedelta(seconds=10)
"""People who type at the same time ask for the same beginnings."""


class SuggestQuery(msgspec.Struct, kw_only=True):
    """What was typed so far."""

    q: Typed = ()


class SuggestedTitleOut(msgspec.Struct):
    """A session by its title."""

    id: UUID
    title: str


class SuggestionsOut(msgspec.Struct):
    """Categories, creators and sessions, best first."""

    categories: list[str]
    people: list[PublicUserOut]
    titles: list[SuggestedTitleOut]


async def suggest_sessions(ask: Ask, sessions: SessionService, kept: KeptAnswers) -> Answer:
    """Answer with what the typed text leads to."""

    async def read() -> PublicAnswer:
        query = read_query(ask, SuggestQuery).checked()
        found = await sessions.suggest(query.q)
        answer = json_answer(msgspec.convert(found, SuggestionsOut, from_attributes=True))
        return PublicAnswer(answer, may_lag=True, kept_for=KEPT_FOR)

    return await public_answer(ask, kept, read, common="everyone")


class SuggestionController(Controller):
    """Suggestions."""

    path = "/api/sessions/suggest"
    tags = ["sessions"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="suggest_sessions",
        summary="Suggest while a search is typed",
        opt=opt(Access.ANYONE, scope="read", query=SuggestQuery, headers=ETAG),
    )
    async def suggest(
        self, request: Request[Any, Any, Any], sessions: FromDishka[SessionService], kept: FromDishka[KeptAnswers]
    ) -> Response[SuggestionsOut]:
        """Up to 3 categories, 3 creators and 5 sessions, by the words of their names and titles."""
        return (await suggest_sessions(Ask(request.scope), sessions, kept)).response()
