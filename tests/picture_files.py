"""Uploads of tests: pictures drawn by Pillow, and what is none."""

import io
from typing import Any

from PIL import Image, ImageDraw

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'


def a_picture(
    size: tuple[int, int] = (120, 90), form: str = "JPEG", *, mode: str = "RGB", seed: int = 0, **saved: Any
) -> bytes:
    """Draw a picture that is red in its top left quarter; another one for each seed."""
    image = Image.new(mode, size, 200 if mode in {"L", "I;16"} else (0, 0, 255, 255)[: len(mode)])
    if mode != "I;16":
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, size[0] // 2, size[1] // 2), fill=120 if mode == "L" else (255, 0, 0, 255)[: len(mode)])
        draw.rectangle((size[0] - 9, size[1] - 9, size[0], size[1]), fill=seed % 255 if mode == "L" else (seed, 99, 0))
    return saved_as(image, form, **saved)


def saved_as(image: Image.Image, form: str, **saved: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **saved)
    return written.getvalue()


def animated(form: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    return saved_as(frames[0], form, save_all=True, append_images=frames[1:], duration=90)


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image
