"""Encoding pictures, storing their bytes, and the records of what is stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.pictures import EncodedPicture, PictureRecord, Upload


class PictureEncoder(Protocol):
    """Decodes and encodes pictures without delaying other work of the process.

    What an upload has besides its pixels is dropped: EXIF, comments, colour profile (applied: the result is sRGB), and
    orientation (applied).
    """

    async def encode(self, upload: Upload) -> EncodedPicture:
        """Return the versions of an upload as WebP, by `largest_size` and `widths_of`.

        Raises `PictureTooLarge` before decoding, `UnsupportedPicture`, `AnimatedPicture`, `DamagedPicture`,
        `PicturesBusy`.
        """
        ...

    async def encode_avatar(self, upload: Upload) -> EncodedPicture:
        """Return the centre of an upload as one square WebP of `AVATAR_WIDTH`. Raises as `encode`."""
        ...

    async def encode_avif(self, largest: bytes) -> EncodedPicture:
        """Return the versions of the largest WebP of a picture as AVIF. Raises as `encode`."""
        ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The name of stored bytes, and when they were written, by the store's clock."""

    key: str
    written_at: datetime


class ObjectStore(Protocol):
    """Bytes by name: `{picture}/{version}`. Every method raises `StoreRefused` or `StoreUnknown`.

    What is stored under a name never changes, so storing it again is harmless, and a reader sees all of it or nothing.
    """

    async def put(self, key: str, body: bytes) -> None:
        """Store bytes; once this returns they survive a crash."""
        ...

    async def get(self, key: str) -> bytes | None:
        """Return the bytes, or `None` if there are none of this name."""
        ...

    async def delete(self, picture: UUID) -> None:
        """Delete every object of a picture, and what an interrupted `put` left. Idempotent."""
        ...

    async def list(self, after: str, limit: int) -> Sequence[StoredObject]:
        """Return up to `limit` objects whose names follow `after`, in order of their names."""
        ...


class PictureRecords(Protocol):
    """Records of stored bytes, within a transaction. Acquire the session or person first."""

    async def begin(self, record: PictureRecord) -> PictureRecord:
        """Insert a record, or touch the one that is there: its bytes are asked for again. Return it, locked.

        A record of stored bytes stays `done`; one that a sweep claimed less than `DELETION_LEASE` ago stays `deleting`.
        """
        ...

    async def acquire(self, picture: UUID) -> PictureRecord | None:
        """Return the record, locked until the transaction ends."""
        ...

    async def claim_abandoned(self, before: datetime, now: datetime, maximum: int) -> tuple[PictureRecord, ...]:
        """Mark up to `maximum` records that are not kept and were last touched before as `deleting`; return them.

        Longest ago first. Records that others have locked are left out.
        """
        ...

    async def find(self, pictures: Collection[UUID]) -> Mapping[UUID, PictureRecord]:
        """Return the records of these pictures, as far as they exist."""
        ...

    async def list_kept(self, after: UUID, until: UUID | None, limit: int) -> tuple[PictureRecord, ...]:
        """Return up to `limit` kept records with IDs after one and up to the other, in order of their IDs."""
        ...

    async def save(self, record: PictureRecord) -> None:
        """Update a record that was acquired."""
        ...

    async def delete(self, picture: UUID) -> None:
        """Delete a record that was acquired."""
        ...
