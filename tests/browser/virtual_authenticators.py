"""Virtual authenticators of Chromium, and people with passkeys."""

from typing import Any

from playwright.async_api import CDPSession, Page, expect

from browser.accounts import Account
from browser.conftest import OpenPage

SECURITY = "/profile/security#passkeys"


class VirtualAuthenticator:
    """A platform authenticator of one page."""

    def __init__(self, session: CDPSession, number: str) -> None:
        self._session = session
        self._number = number

    @classmethod
    async def of(cls, page: Page, *, verifies: bool = True) -> "VirtualAuthenticator":
        """Add one whose user is present, and verified if it `verifies`."""
        session = await page.context.new_cdp_session(page)
        await session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(session, added["authenticatorId"])

    async def verify(self, *, verifies: bool) -> None:
        values = {"authenticatorId": self._number, "isUserVerified": verifies}
        await self._session.send("WebAuthn.setUserVerified", values)

    async def credentials(self) -> list[dict[str, Any]]:
        found = await self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._number})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials


async def with_passkey(person: Account, open_page: OpenPage, **options: Any) -> tuple[Page, VirtualAuthenticator]:
    """Open the security page of a person, and add a passkey there."""
    page = await open_page("/", **options)
    await person.sign_in(page)
    authenticator = await VirtualAuthenticator.of(page)
    await page.goto(SECURITY)
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_text("Your passkey was added.")).to_be_visible()
    return page, authenticator
