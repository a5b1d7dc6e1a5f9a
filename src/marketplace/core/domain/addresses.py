"""Absolute addresses. Their only source is the setting `public_url`, never a request: clients choose its host."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote
from uuid import UUID

CREATORS = "creators-"
"""The name of a sitemap of creators begins with it."""


@dataclass(frozen=True, slots=True)
class SiteAddresses:
    """Addresses of pages and of the API. `root` has no slash at its end."""

    root: str

    def session(self, session_id: UUID) -> str:
        return f"{self.root}/sessions/{session_id}"

    def creator(self, username: str) -> str:
        return f"{self.root}/creators/{quote(username, safe='')}"

    def of_path(self, path: str) -> str:
        """Return the address of a path on the site, which begins with a slash."""
        return f"{self.root}{path}"

    def sitemaps(self) -> str:
        return f"{self.root}/sitemap.xml"

    def sitemap(self, week: date) -> str:
        """Return the sitemap of the sessions created in the week of this Monday."""
        return f"{self.root}/sitemaps/{week.isoformat()}.xml"

    def sitemap_of_creators(self, week: date) -> str:
        """Return the sitemap of the creators of these sessions."""
        return f"{self.root}/sitemaps/{CREATORS}{week.isoformat()}.xml"

    def own_bookings(self) -> str:
        return f"{self.root}/dashboard"

    def attendees(self, session_id: UUID) -> str:
        """Return the page on which a creator sees the bookings of a session."""
        return f"{self.root}/creator/bookings?session={session_id}"

    def calendar_feed(self, token: str) -> str:
        return f"{self.root}/api/calendar/{token}.ics"
