"""The operator's texts."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.site_texts import SiteTexts, TextName
from marketplace.core.errors import NotFound
from marketplace.http.answers import Ask, json_answer
from marketplace.http.conversions import converted
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import ETAG, public_answer
from marketplace.http.security.authorization import Access, opt


class SiteTextOut(msgspec.Struct):
    """A text of the operator. `html` is rendered from Markdown, with any HTML in it escaped.

    `is_default`: the operator has not written it yet.
    """

    name: TextName
    title: str
    html: str
    is_default: bool


class SiteTextController(Controller):
    """Texts."""

    path = "/api/texts"
    tags = ["system"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/{name:str}",
        operation_id="get_text",
        summary="Get a text of the operator",
        opt=opt(Access.ANYONE, scope="read", errors=(NotFound,), headers=ETAG),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        texts: FromDishka[SiteTexts],
        kept: FromDishka[KeptAnswers],
    ) -> Response[SiteTextOut]:
        """`help`, `terms`, `privacy`, `imprint` or `contact`."""

        async def read() -> PublicAnswer:
            text = texts.find(name)
            if text is None:
                raise NotFound
            return PublicAnswer(json_answer(converted(text, SiteTextOut)))

        return (await public_answer(Ask(request.scope), kept, read)).response()
