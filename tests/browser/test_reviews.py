"""Reviews, from the form of a learner to the decision of staff."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from playwright.async_api import expect

from browser.accounts import Account, account, fresh, session
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode
from browser.staff import staff_member
from builders import stored_booking
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from postgres.servers import Server


async def attended(database: str, session_id: str, learner: Account) -> str:
    """Store a booking that was completed yesterday, which no request can make."""
    pool = await connect(database, PoolLimits())
    storage, yesterday = postgres_storage(pool), datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    found = await storage.catalog.find(UUID(session_id), yesterday)
    assert found is not None
    person = UUID((await learner.call_api("GET", "/api/auth/profile/"))["id"])
    booking = await stored_booking(storage, found, person, starts_at=yesterday, status="completed")
    await pool.close()
    return str(booking.id)


async def test_learner_reviews_creator_answers_and_staff_hide(site: Server, database: str, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site)
    staff = await staff_member(site, database)
    created = await session(creator, title=fresh("Bread that rises "))
    await attended(database, created["id"], learner)

    page = await open_page("/", "phone")
    await learner.sign_in(page)
    await page.goto("/dashboard?tab=past")
    await page.get_by_role("link", name="Write a review").click()
    await page.get_by_role("button", name="Publish review").click()
    await expect(page.get_by_text("Choose 1 to 5 stars.")).to_be_visible()
    await page.get_by_role("radio", name="4 of 5 stars").check(force=True)
    await page.get_by_role("textbox", name="Your review").fill("Warm bread.\n\nWarm host.")
    found = await findings_by_mode(page, "review-form-phone", is_dark_too=True)
    await page.get_by_role("button", name="Publish review").click()
    await expect(page.get_by_role("heading", name="Your review")).to_be_visible()

    page = await open_page("/", "desktop")
    await creator.sign_in(page)
    await page.goto(f"/sessions/{created['id']}")
    reviews = page.get_by_role("region", name="Reviews")
    await reviews.get_by_role("button", name="Answer the review by Ada N.").click()
    await page.get_by_role("textbox", name="Your answer").fill("Come again!")
    await page.get_by_role("button", name="Publish answer").click()
    await expect(reviews.get_by_text("Come again!")).to_be_visible()
    found += await findings_by_mode(page, "reviews-desktop", is_dark_too=True)
    await reviews.get_by_role("button", name="Report the review").click()
    await page.get_by_role("radio", name="It's offensive").check()
    await page.get_by_role("button", name="Send report").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    page = await open_page("/?sort=rating", "phone")
    await expect(page.get_by_text("4.0 of 5, 1 review")).to_be_attached()
    found += await findings_by_mode(page, "best-rated-phone", is_dark_too=True)
    await page.goto(f"/sessions/{created['id']}")
    await expect(page.get_by_text("Warm host.")).to_be_visible()
    found += await findings_by_mode(page, "reviews-phone", is_dark_too=True)

    page = await open_page("/", "desktop")
    await staff.sign_in(page)
    await page.goto("/admin/reviews")
    await expect(page.get_by_text("Warm host.")).to_be_visible()
    found += await findings_by_mode(page, "admin-reviews-desktop", is_dark_too=True)
    await page.get_by_role("button", name="Hide review").click()
    await page.get_by_role("textbox").fill("It names a neighbour.")
    await page.get_by_role("dialog").get_by_role("button", name="Hide review").click()
    await expect(page.get_by_text("No reported reviews")).to_be_visible()
    await page.goto(f"/sessions/{created['id']}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("region", name="Reviews")).to_have_count(0)
    assert found == []
