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
    preloaded = await visitor.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(({ initiatorType, name }) => initiatorType === 'link' && name.includes('/pictures/'))"
        ".map(({ name }) => name)"
    )
    assert preloaded == [await shown.evaluate("image => image.currentSrc")]
    await expect(visitor.get_by_role("button", name="Show photo 2 of 2")).to_be_visible()
    assert await findings(visitor, "gallery") == []


async def test_photos_chosen_for_a_new_session_are_uploaded_when_it_is_saved_and_a_refused_one_is_named(
    site: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    creator = await account(site, "creator", "Odile")
    files = {"loaf.jpg": a_picture((900, 600)), "letter.jpg": b"no picture", "crumb.png": a_picture((800, 600), "PNG")}
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    page = await open_page("/", "phone")
    await creator.sign_in(page)
    await page.goto("/creator/sessions/new")
    await expect(page.get_by_text("Unsaved changes")).to_be_hidden()
    await page.get_by_label("Title").fill("Bread from yesterday")
    await page.get_by_label("Description").fill("Flour, water, salt and a night.")
    await page.get_by_label("Price per seat").fill("20")
    await page.get_by_test_id("picture-files").set_input_files([tmp_path / "crumb.png"] * 7)
    await expect(page.get_by_text("A session has at most 6 photos")).to_be_visible()
    for _ in range(6):
        await page.get_by_role("button", name="Remove crumb.png").first.click()
    await page.get_by_test_id("picture-files").set_input_files([tmp_path / name for name in files])
    await expect(page.get_by_role("list", name="Chosen photos").get_by_role("listitem")).to_have_count(3)
    assert await findings(page, "chosen photos") == []
    await page.get_by_role("switch", name="Show in the catalog").click()

    await page.get_by_role("button", name="Save and set times").click()

    await expect(page.get_by_text("“Bread from yesterday” is in the catalog.")).to_be_visible()
    await expect(page.get_by_text("This photo wasn't added: letter.jpg.")).to_be_visible()
    await page.get_by_role("tab", name="Details").click()
    await expect(page.get_by_role("alert").filter(has_text="JPEG, PNG, WebP")).to_be_visible()
    await expect(page.get_by_label("What photo 2 shows")).to_be_visible()
    session_id = page.url.split("/sessions/")[1].split("/")[0]
    saved = await creator.call_api("GET", f"/api/sessions/{session_id}/")
    assert (saved["title"], saved["status"], len(saved["pictures"])) == ("Bread from yesterday", "active", 2)


async def test_reload_of_a_new_session_keeps_its_texts_and_says_which_photos_it_lost(
    site: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    creator = await account(site, "creator", "Ines")
    (tmp_path / "loaf.jpg").write_bytes(a_picture((900, 600)))
    page = await open_page()
    await creator.sign_in(page)
    await page.goto("/creator/sessions/new")
    await page.get_by_label("Title").fill("Bread from yesterday")
    await page.get_by_test_id("picture-files").set_input_files(tmp_path / "loaf.jpg")
    await expect(page.get_by_role("list", name="Chosen photos")).to_be_visible()

    page.once("dialog", lambda dialog: dialog.accept())
    await page.reload()

    await expect(page.get_by_label("Title")).to_have_value("Bread from yesterday")
    await expect(page.get_by_text("A reload can't keep photos. Choose yours again: loaf.jpg.")).to_be_visible()


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
