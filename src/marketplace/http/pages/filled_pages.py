"""Answers with a page of the application whose head is written for the request."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import MediaType, Request, Response

from marketplace.core.errors import Busy, NotFound
from marketplace.http.answers import Answer, Ask
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.pages.heads import Head, PageTemplate
from marketplace.http.public_answers import public_answer
from marketplace.http.static.frontend import FILLED_PAGE_HEADERS


def filled_page(template: PageTemplate, head: Head, creator_id: UUID) -> PublicAnswer:
    """Return the page of a creator or of one of their sessions."""
    return PublicAnswer(Answer(template.with_head(head), 200, FILLED_PAGE_HEADERS, MediaType.HTML), creator_id)


def unlisted_page(template: PageTemplate) -> PublicAnswer:
    """Return the page without a head of its own, and not for search engines: anyone may not see what it is about."""
    headers = {**FILLED_PAGE_HEADERS, "X-Robots-Tag": "noindex"}
    return PublicAnswer(Answer(template.plain, 200, headers, MediaType.HTML))


async def page_response(
    request: Request[Any, Any, Any],
    kept: KeptAnswers,
    read: Callable[[PageTemplate], Awaitable[PublicAnswer]],
) -> Response[Any]:
    """Answer with a page. Raises `NotFound` if the application is not built."""
    template = request.app.state.page
    if template is None:
        raise NotFound
    try:
        answer = await public_answer(Ask(request.scope), kept, lambda: read(template))
    except Busy:  # the page opens and says so itself; it stays in the lists of search engines
        answer = Answer(template.plain, 200, FILLED_PAGE_HEADERS, MediaType.HTML)
    return answer.response()
