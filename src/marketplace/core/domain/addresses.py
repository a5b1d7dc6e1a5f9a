"""Absolute addresses. Their only source is the setting `public_url`, never a request: clients choose its host."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit
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

    def provider_callback(self, provider: str) -> str:
        """Return where an identity provider sends the browser back to."""
        return f"{self.root}/api/auth/oidc/{provider}/callback/"

    def own_bookings(self) -> str:
        return f"{self.root}/dashboard"

    def booking(self, booking_id: UUID) -> str:
        """Return the page on which a learner sees a booking, with its payment."""
        return f"{self.root}/dashboard?booking={booking_id}"

    def waiting(self) -> str:
        """Return where a person sees what they wait for, and accepts an offer."""
        return f"{self.root}/dashboard#waiting"

    def pay(self, booking_id: UUID) -> str:
        """Return the page on which a learner pays for a booking."""
        return f"{self.root}/bookings/{booking_id}/pay"

    def review(self, booking_id: UUID) -> str:
        """Return the page on which a learner reviews a completed booking."""
        return f"{self.root}/bookings/{booking_id}/review"

    def reviews(self, session_id: UUID) -> str:
        """Return the place on a session's page where its reviews are."""
        return f"{self.session(session_id)}#reviews"

    def attendees(self, session_id: UUID) -> str:
        """Return the page on which a creator sees the bookings of a session."""
        return f"{self.root}/creator/bookings?session={session_id}"

    def conversation(self, booking_id: UUID, *, as_creator: bool) -> str:
        """Return the page on which a party of a booking reads and writes messages."""
        page = "creator/bookings" if as_creator else "dashboard"
        return f"{self.root}/{page}?booking={booking_id}{'' if as_creator else '&write=true'}"

    def unsubscribe(self, token: str) -> str:
        """Return the page whose button ends mail of one kind."""
        return f"{self.root}/unsubscribe/{token}"

    def one_click_unsubscribe(self, token: str) -> str:
        """Return the address to which mail programs post (RFC 8058)."""
        return f"{self.root}/api/unsubscribe/{token}"

    def verify_email(self, token: str) -> str:
        """Return the page that verifies or changes an address; the fragment never reaches a server or a referrer."""
        return f"{self.root}/verify-email#{token}"

    def reset_password(self, token: str) -> str:
        return f"{self.root}/reset-password#{token}"

    def devices(self) -> str:
        """Return the page on which a person sees where they are signed in."""
        return f"{self.root}/profile/security#devices"

    def api_keys(self) -> str:
        """Return the page on which a person sees and revokes their API keys."""
        return f"{self.security()}#api-keys"

    def security(self) -> str:
        """Return the page on which a person sees how they sign in."""
        return f"{self.root}/profile/security"

    def contact(self) -> str:
        return f"{self.root}/texts/contact"

    @property
    def host(self) -> str:
        return urlsplit(self.root).hostname or "localhost"

    def calendar_feed(self, token: str) -> str:
        return f"{self.root}/api/calendar/{token}.ics"
