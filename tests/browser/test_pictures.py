"""A creator adds photos on a phone, and a learner sees them; an avatar is cropped."""

from pathlib import Path

from playwright.async_api import expect

from browser.accounts import account, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings
from picture_files import a_picture
from postgres.servers import Server


async def test_creator_adds_photos_on_a_phone_and_a_learner_sees_them(
    site: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    creator = await account(site, "creator", "Elena")
    session = await scheduled_session(creator, title="Bread that rises")
    files = {"one.jpg": a_picture((3000, 2000)), "two.png": a_picture((800, 600), "PNG"), "letter.jpg": b"no picture"}
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    page = await open_page("/", "phone")
    await creator.sign_in(page)
    await page.goto(f"/creator/sessions/{session['id']}/edit")

    await page.get_by_test_id("picture-files").set_input_files([tmp_path / name for name in files])

    refused = page.get_by_role("alert").filter(has_text="JPEG, PNG, WebP")
    await expect(refused).to_be_visible()
    await expect(page.get_by_label("What photo 2 shows")).to_be_visible()
    await page.get_by_role("button", name="Move photo 2 earlier").press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Now photo 1 of 2.")).to_be_attached()
    first = page.get_by_label("What photo 1 shows, on your card")
    await first.fill("A loaf on a board")
    await first.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Description saved.")).to_be_attached()
    assert await findings(page, "pictures") == []
    await page.get_by_role("button", name="Dismiss letter.jpg").click()
    await expect(refused).to_be_hidden()

    visitor = await open_page("/", "desktop")
    await visitor.goto(f"/sessions/{session['id']}")
    shown = visitor.get_by_role("img", name="A loaf on a board")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    await expect(visitor.get_by_role("button", name="Show photo 2 of 2")).to_be_visible()
    assert await findings(visitor, "gallery") == []


async def test_avatar_is_cropped_by_keys_and_shown(site: Server, open_page: OpenPage, tmp_path: Path) -> None:
    learner = await account(site, first_name="Noor")
    (tmp_path / "face.jpg").write_bytes(a_picture((900, 600)))
    page = await open_page()
    await learner.sign_in(page)
    await page.goto("/profile")
    await page.get_by_test_id("avatar-file").set_input_files(tmp_path / "face.jpg")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Zoom").press("ArrowRight")
    assert await findings(page, "pictures") == []

    await dialog.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("button", name="Change photo")).to_be_visible()
    profile = await learner.call_api("GET", "/api/auth/profile/")
    assert profile["avatar"].startswith("/pictures/")
