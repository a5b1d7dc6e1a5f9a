"""Encodes pictures with Pillow, each in a process of its own."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from marketplace.core.domain.pictures import (
    ACCEPTED,
    AVATAR_WIDTH,
    MAX_HEIGHT,
    MAX_MEGAPIXELS,
    WIDTHS,
    EncodedPicture,
    PictureFormat,
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
TIMEOUT = 40
"""Seconds, after which an upload is given up."""
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

    async def encode(self, upload: bytes) -> EncodedPicture:
        return await self._run(upload, "webp", WIDTHS)

    async def encode_avatar(self, upload: bytes) -> EncodedPicture:
        return await self._run(upload, "webp", (AVATAR_WIDTH,), square=True)

    async def encode_avif(self, largest: bytes) -> EncodedPicture:
        return await self._run(largest, "avif", WIDTHS)

    async def _run(
        self, upload: bytes, form: PictureFormat, widths: Sequence[int], *, square: bool = False
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
                answer, bodies = await _answer_of(json.dumps(order), upload)
        finally:
            self._waiting -= 1
        if "refused" in answer:
            raise REFUSALS[answer["refused"]]
        files, start = {}, 0
        for width, size in answer["files"]:
            files[width] = bodies[start : start + size]
            start += size
        return EncodedPicture(width=answer["width"], height=answer["height"], files=files)


async def _answer_of(order: str, upload: bytes) -> tuple[dict[str, Any], bytes]:
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), order, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await program.communicate(upload)
    except TimeoutError:
        raise PicturesBusy from None
    finally:
        if program.returncode is None:
            with suppress(ProcessLookupError):
                program.kill()
            await program.wait()
    if program.returncode != 0:
        # killed at its limit of memory or time, or by a decoder that crashed
        raise DamagedPicture
    head, _, bodies = output.partition(b"\n")
    return json.loads(head), bodies
