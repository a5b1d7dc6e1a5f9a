"""Share cards: pictures for link previews, drawn on first request."""

from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Response, get
from litestar.params import FromPath

from marketplace.core.domain.share_cards import CARD_TYPE
from marketplace.core.errors.pictures import PicturesBusy
from marketplace.core.services.share_cards import ShareCardService
from marketplace.http.api.pictures import FILE_HEADERS
from marketplace.http.security.authorization import Access, opt


class ShareCardController(Controller):
    """Share cards. What is behind an address never changes, so caches keep it."""

    include_in_schema = False

    @get("/pictures/cards/{session_id:uuid}/{name:str}", opt=opt(Access.PUBLIC))
    async def card(
        self, session_id: FromPath[UUID], name: FromPath[str], cards: FromDishka[ShareCardService]
    ) -> Response[bytes]:
        """Return the card of a session. An address of what it showed before redirects to the present one.

        So does a card that can't be drawn now to the session's picture, if it has one.
        """
        card = await cards.find(session_id)
        if not card.path.endswith(f"/{name}"):
            return _elsewhere(card.path)
        try:
            body = await cards.draw(card)
        except PicturesBusy:
            if card.picture_path is None:
                raise
            return _elsewhere(card.picture_path)
        return Response(body, media_type=CARD_TYPE, headers=FILE_HEADERS)


def _elsewhere(path: str) -> Response[bytes]:
    return Response(b"", status_code=302, headers={"Location": path, "Cache-Control": "no-store"})
