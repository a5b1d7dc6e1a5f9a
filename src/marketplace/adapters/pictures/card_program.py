"""The program that draws one share card, a process of its own: `card_program.py ORDER < picture > answer`.

The order is JSON, with the fields of `Order`; without a picture the input is empty. The answer is an empty JSON object
on a line, then a JPEG.
"""

import io
import json
import os
import resource
import sys
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw, ImageOps

from marketplace.adapters.pictures.typesetting import Typesetter

NICENESS = 10
"""Uploads go first, and requests before them."""
MAX_MEMORY = 2 * 1024**3
"""Bytes of address space."""
MAX_CPU = 15
"""Seconds."""
SIDE = 448
"""Width of the picture, or of the drawing if there is none."""
MARGIN = 64
LOGO = 52
TITLE_TOP = MARGIN + LOGO + 36
TITLE_SIZES = (68, 60, 52, 46, 40)
TITLE_HEIGHT = 266
FACT_SIZE = 32
FACT_HEIGHT = 48
GROUND, INK, INK_SOFT, ACCENT, ON_ACCENT = "#fbf9f5", "#25211d", "#5f574f", "#17695a", "#ffffff"
"""Colors of the light mode (`tokens.css`)."""
BOLD, SEMIBOLD, REGULAR = 700, 600, 400
QUALITY = 88
SMOOTHING = 2
"""Shapes are drawn so many times larger, then reduced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to draw, in pixels of `size`: a title, then facts, the first of which is emphasized.

    `hue` is that of the drawing, in degrees. `fonts` are files.
    """

    size: tuple[int, int]
    site: str
    title: str
    facts: list[str]
    hue: int
    fonts: list[str]


def main() -> None:
    """Read the picture, and write the answer."""
    order = Order(**json.loads(sys.argv[1]))
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU, MAX_CPU))
    photo = _photo(picture, order.size[1]) if (picture := sys.stdin.buffer.read()) else None
    answer = {"is_broken": bool(picture) and photo is None}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + _drawn(order, photo))


def _drawn(order: Order, photo: Image.Image | None) -> bytes:
    full, height = order.size
    card = Image.new("RGB", (full, height), GROUND)
    card.paste(photo or _drawing(order.hue, height), (full - SIDE, 0))
    draw = ImageDraw.Draw(card)
    typesetter = Typesetter(order.fonts)
    width = full - SIDE - 2 * MARGIN + 8
    _draw_logo(card, typesetter, order.site)
    title = typesetter.fit(order.title, TITLE_SIZES, (width, TITLE_HEIGHT), BOLD)
    title.draw(draw, (MARGIN, TITLE_TOP), width, INK)
    facts = [
        typesetter.fit(fact, (FACT_SIZE,), (width, FACT_HEIGHT), REGULAR if place else SEMIBOLD)
        for place, fact in enumerate(order.facts)
    ]
    shown = [fact for fact in facts if fact.lines]
    top = height - MARGIN - FACT_HEIGHT * len(shown) + FACT_HEIGHT - FACT_SIZE
    for fact in shown:
        fact.draw(draw, (MARGIN, top), width, ACCENT if fact is facts[0] else INK_SOFT)
        top += FACT_HEIGHT
    written = io.BytesIO()
    card.save(written, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return written.getvalue()


def _draw_logo(card: Image.Image, typesetter: Typesetter, site: str) -> None:
    large = Image.new("L", (LOGO * SMOOTHING, LOGO * SMOOTHING))
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius=large.width * 9 // 32, fill=255)
    card.paste(ACCENT, (MARGIN, MARGIN), large.resize((LOGO, LOGO), Image.Resampling.LANCZOS))
    draw = ImageDraw.Draw(card)
    letter = typesetter.fit(site[:1], (36,), (LOGO, LOGO), BOLD)
    letter.draw(draw, (MARGIN + round((LOGO - letter.width(site[:1])) / 2), MARGIN + 4), LOGO, ON_ACCENT)
    name = typesetter.fit(site, (34,), (SIDE, LOGO), BOLD)
    name.draw(draw, (MARGIN + LOGO + 16, MARGIN + 5), SIDE, INK)


def _photo(picture: bytes, height: int) -> Image.Image | None:
    """Return the picture of the session; `None` if its file is damaged."""
    try:
        with Image.open(io.BytesIO(picture), formats=["WEBP"]) as image:
            return ImageOps.fit(image.convert("RGB"), (SIDE, height), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, EOFError):  # what Pillow raises for damaged files
        return None


def _drawing(hue: int, height: int) -> Image.Image:
    """Draw circles on a gradient, as the cover of a session without a picture."""
    ends = [Image.new("RGB", (SIDE, height), _tone(hue + shift, light)) for shift, light in ((-14, 90), (26, 76))]
    shade = Image.linear_gradient("L").resize((SIDE, height))
    ground = Image.composite(ends[1], ends[0], shade)
    large = Image.new("L", (SIDE * SMOOTHING, height * SMOOTHING))
    for place, size, shift in (((0.75, 0.3), 0.75, 44), ((0.2, 0.85), 0.5, -30)):
        mask = large.copy()
        x, y, radius = place[0] * mask.width, place[1] * mask.height, size * mask.width / 2
        ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=150)
        ground.paste(_tone(hue + shift, 84), (0, 0), mask.resize(ground.size, Image.Resampling.LANCZOS))
    return ground


def _tone(hue: int, light: int) -> tuple[int, ...]:
    return ImageColor.getrgb(f"hsl({hue % 360},42%,{light}%)")


if __name__ == "__main__":
    main()
