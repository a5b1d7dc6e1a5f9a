"""The head of a creator's page, read by an HTML parser."""

import json
from urllib.parse import quote

from fakes import NOW
from http_api import Api, as_json
from http_site import PAGE, ask
from page_heads import head_of

TEXT = '</title></script><script>alert("1")</script><!-- & \'"'


async def test_page_of_a_creator_is_a_profile_with_preview_and_address(site: Api) -> None:
    creator = await site.creator(username="Élena+b@x", first_name="Elena", last_name="Rossi", languages=("it", "en"))
    await creator.patch("/api/auth/profile/", {"bio": "I bake.\n\nSince 2009."})
    avatar = (await creator.send("POST", "/api/auth/avatar/", files={"file": b"a face"})).json()["avatar"]

    head = head_of(await ask(site, f"/creators/{quote('élena+B@x')}"))

    address, image = "http://localhost:8000/creators/%C3%89lena%2Bb%40x", f"http://localhost:8000{avatar}"
    assert head.title == "Elena Rossi · Sessions"
    assert head.links["canonical"] == head.metas["og:url"] == address
    assert head.metas["description"] == head.metas["og:description"] == "I bake. Since 2009."
    assert (head.metas["og:type"], head.metas["og:image"]) == ("profile", image)
    assert json.loads(head.scripts[0]) == {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "dateCreated": as_json(NOW),
        "mainEntity": {
            "@type": "Person",
            "name": "Elena Rossi",
            "alternateName": "Élena+b@x",
            "url": address,
            "description": "I bake.\n\nSince 2009.",
            "image": image,
            "knowsLanguage": ["it", "en"],
        },
    }


async def test_page_of_a_creator_who_says_nothing_has_their_name(site: Api) -> None:
    creator = await site.creator(first_name="", last_name="")

    head = head_of(await ask(site, f"/creators/{creator.user.username}"))

    assert head.metas["description"] == f"Sessions with {creator.user.username}"
    assert set(json.loads(head.scripts[0])["mainEntity"]) == {"@type", "name", "alternateName", "url"}


async def test_page_of_a_creator_without_listed_sessions_is_not_for_search_engines(site: Api) -> None:
    creator = await site.creator()
    path = f"/creators/{creator.user.username}"
    await site.session(creator, status="inactive")
    before = head_of(await ask(site, path))

    listed = await site.creator()
    await site.session(listed)
    after = head_of(await ask(site, f"/creators/{listed.user.username}"))

    assert before.metas["robots"] == "noindex"
    assert "robots" not in after.metas


async def test_texts_of_a_creator_cannot_end_their_element(site: Api) -> None:
    creator = await site.creator(first_name=TEXT, last_name="", bio=TEXT)

    response = await ask(site, f"/creators/{creator.user.username}")
    head = head_of(response)

    assert head.title == f"{TEXT} · Sessions"
    assert [json.loads(script)["mainEntity"]["description"] for script in head.scripts] == [TEXT]
    assert "<script>" not in response.text


async def test_page_of_learners_and_unknown_creators_is_not_listed(site: Api) -> None:
    learner = await site.person()

    for username in (learner.user.username, "nil", "x" * 300):
        response = await ask(site, f"/creators/{username}")
        assert (response.status_code, response.text) == (200, PAGE)
        assert response.headers["x-robots-tag"] == "noindex"
