"""Heads of pages, read by an HTML parser, as programs that show link previews do."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from builders import TOMORROW
from http_api import SETTINGS, Api, open_api
from http_site import PAGE, ask
from marketplace.adapters.memory.catalog import MemoryCatalog
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.pictures import Picture
from marketplace.core.domain.places import Coordinates
from marketplace.core.errors import Busy
from marketplace.http.pages.heads import MAX_DESCRIPTION, summary_of
from page_heads import head_of
from review_records import stored_review

pytestmark = pytest.mark.thorough

WEEK = [{"weekday": day, "starts": "09:00", "ends": "12:00"} for day in range(1, 8)]


async def structured(site: Api, session_id: object) -> Any:
    (script,) = head_of(await ask(site, f"/sessions/{session_id}")).scripts
    return json.loads(script)


async def test_structured_data_name_the_first_uploaded_picture_at_an_absolute_address(site: Api) -> None:
    creator = await site.creator()
    session = await site.session(creator, image_url="https://a.test/b")
    uploaded = await creator.send("POST", f"/api/sessions/{session.id}/pictures/", files={"file": b"a lute"})
    [picture] = uploaded.json()["pictures"]

    head = head_of(await ask(site, f"/sessions/{session.id}"))

    address = f"http://localhost:8000/pictures/{picture['id']}/900.webp"
    assert json.loads(head.scripts[0])["image"] == [address]


async def test_page_of_a_session_preloads_its_first_picture_in_the_best_format(site: Api) -> None:
    creator = await site.creator()
    session = await site.session(creator)
    bare = head_of(await ask(site, f"/sessions/{session.id}"))
    uploaded = await creator.send("POST", f"/api/sessions/{session.id}/pictures/", files={"file": b"a lute"})
    [picture] = uploaded.json()["pictures"]

    head = head_of(await ask(site, f"/sessions/{session.id}"))

    assert "preload" not in bare.links
    assert head.links["preload"] == picture["sources"][0]["srcset"]


async def test_page_of_a_session_has_its_title_preview_and_address(site: Api) -> None:
    session = await site.session(
        title="Rye & salt", description="Bread.\n\nFor a long evening.", image_url="https://a.test/b?c=1&d=2"
    )

    response = await ask(site, f"/sessions/{session.id}")
    head = head_of(response)

    assert head.title == "Rye & salt · Sessions"
    address = f"http://localhost:8000/sessions/{session.id}"
    assert head.links["canonical"] == head.metas["og:url"] == address
    assert head.metas["description"] == head.metas["og:description"] == "Bread. For a long evening."
    assert head.metas["og:title"] == "Rye & salt"
    assert head.metas["og:image"].startswith(f"http://localhost:8000/pictures/cards/{session.id}/")
    assert (head.metas["og:image:width"], head.metas["og:image:height"]) == ("1200", "630")
    assert head.metas["og:image:type"] == "image/jpeg"
    assert head.metas["og:image:alt"].startswith("Rye & salt, with ")
    assert head.metas["twitter:card"] == "summary_large_image"
    assert "robots" not in head.metas
    assert head.links["icon"] == "/favicon.svg"
    assert response.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in response.headers["content-security-policy"]


async def test_structured_data_name_a_width_that_is_stored(site: Api) -> None:
    pictures = tuple(Picture(id=uuid4(), alt="", width=width, height=600) for width in (2000, 900))
    wide = await site.session(pictures=pictures, image_url="https://a.test/b")
    small = await site.session(pictures=pictures[1:])

    for session, width in ((wide, 1280), (small, 900)):
        image = f"http://localhost:8000/pictures/{session.pictures[0].id}/{width}.webp"
        assert (await structured(site, session.id))["image"] == [image]


class BusyCatalog(MemoryCatalog):
    """A catalog whose database is not available."""

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        del session_id, now
        raise Busy


async def test_page_opens_without_the_database_and_stays_in_the_lists_of_search_engines(front_end: Path) -> None:
    storage = memory_storage()
    busy = replace(storage, catalog=BusyCatalog(MemoryDatabase(lock_timeout=timedelta(seconds=1))))
    async with open_api(replace(SETTINGS, frontend_dir=front_end), storage=busy) as site:
        response = await ask(site, f"/sessions/{uuid4()}")

    assert (response.status_code, response.text) == (200, PAGE)
    assert "x-robots-tag" not in response.headers


async def test_texts_of_a_creator_cannot_end_their_element(site: Api) -> None:
    text = '</title></script><script>alert("1")</script><!-- & \'"'
    session = await site.session(title=text, description=text)

    response = await ask(site, f"/sessions/{session.id}")
    head = head_of(response)

    assert head.title == f"{text} · Sessions"
    assert head.metas["og:title"] == text
    assert [json.loads(script)["name"] for script in head.scripts] == [text]
    assert "<script>" not in response.text
    assert "<!--" not in response.text


async def test_session_with_a_free_time_is_an_event(site: Api) -> None:
    creator = await site.creator(first_name="Ada", last_name="Byron")
    session = await site.session(creator, price="12.50", max_participants=7)
    await creator.put(f"/api/sessions/{session.id}/schedule/", {"weekly": WEEK})
    expected = (await site.visitor.get(f"/api/sessions/{session.id}/")).json()["next_slot"]

    data = await structured(site, session.id)

    assert (data["@context"], data["@type"]) == ("https://schema.org", "Event")
    assert (data["startDate"], data["endDate"]) == (expected["starts_at"], expected["ends_at"])
    assert (data["maximumAttendeeCapacity"], data["remainingAttendeeCapacity"]) == (7, 7)
    address = f"http://localhost:8000/creators/{creator.user.username}"
    assert data["organizer"] == {"@type": "Person", "name": "Ada Byron", "url": address}
    offer = data["offers"]
    assert (offer["price"], offer["priceCurrency"], offer["availability"]) == (
        "12.50",
        "EUR",
        "https://schema.org/InStock",
    )


async def test_structured_data_have_the_rating_that_is_shown(site: Api) -> None:
    session = await site.session()
    assert "aggregateRating" not in await structured(site, session.id)
    for stars in (5, 4):
        await stored_review(site.storage, session, stars=stars)

    assert (await structured(site, session.id))["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": 4.5,
        "reviewCount": 2,
        "bestRating": 5,
        "worstRating": 1,
    }

    staff, hidden = (
        await site.person(is_staff=True),
        await stored_review(site.storage, session, stars=1, text="Zugzwang!"),
    )
    await staff.post(f"/api/admin/reviews/{hidden.id}/hide/", {"reason": "Insults the creator."})
    after = await structured(site, session.id)
    assert (after["aggregateRating"]["reviewCount"], after["aggregateRating"]["ratingValue"]) == (2, 4.5)
    assert "Zugzwang" not in str(after)


async def test_event_says_where_as_far_as_anyone_may_know(site: Api) -> None:
    creator = await site.creator()
    point = Coordinates(latitude=40.41678, longitude=-3.70379)
    private = {"place": "Madrid", "address": "Calle Mayor 1", "coordinates": point, "join_url": "https://a.test/room"}
    expected = {
        "in_person": {
            "@type": "Place",
            "name": "Madrid",
            "address": "Madrid",
            "geo": {"@type": "GeoCoordinates", "latitude": 40.42, "longitude": -3.7},
        },
        "online": {"@type": "VirtualLocation"},
        "at_yours": None,
    }
    for hours, (kind, location) in enumerate(expected.items()):
        session = await site.session(creator, format=kind, **private)
        opened = {"starts": f"{9 + 4 * hours:02}:00", "ends": f"{12 + 4 * hours}:00"}
        week = [{"weekday": day, **opened} for day in range(1, 8)]
        await creator.put(f"/api/sessions/{session.id}/schedule/", {"weekly": week})

        data = await structured(site, session.id)

        if data.get("location", {}).get("@type") == "VirtualLocation":
            assert data["location"].pop("url") == data["url"]
        assert (data["@type"], data.get("location")) == ("Event", location)
        assert "Calle Mayor" not in str(data)
        assert "room" not in str(data)


async def test_session_by_arrangement_is_a_service(site: Api) -> None:
    session = await site.session()

    data = await structured(site, session.id)

    assert (data["@type"], data["provider"]["@type"]) == ("Service", "Person")
    assert data["offers"]["availability"] == "https://schema.org/InStock"


@pytest.mark.parametrize("changes", [{"status": "inactive"}, {"archived_at": TOMORROW}, {"hidden_at": TOMORROW}])
async def test_page_of_a_session_that_is_not_listed_tells_nothing(site: Api, changes: dict[str, Any]) -> None:
    session = await site.session(**changes)

    response = await ask(site, f"/sessions/{session.id}")

    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["x-robots-tag"] == "noindex"


async def test_owner_reads_the_same_page_as_everyone(site: Api) -> None:
    creator = await site.creator()
    session = await site.session(creator, status="inactive")

    response = await ask(site, f"/sessions/{session.id}", **creator.headers)

    assert response.text == PAGE


async def test_page_is_revalidated_by_its_tag(site: Api) -> None:
    session = await site.session()
    path = f"/sessions/{session.id}"
    first = await ask(site, path)

    unchanged = await ask(site, path, if_none_match=first.headers["etag"])

    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_description_is_cut_after_a_word() -> None:
    assert summary_of("a  short\n text") == "a short text"
    assert summary_of("word " * 100) == f"{'word ' * (MAX_DESCRIPTION // 5)}".strip() + "…"
    assert summary_of("x" * 300) == "x" * MAX_DESCRIPTION + "…"
