"""What a learner and a creator come for, on a phone, from the first tap to the last."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from browser.accounts import Account, account, expect_text, fresh, scheduled_session
from browser.conftest import OpenPage
from picture_files import a_picture
from postgres.servers import Server

MAX_TAPS = 24
JOIN_URL = "https://meet.example.org/the-zither-room"


@pytest.fixture(scope="module")
async def creator(site: Server) -> Account:
    return await account(site, "creator", "Zora")


async def with_photos(creator: Account, session: dict[str, Any]) -> None:
    """Upload two photos of a session."""
    headers = {"Authorization": f"Bearer {creator.access}"}
    for number, seed in enumerate((0, 200), 1):
        response = await creator.site.client.post(
            f"/api/sessions/{session['id']}/pictures/",
            headers=headers,
            files={"file": ("photo.jpg", a_picture((600, 400), seed=seed), "image/jpeg")},
            data={"alt": f"Photo {number} of a zither"},
        )
        assert response.status_code == 201, response.text


async def test_learner_finds_by_suggestion_sees_photos_books_a_date_and_gets_the_join_link(
    site: Server, creator: Account, open_page: OpenPage
) -> None:
    title = fresh("Zithers at night ")
    session = await scheduled_session(creator, title=title, format="online", join_url=JOIN_URL)
    await with_photos(creator, session)
    learner = await account(site, first_name="Lin")
    page = await open_page("/", "phone")
    await learner.sign_in(page)
    await page.goto("/")

    search = page.get_by_role("combobox").first
    await expect(search).to_be_editable()
    await search.press_sequentially("zithers at")
    await page.get_by_role("listbox", name="Suggestions").get_by_role("option", name=re.compile(title)).click()
    await expect(page.get_by_role("img", name="Photo 1 of a zither")).to_be_visible()
    await page.get_by_role("button", name="Show photo 2 of 2").click()
    await expect(page.get_by_role("img", name="Photo 2 of a zither")).to_be_visible()
    await expect(page.get_by_text(JOIN_URL)).to_have_count(0)

    await page.get_by_role("button", name="Choose a time").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("radio").first.check(force=True)
    await sheet.get_by_role("button", name="Book", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    await expect(page.get_by_role("link", name="Join online").first).to_have_attribute("href", JOIN_URL)

    await page.goto("/dashboard")
    await expect(page.get_by_role("link", name="Join online").first).to_have_attribute("href", JOIN_URL)
    [booking] = await learner.call_api("GET", "/api/bookings/")
    headers = {"Authorization": f"Bearer {learner.access}"}
    calendar = await site.client.get(f"/api/bookings/{booking['id']}/calendar.ics", headers=headers)
    assert JOIN_URL in calendar.text.replace("\r\n ", "")
    assert site.failures() == []


async def test_creator_sets_up_tuesdays_at_18_with_two_photos_in_under_25_taps(
    site: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    creator = await account(site, "creator", "Bela")
    photos = [tmp_path / "one.jpg", tmp_path / "two.jpg"]
    for seed, photo in zip((0, 200), photos, strict=True):
        photo.write_bytes(a_picture((900, 600), seed=seed))
    page = await open_page("/", "phone")
    await creator.sign_in(page)
    taps = Taps()

    await page.goto("/creator")
    await taps.tap(page.get_by_role("link", name=re.compile("New session|Offer your first session")).first)
    await taps.fill(page.get_by_label("Title"), fresh("Zither workshop "))
    await taps.fill(page.get_by_label("Description"), "Strings, wood and patience.")
    await taps.fill(page.get_by_label("Price per seat"), "30")
    await taps.fill(page.get_by_label("Seats per start"), "6")
    await page.get_by_test_id("picture-files").set_input_files(photos)
    taps.add(2)  # to open the camera roll and to confirm both photos
    await taps.tap(page.get_by_role("button", name="Save and set times"))
    await taps.tap(page.get_by_text("A class at fixed starts"))
    await taps.tap(page.get_by_role("checkbox", name="Tuesday"))
    await taps.fill(page.get_by_label("Start 1", exact=True), "18:00")
    await taps.tap(page.get_by_role("button", name="Save and publish"))
    await expect_text(page, "Saved and published in the catalog.")
    await taps.tap(page.get_by_role("tab", name="Details"))
    await expect(page.get_by_label("What photo 2 shows")).to_be_visible()

    assert taps.made <= MAX_TAPS
    session_id = page.url.split("/sessions/")[1].split("/")[0]
    saved = await creator.call_api("GET", f"/api/sessions/{session_id}/")
    schedule = await creator.call_api("GET", f"/api/sessions/{session_id}/schedule/")
    assert (saved["status"], len(saved["pictures"])) == ("active", 2)
    assert [(each["weekday"], each["starts"]) for each in schedule["weekly"]] == [(2, "18:00")]
    assert site.failures() == []


class Taps:
    """Counts taps. Text is typed after a tap on its field."""

    def __init__(self) -> None:
        self.made = 0

    def add(self, number: int) -> None:
        self.made += number

    async def tap(self, part: Locator) -> None:
        await part.tap()
        self.made += 1

    async def fill(self, field: Locator, text: str) -> None:
        await self.tap(field)
        await field.fill(text)
