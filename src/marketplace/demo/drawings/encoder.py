"""Draws instead of decoding: an upload of the demo says what to draw."""

import asyncio
import io
import json

from PIL import Image

from marketplace.core.domain.pictures import AVATAR_WIDTH, EncodedPicture, Upload, widths_of
from marketplace.core.errors.pictures import UnsupportedPicture
from marketplace.demo.drawings.faces import face
from marketplace.demo.drawings.scenes import scene


class DrawingEncoder:
    """`PictureEncoder` of the demo, for uploads of `demo/seed.py`."""

    async def encode(self, upload: Upload) -> EncodedPicture:
        return await asyncio.to_thread(_session_picture, **json.loads(upload))

    async def encode_avatar(self, upload: Upload) -> EncodedPicture:
        return await asyncio.to_thread(_avatar, **json.loads(upload))

    async def encode_avif(self, largest: bytes) -> EncodedPicture:  # noqa: ARG002 - of the port
        raise UnsupportedPicture


def _session_picture(category: str, title: str) -> EncodedPicture:
    drawn = scene(category, title)
    sizes = {width: (width, round(drawn.height * width / drawn.width)) for width in widths_of(drawn.width)}
    files = {width: _webp(drawn if size == drawn.size else drawn.resize(size)) for width, size in sizes.items()}
    return EncodedPicture(width=drawn.width, height=drawn.height, files=files)


def _avatar(username: str) -> EncodedPicture:
    return EncodedPicture(width=AVATAR_WIDTH, height=AVATAR_WIDTH, files={AVATAR_WIDTH: _webp(face(username))})


def _webp(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=72, method=0)
    return written.getvalue()
