"""Creators as anyone sees them."""

from datetime import datetime
from typing import Any

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.language_tags import Languages
from marketplace.core.domain.users import Bio
from marketplace.core.errors import NotFound
from marketplace.core.services.creators import CreatorService
from marketplace.http.answers import Answer, Ask, json_answer
from marketplace.http.api.session_structs import RatingOut
from marketplace.http.api.users import PublicUserOut
from marketplace.http.conversions import converted
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import ETAG, public_answer
from marketplace.http.security.authorization import Access, opt


class CreatorOut(PublicUserOut):
    """A creator's public page.

    `people_taught` counts the people with a completed booking, each once; with `is_bounded` there may be more.
    `rating` is that of all their sessions.
    """

    bio: Bio
    languages: Languages
    date_joined: datetime
    people_taught: int
    is_bounded: bool
    rating: RatingOut


async def get_creator(ask: Ask, username: str, creators: CreatorService, kept: KeptAnswers) -> Answer:
    """Answer with a creator."""

    async def read() -> PublicAnswer:
        creator = await creators.get(username)
        return PublicAnswer(json_answer(converted(creator, CreatorOut)), creator.id)

    return await public_answer(ask, kept, read)


class CreatorController(Controller):
    """Creators."""

    path = "/api/creators"
    tags = ["creators"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/{username:str}",
        operation_id="get_creator",
        summary="Get a creator",
        opt=opt(Access.ANYONE, scope="read", errors=(NotFound,), headers=ETAG),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        username: FromPath[str],
        creators: FromDishka[CreatorService],
        kept: FromDishka[KeptAnswers],
    ) -> Response[CreatorOut]:
        """By username, ignoring case. Their sessions: `GET /api/sessions/?creator=`."""
        return (await get_creator(Ask(request.scope), username, creators, kept)).response()
