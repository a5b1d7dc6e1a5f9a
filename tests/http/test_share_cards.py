"""Share cards over HTTP: the picture that other sites show with a link to a session."""

from typing import Any

import pytest
from httpx import Response

from builders import TOMORROW
from fakes import NamedCards
from http_api import Api, open_api, problem
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.share_cards import ShareCard
from marketplace.core.services.share_cards import ShareCardService


async def card_of(api: Api, session: Session) -> ShareCard:
    return await (await api.container.get(ShareCardService)).find(session.id)


async def get(api: Api, path: str | None) -> Response:
    assert path is not None
    return await api.client.get(path)


async def test_card_is_served_forever_at_the_address_of_what_it_shows(api: Api) -> None:
    session = await api.session(title="Rye & salt")
    card = await card_of(api, session)

    response = await get(api, card.path)

    assert response.content == b"Rye & salt: no picture"
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_card_shows_the_first_uploaded_picture(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator, title="Lute")
    await creator.send("POST", f"/api/sessions/{session.id}/pictures/", files={"file": b"a lute"})

    response = await get(api, (await card_of(api, session)).path)

    assert response.content == b"Lute: 800 webp of a lute"


async def test_changed_session_has_a_card_at_another_address_to_which_the_old_one_leads(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator, title="Rye")
    before = await card_of(api, session)
    await creator.patch(f"/api/sessions/{session.id}/", {"title": "Wheat"})
    after = await card_of(api, session)

    response = await get(api, before.path)

    assert after.path != before.path
    assert (response.status_code, response.headers["location"]) == (302, after.path)
    assert response.headers["cache-control"] == "no-store"
    assert (await get(api, after.path)).content == b"Wheat: no picture"


@pytest.mark.parametrize("changes", [{"status": "inactive"}, {"archived_at": TOMORROW}, {"hidden_at": TOMORROW}])
async def test_session_that_is_not_listed_has_no_card(api: Api, changes: dict[str, Any]) -> None:
    session = await api.session(**changes)

    problem(await get(api, f"/pictures/cards/{session.id}/{'0' * 24}.jpg"), 404, "not_found")


async def test_card_that_cannot_be_drawn_now_leads_to_the_picture_or_is_refused_for_a_moment() -> None:
    cards = NamedCards()
    async with open_api(cards=cards) as api:
        creator = await api.creator()
        plain, pictured = await api.session(creator), await api.session(creator)
        await creator.send("POST", f"/api/sessions/{pictured.id}/pictures/", files={"file": b"a lute"})
        cards.is_busy = True

        refused = await get(api, (await card_of(api, plain)).path)
        redirected = await get(api, (await card_of(api, pictured)).path)

    problem(refused, 503, "busy")
    assert "retry-after" in refused.headers
    assert redirected.status_code == 302
    assert redirected.headers["location"].endswith("/800.webp")
