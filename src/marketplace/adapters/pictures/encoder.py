"""Encodes pictures with Pillow, each in a process of its own."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from marketplace.adapters.pictures.process import run_program
from marketplace.core.domain.pictures import (
    ACCEPTED,
    AVATAR_WIDTH,
    MAX_HEIGHT,
    MAX_MEGAPIXELS,
    WIDTHS,
    EncodedPicture,
    PictureFormat,
    Upload,
)
from marketplace.core.errors import MarketplaceError
from marketplace.core.errors.pictures import (
    AnimatedPicture,
    DamagedPicture,
    PicturesBusy,
    PictureTooLarge,
    UnsupportedPicture,
)

PROGRAM = Path(__file__).with_name("program.py")
MAX_AT_ONCE = 1
"""Processes of one server worker: each takes a core."""
MAX_WAITING = 8
"""Uploads held in memory while they wait."""
REFUSALS: dict[str, type[MarketplaceError]] = {
    "animated": AnimatedPicture,
    "damaged": DamagedPicture,
    "too_large": PictureTooLarge,
    "unsupported": UnsupportedPicture,
}


class PillowEncoder:
    """`PictureEncoder` by Pillow."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(MAX_AT_ONCE)
        self._waiting = 0

    async def encode(self, upload: Upload) -> EncodedPicture:
        return await self._run(upload, "webp", WIDTHS)

    async def encode_avatar(self, upload: Upload) -> EncodedPicture:
        return await self._run(upload, "webp", (AVATAR_WIDTH,), square=True)

    async def encode_avif(self, largest: bytes) -> EncodedPicture:
        return await self._run(largest, "avif", WIDTHS)

    async def _run(
        self, upload: Upload, form: PictureFormat, widths: Sequence[int], *, square: bool = False
    ) -> EncodedPicture:
        if self._waiting >= MAX_WAITING:
            raise PicturesBusy
        order = {
            "form": form,
            "formats": [each.upper() for each in ACCEPTED],
            "widths": widths,
            "height": MAX_HEIGHT,
            "pixels": MAX_MEGAPIXELS * 1_000_000,
            "square": square,
        }
        self._waiting += 1
        try:
            async with self._turn:
                answered = await run_program(PROGRAM, order, upload)
        finally:
            self._waiting -= 1
        if answered is None:
            # killed at its limit of memory or time, or by a decoder that crashed
            raise DamagedPicture
        answer, bodies = answered
        if "refused" in answer:
            raise REFUSALS[answer["refused"]]
        files, start = {}, 0
        for width, size in answer["files"]:
            files[width] = bodies[start : start + size]
            start += size
        return EncodedPicture(width=answer["width"], height=answer["height"], files=files)
