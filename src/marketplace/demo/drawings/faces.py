"""Faces of the creators, by username."""

from random import Random

from PIL import Image

from marketplace.core.domain.pictures import AVATAR_WIDTH
from marketplace.demo.drawings.canvas import Canvas, Colour

SKINS: tuple[Colour, ...] = (
    (247, 215, 190),
    (230, 186, 150),
    (205, 150, 108),
    (160, 108, 74),
    (110, 72, 50),
    (240, 200, 170),
)
HAIRS: tuple[Colour, ...] = ((35, 28, 26), (82, 52, 34), (150, 96, 48), (205, 165, 98), (120, 118, 120), (60, 36, 30))
LOOKS: dict[str, tuple[int, int, bool]] = {
    "elena.marchetti": (1, 1, True),
    "kenji.watanabe": (5, 0, False),
    "amara.okafor": (4, 0, True),
    "lucia.fernandez": (2, 5, True),
    "jonas.lindqvist": (0, 3, False),
    "priya.raman": (3, 0, True),
    "tom.gallagher": (0, 2, False),
    "sofia.novakova": (0, 3, True),
    "mateo.silva": (2, 1, False),
    "hannah.weiss": (0, 1, True),
    "grace.mitchell": (5, 4, True),
    "youssef.elamrani": (2, 0, False),
    "ines.carvalho": (1, 5, True),
    "miriam.vogel": (0, 2, True),
    "daniel.park": (5, 0, False),
    "charlotte.nguyen": (5, 0, True),
}
"""Skin, hair, and whether it is long, so that faces go with names."""


def face(username: str) -> Image.Image:
    """Draw a head and shoulders."""
    random = Random(username)  # noqa: S311 - must be reproducible
    canvas = Canvas(AVATAR_WIDTH, AVATAR_WIDTH, hue=random.random(), random=random)
    canvas.gradient(canvas.colour(0, 0.5, 0.8), canvas.colour(0.08, 0.5, 0.65))
    tone, strand, is_long = LOOKS.get(username) or (random.randrange(len(SKINS)), random.randrange(len(HAIRS)), False)
    skin, hair, y = SKINS[tone], HAIRS[strand], random.uniform(0.4, 0.45)
    if is_long:
        canvas.box((0.26, y - 0.22), (0.48, random.uniform(0.45, 0.62)), hair, round_by=0.2)
    canvas.oval((0.5, 1.02), (0.38, 0.32), canvas.colour(random.uniform(0.3, 0.7), 0.5, random.uniform(0.3, 0.6)))
    canvas.box((0.43, y + 0.1), (0.14, 0.24), _shade(skin), round_by=0.06)
    canvas.oval((0.5, y), (0.19, 0.235), skin)
    canvas.shape(
        [
            (0.3, y - 0.04),
            (0.31, y - 0.2),
            (0.5, y - 0.3),
            (0.69, y - 0.2),
            (0.7, y - 0.04),
            (0.62, y - 0.14),
            (0.4, y - 0.15),
        ],
        hair,
    )
    canvas.oval((0.5, y - 0.17), (0.2, 0.1), hair)
    for x in (0.43, 0.57):
        canvas.circle((x, y + 0.01), 0.016, (40, 30, 30))
        canvas.line([(x - 0.03, y - 0.04), (x + 0.03, y - 0.045)], hair, 0.012)
    if random.random() < 0.3:  # noqa: PLR2004 - some wear glasses
        for x in (0.43, 0.57):
            canvas.ring((x, y + 0.01), 0.055, (50, 50, 60), 0.01)
    canvas.line([(0.45, y + 0.11), (0.48, y + 0.13), (0.52, y + 0.13), (0.55, y + 0.11)], (150, 70, 70), 0.014)
    return canvas.finished()


def _shade(colour: Colour) -> Colour:
    red, green, blue = (round(each * 0.88) for each in colour)
    return red, green, blue
