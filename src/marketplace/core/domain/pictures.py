"""Pictures of sessions and people: sizes, addresses, and the record of their stored bytes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid5

from marketplace.core.domain.fields import Text, Whole
from marketplace.core.errors import NotFound
from marketplace.core.errors.pictures import TooManyPictures

MAX_PICTURES = 6
"""Per session."""
MAX_UPLOAD = 16 * 1024 * 1024
"""Bytes."""
MAX_MEGAPIXELS = 64
WIDTHS = (400, 800, 1280, 2000)
"""Pixels of the versions, for phones at one and two device pixels to banners."""
AVATAR_WIDTH = 256
"""Pixels; avatars are square."""
MAX_HEIGHT = 4_000
"""Pixels. Wider than high is the rule; a strip is reduced to this height."""
ACCEPTED = ("JPEG", "PNG", "WebP", "AVIF", "GIF", "TIFF")
"""Formats of uploads. Animated ones are refused."""
ENCODING = 1
"""Counts changes of the way pictures are encoded, which need other addresses: caches keep an address forever."""
UPLOAD_GRACE = timedelta(hours=1)
"""From the last sign of life of an upload until its bytes count as abandoned, and from the removal of a picture until
its bytes are deleted: pages that were loaded before still show it."""
DELETION_LEASE = timedelta(minutes=15)
"""How long a sweep that claimed a picture may take to delete its bytes, before an upload takes the picture over."""

PictureFormat = Literal["avif", "webp"]
PictureKind = Literal["session", "avatar"]
Upload = bytes | bytearray
"""A file as it arrived. Megabytes are not copied to be immutable: the event loop would wait for milliseconds."""
StoreState = Literal["asked", "done", "refused", "unknown", "deleting"]
"""Of the bytes: being stored, stored, refused by the store, sent without an answer, or being deleted by a sweep."""
AltText = Annotated[
    str, Text(0, 300, example="A pot of soup on a stove.", description="What it shows, for those who can't see it.")
]
Position = Annotated[int, Whole(1, MAX_PICTURES, example=1, description="From 1; cards show the first picture.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSource:
    """The versions of a picture in one format: the `srcset` of HTML, and the size of the largest, in pixels."""

    type: str
    srcset: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a session. `width` and `height` are those of its largest version, in pixels."""

    id: UUID
    alt: str
    width: int
    height: int
    has_avif: bool = False
    """Whether it is stored as AVIF, too, which takes longer than an upload may."""

    @property
    def sources(self) -> tuple[PictureSource, ...]:
        """The formats in which it is stored, the smallest first."""
        formats: tuple[PictureFormat, ...] = ("avif", "webp") if self.has_avif else ("webp",)
        return tuple(self._source(each) for each in formats)

    def _source(self, kind: PictureFormat) -> PictureSource:
        srcset = ", ".join(f"{address_of(self.id, width, kind)} {width}w" for width in widths_of(self.width))
        return PictureSource(type=f"image/{kind}", srcset=srcset, width=self.width, height=self.height)

    def __str__(self) -> str:
        """Return what the audit log keeps."""
        return f"{self.id} {self.alt}".rstrip()


Pictures = tuple[Picture, ...]


def widths_of(width: int) -> tuple[int, ...]:
    """Return the widths in which a picture is stored whose largest version is `width` pixels wide."""
    return (*(each for each in WIDTHS if each < width), width)


def largest_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of the largest version of an upload of this size: never enlarged, within both bounds."""
    scale = min(1.0, WIDTHS[-1] / width, MAX_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def picture_id(owner_id: UUID, upload: Upload) -> UUID:
    """Return the ID of an upload: by its content and owner, so that a repeated upload is the same picture."""
    return uuid5(owner_id, f"{ENCODING} {hashlib.sha256(upload).hexdigest()}")


def key_of(found: UUID, width: int, kind: PictureFormat) -> str:
    """Return the name of one version in the object store."""
    return f"{found}/{width}.{kind}"


def address_of(found: UUID, width: int, kind: PictureFormat = "webp") -> str:
    """Return the path of one version on the site."""
    return f"/pictures/{key_of(found, width, kind)}"


def avatar_address(found: UUID) -> str:
    """Return the path of an uploaded avatar."""
    return address_of(found, AVATAR_WIDTH)


def uploaded_avatar(address: str | None) -> UUID | None:
    """Return the ID of the uploaded picture that this avatar is, or `None` if it is not one."""
    parts = (address or "").split("/")
    try:
        found = UUID(parts[2])
    except (IndexError, ValueError):
        return None
    return found if avatar_address(found) == address else None


def with_picture(pictures: Pictures, picture: Picture) -> Pictures:
    """Add a picture at the end, unless it is there. Raises `TooManyPictures`."""
    if any(each.id == picture.id for each in pictures):
        return pictures
    if len(pictures) >= MAX_PICTURES:
        raise TooManyPictures
    return (*pictures, picture)


def without_picture(pictures: Pictures, found: UUID) -> Pictures:
    """Remove a picture. Raises `NotFound`."""
    _find(pictures, found)
    return tuple(each for each in pictures if each.id != found)


def changed_picture(pictures: Pictures, found: UUID, changes: Mapping[str, Any]) -> Pictures:
    """Change `alt`, and move a picture to `position`, at most the last. Raises `NotFound`."""
    picture = _find(pictures, found)
    index = changes.get("position", pictures.index(picture) + 1) - 1
    others = [each for each in pictures if each.id != found]
    others.insert(index, replace(picture, alt=changes.get("alt", picture.alt)))
    return tuple(others)


def with_avif(pictures: Pictures, found: UUID) -> Pictures:
    """Say that a picture is stored as AVIF, too, if it is still there."""
    return tuple(replace(each, has_avif=True) if each.id == found else each for each in pictures)


def _find(pictures: Sequence[Picture], found: UUID) -> Picture:
    for each in pictures:
        if each.id == found:
            return each
    raise NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPicture:
    """The versions of an upload by width, and the size of the largest, in pixels."""

    width: int
    height: int
    files: Mapping[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecord:
    """What is known about the stored bytes of a picture, written before the first of them.

    `touched_at` is the last sign of life. With `removed_at`, its session or person no longer has it.
    """

    id: UUID
    owner_id: UUID
    kind: PictureKind
    state: StoreState
    created_at: datetime
    touched_at: datetime
    removed_at: datetime | None = None

    def settled(self, state: StoreState, now: datetime) -> Self:
        """Record the outcome of storing the bytes."""
        return replace(self, state=state, touched_at=now)

    def removed(self, now: datetime) -> Self:
        """Record that the picture is no longer shown."""
        return replace(self, removed_at=now, touched_at=now)

    def asked_again(self, now: datetime) -> Self:
        """Record that the bytes are asked for again; stored bytes stay `done`, and a sweep keeps its claim."""
        if self.state == "deleting" and self.touched_at > now - DELETION_LEASE:
            return self
        return self.settled("done" if self.state == "done" else "asked", now)

    def is_kept(self) -> bool:
        """Return whether its bytes are kept."""
        return self.state == "done" and self.removed_at is None


def ids_in(keys: Sequence[str]) -> Iterator[UUID | None]:
    """Yield the picture that each name in the object store belongs to, `None` for a foreign name."""
    for key in keys:
        try:
            yield UUID(key.partition("/")[0])
        except ValueError:
            yield None
