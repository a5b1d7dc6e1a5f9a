"""The page of a session, with a head for link previews and search engines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, MediaType, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.money import currency
from marketplace.core.domain.pictures import address_of
from marketplace.core.domain.ratings import MAX_STARS
from marketplace.core.domain.share_cards import CARD_SIZE, CARD_TYPE, ShareCard
from marketplace.core.errors import NotFound
from marketplace.core.services.sessions import SessionService
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.pages.filled_pages import filled_page, page_response, unlisted_page
from marketplace.http.pages.heads import SCHEMA, Head, HeadImage, PageTemplate, Preload, summary_of
from marketplace.http.security.authorization import Access, opt

PREVIEW_WIDTH = 1280
"""Pixels; one of `WIDTHS`."""
GALLERY_SIZES = "(min-width: 64rem) 44rem, 95vw"
"""Of the first picture, as in `Gallery.tsx`."""


def session_head(session: CatalogSession, addresses: SiteAddresses) -> Head:
    """Describe a session that the catalog lists."""
    address = addresses.session(session.id)
    return Head(
        title=session.title,
        description=summary_of(session.description),
        address=address,
        image=_card_of(session, addresses),
        kind="event" if session.next_slot else "product",
        data=_structured(session, addresses),
        preload=_first_picture(session),
    )


def _first_picture(session: CatalogSession) -> Preload | None:
    pictures = session.pictures
    return Preload(source=pictures[0].sources[0], sizes=GALLERY_SIZES, pictures=len(pictures)) if pictures else None


def _card_of(session: CatalogSession, addresses: SiteAddresses) -> HeadImage:
    card = ShareCard.of(session)
    alt = f"{session.title}, with {card.creator}"
    return HeadImage(address=addresses.of_path(card.path), size=CARD_SIZE, media_type=CARD_TYPE, alt=alt)


def _image_of(session: CatalogSession, addresses: SiteAddresses) -> str | None:
    """Return the address of the first picture, as WebP, which more programs show than AVIF."""
    if not session.pictures:
        return session.image_url
    first = session.pictures[0]
    return addresses.of_path(address_of(first.id, min(first.width, PREVIEW_WIDTH)))


def _structured(session: CatalogSession, addresses: SiteAddresses) -> Mapping[str, Any]:
    """Return an `Event` at the next start; a session by arrangement or without free times is a `Service`."""
    creator, slot = session.creator_details, session.next_slot
    address, image = addresses.session(session.id), _image_of(session, addresses)
    person = {"@type": "Person", "name": creator.display_name, "url": addresses.creator(creator.username)}
    common = {
        "@context": SCHEMA,
        "name": session.title,
        "description": session.description,
        "url": address,
        "offers": {
            "@type": "Offer",
            "price": str(session.price),
            "priceCurrency": currency().code,
            "url": address,
            "availability": f"{SCHEMA}/{'InStock' if slot or session.is_open else 'SoldOut'}",
        },
    }
    if image is not None:
        common["image"] = [image]
    if session.rating.count:
        common["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": session.rating.average,
            "reviewCount": session.rating.count,
            "bestRating": MAX_STARS,
            "worstRating": 1,
        }
    if slot is None:
        return {"@type": "Service", **common, "provider": person}
    return {
        "@type": "Event",
        **common,
        "startDate": slot.starts_at,
        "endDate": slot.ends_at,
        "maximumAttendeeCapacity": slot.capacity,
        "remainingAttendeeCapacity": slot.seats_left,
        "organizer": person,
        **_whereabouts(session, address),
    }


def _whereabouts(session: CatalogSession, address: str) -> Mapping[str, Any]:
    """Return where an event takes place, as far as anyone may know; nothing if its creator has not said."""
    if session.format == "online":
        location = {"@type": "VirtualLocation", "url": address}
        return {"eventAttendanceMode": f"{SCHEMA}/OnlineEventAttendanceMode", "location": location}
    if session.format != "in_person" or not (session.place or session.address):
        return {}
    place: dict[str, Any] = {"@type": "Place", "address": session.address or session.place}
    if session.place:
        place["name"] = session.place
    if session.coordinates is not None:
        point = session.coordinates
        place["geo"] = {"@type": "GeoCoordinates", "latitude": point.latitude, "longitude": point.longitude}
    return {"eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode", "location": place}


async def session_page(
    session_id: UUID, sessions: SessionService, addresses: SiteAddresses, template: PageTemplate
) -> PublicAnswer:
    """Return the page; without a head of its own, and not for search engines, if anyone may not see the session."""
    try:
        session = await sessions.get(session_id, None)
    except NotFound:
        return unlisted_page(template)
    return filled_page(template, session_head(session, addresses), session.creator_id)


class PageController(Controller):
    """Pages of the application with a head of their own."""

    include_in_schema = False

    @get("/sessions/{session_id:uuid}", opt=opt(Access.PUBLIC), media_type=MediaType.HTML)
    async def session(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        sessions: FromDishka[SessionService],
        addresses: FromDishka[SiteAddresses],
        kept: FromDishka[KeptAnswers],
    ) -> Response[Any]:
        """Return the page of a session."""

        async def read(template: PageTemplate) -> PublicAnswer:
            return await session_page(session_id, sessions, addresses, template)

        return await page_response(request, kept, read)
