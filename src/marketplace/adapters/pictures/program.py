"""The program that decodes and encodes one picture, a process of its own: `program.py ORDER < upload > answer`.

A process can be limited in memory and time, cannot hold the interpreter of a server, and if a decoder crashes, a
server doesn't. It imports nothing of ours, so that it starts in a tenth of a second. The order is JSON, with the fields
of `Order`; the answer is one line of JSON, then the files one after another.
"""

import io
import json
import os
import resource
import sys
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, UnidentifiedImageError

NICENESS = 5
"""Requests go first."""
MAX_MEMORY = 2 * 1024**3
"""Bytes of address space: 64 megapixels with alpha, twice, and the libraries."""
MAX_CPU = 30
"""Seconds."""
ORIENTATION = 0x0112
"""EXIF tag."""
TURNED = {5, 6, 7, 8}
"""Orientations whose width is the height."""
TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*")
"""First bytes of pictures whose rest may be damaged."""
TWO_PICTURES = "MPO"
"""A JPEG followed by another, as cameras write a depth map: the first is the picture."""
SAVING: dict[str, dict[str, Any]] = {
    "webp": {"format": "WEBP", "quality": 80, "method": 2},
    "avif": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
}


class Refused(Exception):
    """The upload is refused, for a reason in one word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to make: `widths` in pixels in `form`, of an upload with at most `pixels`; a square if `square`."""

    form: str
    formats: list[str]
    widths: list[int]
    height: int
    pixels: int
    square: bool


def main() -> None:
    """Read the upload, and write the answer."""
    order = Order(**json.loads(sys.argv[1]))
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU, MAX_CPU))
    try:
        (width, height), files = _made(sys.stdin.buffer.read(), order)
    except Refused as refusal:
        answer: dict[str, Any] = {"refused": str(refusal)}
        bodies: list[bytes] = []
    else:
        answer = {"width": width, "height": height, "files": [[size, len(body)] for size, body in files]}
        bodies = [body for _, body in files]
    sys.stdout.buffer.write(b"".join([json.dumps(answer).encode(), b"\n", *bodies]))


def _made(upload: bytes, order: Order) -> tuple[tuple[int, int], list[tuple[int, bytes]]]:
    image, turn = _opened(upload, order)
    shown = image.size[::-1] if turn in TURNED else image.size
    target = _size(shown, order)
    try:
        image = _decoded(image, target[::-1] if turn in TURNED else target, order)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, KeyError, IndexError) as error:
        raise Refused("damaged") from error
    for step in TURNS.get(turn, ()):
        image = image.transpose(step)
    files = []
    for width in sorted({*(each for each in order.widths if each < image.width), image.width}, reverse=True):
        height = max(1, round(target[1] * width / target[0]))
        image = image if width == image.width else image.resize((width, height), Image.Resampling.LANCZOS)
        files.append((width, _saved(image, order.form)))
    return target, files


def _opened(upload: bytes, order: Order) -> tuple[Image.Image, int]:
    Image.MAX_IMAGE_PIXELS = None  # the bound is the order's, and applies before decoding
    try:
        image = Image.open(io.BytesIO(upload), formats=order.formats)
        if image.width * image.height > order.pixels:
            raise Refused("too_large")
        frames = getattr(image, "n_frames", 1)
        turn = image.getexif().get(ORIENTATION, 1)
    except UnidentifiedImageError as error:
        is_picture = upload.startswith(SIGNATURES) or upload[8:12] in {b"WEBP", b"avif"}
        raise Refused("damaged" if is_picture else "unsupported") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, KeyError, IndexError) as error:
        raise Refused("damaged") from error
    if frames > 1 and image.format != TWO_PICTURES:
        raise Refused("animated")
    return image, turn if isinstance(turn, int) else 1


def _size(shown: tuple[int, int], order: Order) -> tuple[int, int]:
    """Return the size of the largest version: never enlarged, except a square."""
    width, height = shown
    if order.square:
        return order.widths[-1], order.widths[-1]
    scale = min(1.0, order.widths[-1] / width, order.height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _decoded(image: Image.Image, size: tuple[int, int], order: Order) -> Image.Image:
    """Decode and reduce, then convert to sRGB, and forget what was said besides the pixels."""
    profile = image.info.get("icc_profile")
    if not order.square:
        image.draft(image.mode, size)  # a JPEG decodes to a half, a quarter or an eighth of its size
    image.load()
    image = _plain(image)
    if order.square:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    has_alpha = image.mode in {"RGBA", "LA"}
    if profile:
        image = _in_srgb(image, profile, "RGBA" if has_alpha else "RGB")
    image = image.convert("RGBA" if has_alpha else "RGB")
    image.info = {}
    return image


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be reduced: no palette, eight bits for each colour."""
    if image.mode.startswith("I"):  # sixteen bits of grey, which a conversion clips to white
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in {"PA", "La", "RGBa"}:
        return image.convert("RGBA")
    return image.convert("L") if image.mode in {"1", "F"} else image


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a profile of another kind of picture, or none: it is read as sRGB
    return image if converted is None else converted


def _saved(image: Image.Image, form: str) -> bytes:
    written = io.BytesIO()
    image.save(written, **SAVING[form])
    return written.getvalue()


if __name__ == "__main__":
    main()
