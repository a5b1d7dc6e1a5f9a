"""A canvas of twice the size, so that reducing it smooths the edges, and the colours of a drawing."""

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

SCALE = 2


@dataclass(slots=True)
class Canvas:
    """A drawing with coordinates from 0 to 1, both of the width. `hue` is from 0 to 1; `random` decides the rest."""

    width: int
    height: int
    hue: float
    random: Random
    image: Image.Image = field(init=False)
    draw: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width * SCALE, self.height * SCALE))
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    @property
    def bottom(self) -> float:
        return self.height / self.width

    def finished(self) -> Image.Image:
        return self.image.reduce(SCALE)

    def colour(self, shift: float, saturation: float, lightness: float) -> Colour:
        """Return a colour whose hue is shifted from that of the drawing."""
        red, green, blue = colorsys.hls_to_rgb((self.hue + shift) % 1, lightness, saturation)
        return round(red * 255), round(green * 255), round(blue * 255)

    def gradient(self, top: Colour, bottom: Colour) -> None:
        """Fill the canvas from top to bottom."""
        strip = Image.new("RGB", (1, 2))
        strip.putpixel((0, 0), top)
        strip.putpixel((0, 1), bottom)
        self.image.paste(strip.resize(self.image.size, Image.Resampling.BILINEAR))

    def circle(self, centre: Point, radius: float, fill: Colour, alpha: int = 255) -> None:
        self.oval(centre, (radius, radius), fill, alpha)

    def oval(self, centre: Point, radii: Point, fill: Colour, alpha: int = 255) -> None:
        (x, y), (width, height) = centre, radii
        self.draw.ellipse(self._pixels([(x - width, y - height), (x + width, y + height)]), (*fill, alpha))

    def ring(self, centre: Point, radius: float, fill: Colour, width: float) -> None:
        (x, y) = centre
        box = self._pixels([(x - radius, y - radius), (x + radius, y + radius)])
        self.draw.ellipse(box, outline=fill, width=self._length(width))

    def box(self, corner: Point, size: Point, fill: Colour, alpha: int = 255, round_by: float = 0) -> None:
        (x, y), (width, height) = corner, size
        pixels = self._pixels([(x, y), (x + width, y + height)])
        self.draw.rounded_rectangle(pixels, self._length(round_by), (*fill, alpha))

    def shape(self, points: Sequence[Point], fill: Colour, alpha: int = 255) -> None:
        self.draw.polygon(self._pixels(points), (*fill, alpha))

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        self.draw.line(self._pixels(points), fill, self._length(width), joint="curve")

    def curve(self, base: float, height: float, waves: float, phase: float) -> list[Point]:
        """Return points of a wavy line across the canvas."""
        steps = [index / 60 for index in range(61)]
        return [(x, base + height * math.sin(phase + x * waves * math.tau)) for x in steps]

    def hill(self, base: float, height: float, waves: float, fill: Colour) -> None:
        """Fill everything below a wavy line."""
        line = self.curve(base, height, waves, self.random.uniform(0, math.tau))
        self.shape([*line, (1, self.bottom), (0, self.bottom)], fill)

    def somewhere(self, margin: float = 0.1) -> Point:
        return self.random.uniform(margin, 1 - margin), self.random.uniform(margin, self.bottom - margin)

    def _pixels(self, points: Sequence[Point]) -> list[tuple[int, int]]:
        size = self.width * SCALE
        return [(round(x * size), round(y * size)) for x, y in points]

    def _length(self, length: float) -> int:
        return round(length * self.width * SCALE)
