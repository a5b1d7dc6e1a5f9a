"""Accounts created over the API, so that a browser test starts at the step it is about."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
from playwright.async_api import Page, expect

from postgres.servers import Server

PASSWORD = "a seat by the window"
HAS_LOGIN = "marketplace.signed-in"
"""What a page reads to know that its browser has a login (frontend/src/lib/auth/login.ts)."""
PRINCIPAL_KEPT = 0.6
"""Seconds after which a process looks a login up again."""
_numbers = count(1)


def fresh(name: str) -> str:
    """Return this name with a number that no other test has, nor an earlier run of the same test."""
    return f"{name}{next(_numbers)}"


@dataclass(frozen=True, slots=True)
class Account:
    """A user who can sign in on the page and call the API."""

    site: Server
    email: str
    name: str
    access: str

    async def call_api(self, method: str, path: str, **body: Any) -> Any:
        """Return the body of the API's response, which must be a success."""
        headers = {"Authorization": f"Bearer {self.access}"}
        response = await self.site.client.request(method, path, headers=headers, json=body or None)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def sign_in(self, page: Page) -> None:
        """Sign in the browser of this page, as the login page does; what is opened from then on is signed in."""
        credentials = {"email": self.email, "password": PASSWORD, "use_cookie": True}
        signed_in = await page.context.request.post("/api/auth/login/", data=credentials)
        assert signed_in.ok, await signed_in.text()
        await page.evaluate("name => localStorage.setItem(name, '1')", HAS_LOGIN)


async def fill_sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in and submit the login form on whichever page it appears."""
    await page.get_by_role("textbox", name="Email").fill(email)
    await page.get_by_role("textbox", name="Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def account(
    site: Server, role: str = "user", first_name: str = "Ada", time_zone: str | None = "Europe/Berlin"
) -> Account:
    """Register a new user. A time zone takes a request more, while the access token is valid."""
    number = next(_numbers)
    credentials = {"email": f"{first_name.lower()}{number}@example.org", "password": PASSWORD}
    person = {"username": f"{first_name}{number}", "first_name": first_name, "last_name": f"No{number}", "role": role}
    (await site.client.post("/api/auth/register/", json=credentials | person)).raise_for_status()
    access = (await site.client.post("/api/auth/login/", json=credentials)).json()["access"]
    created = Account(site, credentials["email"], f"{first_name} No{number}", access)
    if time_zone:
        await created.call_api("PATCH", "/api/auth/profile/", time_zone=time_zone)
    return created


async def session(creator: Account, **changes: Any) -> dict[str, Any]:
    """Create a session by arrangement."""
    defaults = {
        "title": f"Bread for beginners {next(_numbers)}",
        "description": "We mix, wait, fold and bake.\n\nBring an apron.",
        "duration": 60,
        "price": "24.50",
        "max_participants": 4,
        "category": "cooking",
    }
    created: dict[str, Any] = await creator.call_api("POST", "/api/sessions/", **defaults | changes)
    return created


async def scheduled_session(creator: Account, **changes: Any) -> dict[str, Any]:
    """Create a session at 10:00 and 14:00 of every day, in the creator's time zone."""
    created = await session(creator, **changes)
    hours = [("10:00", "11:00"), ("14:00", "15:00")]
    weekly = [{"weekday": day, "starts": starts, "ends": ends} for day in range(1, 8) for starts, ends in hours]
    await creator.call_api("PUT", f"/api/sessions/{created['id']}/schedule/", time_zone="Europe/Berlin", weekly=weekly)
    return created


async def free_starts(creator: Account, session_id: str) -> list[str]:
    """Return the bookable starts from tomorrow on, soonest first."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    window = {"from": tomorrow.isoformat(), "to": (tomorrow + timedelta(days=30)).isoformat()}
    response = await creator.site.client.get(f"/api/sessions/{session_id}/slots/", params=window)
    return [slot["starts_at"] for slot in response.raise_for_status().json()]


async def expect_text(page: Page, text: str) -> None:
    """Expect the page to show this text."""
    await expect(page.get_by_text(text).first).to_be_visible()


async def age_logins(database: str) -> None:
    """Make every login an hour older, so that people have to prove again who they are."""
    connection = await asyncpg.connect(database)
    await connection.execute(
        "UPDATE token_families SET (created_at, proved_at) = (created_at - $1::interval, proved_at - $1::interval)",
        timedelta(hours=1),
    )
    await connection.close()
    await asyncio.sleep(PRINCIPAL_KEPT)
