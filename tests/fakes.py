"""Fast fakes for time, hashing and signatures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.core.domain.pictures import AVATAR_WIDTH, EncodedPicture, widths_of
from marketplace.core.domain.share_cards import ShareCard
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from marketplace.core.errors.pictures import DamagedPicture, PicturesBusy

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
"""A Monday morning."""


@dataclass(slots=True)
class MovableClock:
    """A clock that stands still until a test advances it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> datetime:
        self.at += by
        return self.at


class FreshIds:
    """Generates real ids."""

    def new(self) -> UUID:
        return uuid7()


@dataclass(slots=True)
class CountedIds:
    """Generates the same ids each time."""

    last: int = 1_000_000

    def new(self) -> UUID:
        self.last += 1
        return UUID(int=self.last)


@dataclass(slots=True)
class KnownZones:
    """Zone data of an earlier release: these zones, by name."""

    zones: dict[str, tzinfo] = field(default_factory=dict)

    def find(self, name: str) -> tzinfo | None:
        return self.zones.get(name)


class NamedEncoder:
    """Makes versions that name the upload, a picture of 900 to 600 pixels. An upload of `damaged` is refused."""

    async def encode(self, upload: bytes) -> EncodedPicture:
        if upload == b"damaged":
            raise DamagedPicture
        return self._versions(upload, "webp", 900, 600)

    async def encode_avatar(self, upload: bytes) -> EncodedPicture:
        await self.encode(upload)
        return self._versions(upload, "webp", AVATAR_WIDTH, AVATAR_WIDTH)

    async def encode_avif(self, largest: bytes) -> EncodedPicture:
        return self._versions(largest, "avif", 900, 600)

    def _versions(self, upload: bytes, form: str, width: int, height: int) -> EncodedPicture:
        widths = (width,) if width == AVATAR_WIDTH else widths_of(width)
        files = {each: b"%d %s of " % (each, form.encode()) + upload for each in widths}
        return EncodedPicture(width=width, height=height, files=files)


class NamedCards:
    """Draws cards that name the session and its picture. With `is_busy`, it draws none."""

    def __init__(self) -> None:
        self.is_busy = False

    async def draw(self, card: ShareCard, read_picture: Callable[[], Awaitable[bytes | None]]) -> bytes:
        if self.is_busy:
            raise PicturesBusy
        return f"{card.title}: ".encode() + (await read_picture() or b"no picture")


@dataclass(slots=True)
class PlainPasswords:
    """Readable hashes: the scheme and the password. A hash of another scheme needs a rehash."""

    scheme: str = "plain"
    blocked: frozenset[str] = frozenset({"password1", "letmein99"})
    breached: frozenset[str] = frozenset({"stolen-elsewhere"})

    async def hash(self, password: str) -> str:
        return f"{self.scheme}:{password}"

    async def verify(self, password: str, password_hash: str | None) -> bool:
        return password_hash is not None and password_hash.partition(":")[2] == password

    def needs_rehash(self, password_hash: str) -> bool:
        return not password_hash.startswith(f"{self.scheme}:")

    def common(self, minimum: int) -> tuple[str, ...]:
        return tuple(each for each in sorted(self.blocked) if len(each) >= minimum)

    def is_common(self, password: str) -> bool:
        return password.casefold() in self.blocked

    def is_breached(self, password: str) -> bool:
        return password in self.breached


@dataclass(slots=True)
class NumberedAccessTokens:
    """Access tokens that are sequence numbers of the issued claims."""

    ttl: timedelta = timedelta(days=1)
    issued: list[tuple[Claims, datetime]] = field(default_factory=list)

    def issue(self, claims: Claims, now: datetime, at_most: timedelta | None = None) -> str:
        self.issued.append((claims, now + min(self.ttl, at_most or self.ttl)))
        return str(len(self.issued) - 1)

    def read(self, token: str, now: datetime) -> Claims:
        if not token.isdecimal() or int(token) >= len(self.issued):
            raise NotSignedIn
        claims, expires_at = self.issued[int(token)]
        if expires_at <= now:
            raise NotSignedIn
        return claims
