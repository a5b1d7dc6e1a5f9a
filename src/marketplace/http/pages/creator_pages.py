"""The page of a creator, with a head for link previews and search engines."""

from typing import Any

from dishka.integrations.litestar import FromDishka
from litestar import Controller, MediaType, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.creators import Creator
from marketplace.core.errors import NotFound
from marketplace.core.services.creators import CreatorService
from marketplace.core.services.sessions import SessionService
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.pages.filled_pages import filled_page, page_response, unlisted_page
from marketplace.http.pages.heads import SCHEMA, Head, PageTemplate, summary_of
from marketplace.http.security.authorization import Access, opt


def creator_head(creator: Creator, addresses: SiteAddresses, *, is_indexed: bool = True) -> Head:
    """Describe a creator: a `ProfilePage` about a `Person` (schema.org), if search engines may list the page."""
    address, image = addresses.creator(creator.username), creator.avatar
    if image is not None and image.startswith("/"):
        image = addresses.of_path(image)
    person: dict[str, Any] = {
        "@type": "Person",
        "name": creator.display_name,
        "alternateName": creator.username,
        "url": address,
    }
    if creator.bio:
        person["description"] = creator.bio
    if image is not None:
        person["image"] = image
    if creator.languages:
        person["knowsLanguage"] = creator.languages
    page = {"@context": SCHEMA, "@type": "ProfilePage", "dateCreated": creator.date_joined, "mainEntity": person}
    return Head(
        title=creator.display_name,
        description=summary_of(creator.bio) or f"Sessions with {creator.display_name}",
        address=address,
        image=image,
        kind="profile",
        data=page,
        is_indexed=is_indexed,
    )


class CreatorPageController(Controller):
    """Pages of creators."""

    include_in_schema = False

    @get("/creators/{username:str}", opt=opt(Access.PUBLIC), media_type=MediaType.HTML)
    async def creator(
        self,
        request: Request[Any, Any, Any],
        username: FromPath[str],
        creators: FromDishka[CreatorService],
        sessions: FromDishka[SessionService],
        addresses: FromDishka[SiteAddresses],
        kept: FromDishka[KeptAnswers],
    ) -> Response[Any]:
        """Return the page of a creator."""

        async def read(template: PageTemplate) -> PublicAnswer:
            try:
                creator = await creators.get(username)
            except NotFound:
                return unlisted_page(template)
            # one without sessions tells a search engine nothing
            listed = await sessions.page(CatalogFilters(creator=creator.id), 1, None)
            head = creator_head(creator, addresses, is_indexed=bool(listed.items))
            return filled_page(template, head, creator.id)

        return await page_response(request, kept, read)
