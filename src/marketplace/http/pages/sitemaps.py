"""The sitemap (sitemaps.org): an index, and for each week the sessions created in it, and their creators."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.addresses import CREATORS, SiteAddresses
from marketplace.core.errors import NotFound
from marketplace.core.services.sitemaps import SitemapService
from marketplace.http.answers import Answer, Ask
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import public_answer
from marketplace.http.security.authorization import Access, opt

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml"
HEADERS = {"Cache-Control": "no-cache"}


def _document(kind: str, entry: str, addresses: Iterable[str]) -> PublicAnswer:
    entries = "".join(f"<{entry}><loc>{escape(address)}</loc></{entry}>\n" for address in addresses)
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{NAMESPACE}">\n{entries}</{kind}>\n'
    return PublicAnswer(Answer(xml.encode(), 200, HEADERS, XML), may_lag=True)


class SitemapController(Controller):
    """Addresses for search engines."""

    include_in_schema = False

    @get("/robots.txt", opt=opt(Access.PUBLIC))
    async def robots(self, addresses: FromDishka[SiteAddresses]) -> Response[str]:
        """Tell crawlers what to leave out, and where the sitemap is (RFC 9309)."""
        text = f"User-agent: *\nDisallow: /api/\nDisallow: /admin/\nAllow: /\n\nSitemap: {addresses.sitemaps()}\n"
        return Response(text, media_type="text/plain", headers=HEADERS)

    @get("/sitemap.xml", opt=opt(Access.PUBLIC))
    async def index(
        self,
        request: Request[Any, Any, Any],
        sitemaps: FromDishka[SitemapService],
        addresses: FromDishka[SiteAddresses],
        kept: FromDishka[KeptAnswers],
    ) -> Response[Any]:
        """List the sitemaps of all weeks."""

        async def read() -> PublicAnswer:
            weeks = await sitemaps.weeks()
            files = (*map(addresses.sitemap, weeks), *map(addresses.sitemap_of_creators, weeks))
            return _document("sitemapindex", "sitemap", files)

        return (await public_answer(Ask(request.scope), kept, read)).response()

    @get("/sitemaps/{file:str}", opt=opt(Access.PUBLIC))
    async def week(
        self,
        request: Request[Any, Any, Any],
        file: FromPath[str],
        sitemaps: FromDishka[SitemapService],
        addresses: FromDishka[SiteAddresses],
        kept: FromDishka[KeptAnswers],
    ) -> Response[Any]:
        """List the pages of the sessions created in a week, or those of their creators."""
        week = _week_of(file.removeprefix(CREATORS))

        async def read() -> PublicAnswer:
            if file.startswith(CREATORS):
                return _document("urlset", "url", map(addresses.creator, await sitemaps.creators_of(week)))
            return _document("urlset", "url", map(addresses.session, await sitemaps.sessions_of(week)))

        return (await public_answer(Ask(request.scope), kept, read)).response()


def _week_of(file: str) -> date:
    """Return the Monday in a file's name, such as `2026-11-23.xml`. Raises `NotFound`."""
    try:
        week = date.fromisoformat(file.removesuffix(".xml"))
    except ValueError as error:
        raise NotFound from error
    if f"{week.isoformat()}.xml" != file:
        raise NotFound
    return week
