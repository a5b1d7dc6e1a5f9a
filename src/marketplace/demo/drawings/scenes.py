"""Scenes by category. The title seeds the random numbers, so that each session always has the same picture."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image

from marketplace.demo.drawings.canvas import Canvas, Point

SIZE = (800, 534)
"""Pixels: enough for cards on phones and quick to draw."""
HUES = {
    "art": 0.03,
    "business": 0.62,
    "cooking": 0.09,
    "fitness": 0.36,
    "languages": 0.55,
    "music": 0.82,
    "technology": 0.5,
    "wellbeing": 0.45,
}


def scene(category: str, title: str) -> Image.Image:
    """Draw the scene of a session."""
    random = Random(f"{category} {title}")  # noqa: S311 - must be reproducible
    hue = HUES.get(category, random.random()) + random.uniform(-0.11, 0.11)
    canvas = Canvas(*SIZE, hue=hue, random=random)
    dark = random.random() < 0.3  # noqa: PLR2004 - a third is at night
    top, low = (0.22, 0.36) if dark else (0.9, 0.78)
    shift = random.uniform(-0.12, 0.12)
    canvas.gradient(canvas.colour(0, 0.45, top), canvas.colour(shift, 0.5, low))
    random.choice(SCENES.get(category, (table, range_of_hills)))(canvas)
    return canvas.finished()


def brushes(canvas: Canvas) -> None:
    """Broad strokes over paper."""
    random = canvas.random
    canvas.box((0.12, 0.08), (0.76, 0.51), canvas.colour(0.05, 0.2, 0.96), round_by=0.01)
    for index in range(random.randint(4, 8)):
        base, fill = random.uniform(0.12, 0.52), canvas.colour(index * 0.09, 0.6, random.uniform(0.35, 0.7))
        line = canvas.curve(base, random.uniform(0.02, 0.09), random.uniform(0.4, 1.6), random.uniform(0, 6))
        canvas.line(line[9 : random.randint(30, 51)], fill, random.uniform(0.015, 0.07))


def cut_paper(canvas: Canvas) -> None:
    """Overlapping leaves, as cut from paper."""
    random = canvas.random
    for index in range(random.randint(6, 11)):
        (x, y), turn = canvas.somewhere(), random.uniform(0, math.tau)
        length, width = random.uniform(0.1, 0.28), random.uniform(0.04, 0.12)
        leaf: list[Point] = []
        for step in range(24):
            angle = step / 24 * math.tau
            along, across = length * math.cos(angle), width * math.sin(angle) * (1 - 0.5 * math.cos(angle))
            leaf.append(
                (
                    x + along * math.cos(turn) - across * math.sin(turn),
                    y + along * math.sin(turn) + across * math.cos(turn),
                )
            )
        canvas.shape(leaf, canvas.colour(index * 0.13, 0.55, random.uniform(0.35, 0.75)), 235)


def table(canvas: Canvas) -> None:
    """Plates and bowls from above."""
    random = canvas.random
    for plank in range(0, 12, 2):
        canvas.box((plank / 12, 0), (1 / 12, 0.67), canvas.colour(0.02, 0.35, 0.5), 26)
    places = [(x, y) for x in (0.2, 0.5, 0.8) for y in (0.18, 0.5)]
    for x, y in random.sample(places, random.randint(3, 5)):
        centre, radius = (x + random.uniform(-0.05, 0.05), y + random.uniform(-0.04, 0.04)), random.uniform(0.09, 0.17)
        canvas.circle((centre[0] + 0.012, centre[1] + 0.016), radius, (0, 0, 0), 50)
        canvas.circle(centre, radius, canvas.colour(random.uniform(-0.1, 0.1), 0.3, 0.95))
        canvas.circle(centre, radius * 0.78, canvas.colour(random.choice((0, 0.06, 0.25, 0.9)), 0.65, 0.5))
        for _ in range(random.randint(5, 14)):
            angle, away = random.uniform(0, math.tau), random.uniform(0, radius * 0.6)
            spot = (centre[0] + away * math.cos(angle), centre[1] + away * math.sin(angle))
            fill = canvas.colour(random.choice((0.25, 0.95, 0.1)), 0.6, random.uniform(0.3, 0.7))
            canvas.circle(spot, radius * random.uniform(0.06, 0.2), fill)


def pot(canvas: Canvas) -> None:
    """A pot with steam before a tiled wall."""
    random = canvas.random
    count = random.randint(6, 10)
    for row in range(count):
        for column in range(count):
            if (row + column) % random.choice((2, 3)) == 0:
                canvas.box((column / count, row / count), (0.9 / count, 0.9 / count), (255, 255, 255), 40)
    canvas.box((0, 0.54), (1, 0.2), canvas.colour(0.02, 0.4, 0.35))
    x, width, height = random.uniform(0.3, 0.5), random.uniform(0.3, 0.42), random.uniform(0.18, 0.28)
    fill = canvas.colour(random.choice((0.4, 0.5, 0.9, 0)), 0.5, random.uniform(0.3, 0.5))
    canvas.box((x - 0.05, 0.58 - height * 0.8), (width + 0.1, 0.04), fill, round_by=0.02)
    canvas.box((x, 0.58 - height), (width, height), fill, round_by=0.05)
    canvas.oval((x + width / 2, 0.58 - height), (width / 2, 0.03), canvas.colour(0, 0.6, 0.72))
    for index in range(random.randint(2, 4)):
        steam = [
            (x + width * (index + 1) / 5 + 0.02 * math.sin(step), 0.55 - height - step * 0.03) for step in range(8)
        ]
        canvas.line(steam, (255, 255, 255), random.uniform(0.008, 0.016))


def bars(canvas: Canvas) -> None:
    """A growing chart with its line."""
    random = canvas.random
    count = random.randint(4, 9)
    tops = sorted(random.uniform(0.08, 0.45) for _ in range(count))
    line: list[Point] = []
    for index, height in enumerate(tops):
        x, width = 0.1 + index * 0.8 / count, 0.8 / count * random.uniform(0.5, 0.8)
        canvas.box(
            (x, 0.6 - height), (width, height), canvas.colour(index * 0.03, 0.5, 0.62 - index * 0.03), round_by=0.01
        )
        line.append((x + width / 2, 0.54 - height - random.uniform(0, 0.04)))
    canvas.line(line, canvas.colour(0.45, 0.75, 0.5), 0.01)
    for point in line:
        canvas.circle(point, 0.016, canvas.colour(0.45, 0.75, 0.5))


def city(canvas: Canvas) -> None:
    """Houses of a street with lit windows."""
    random = canvas.random
    canvas.circle(canvas.somewhere(0.15), random.uniform(0.05, 0.12), canvas.colour(0.45, 0.8, 0.75), 210)
    x: float = 0
    while x < 1:
        width, height = random.uniform(0.08, 0.17), random.uniform(0.2, 0.5)
        canvas.box(
            (x, 0.67 - height),
            (width, height),
            canvas.colour(random.uniform(-0.08, 0.08), 0.35, random.uniform(0.25, 0.55)),
        )
        for row in range(int(height / 0.07)):
            for column in range(max(1, int(width / 0.045))):
                if random.random() < 0.6:  # noqa: PLR2004 - most are lit
                    spot = (x + 0.015 + column * 0.043, 0.69 - height + row * 0.07)
                    canvas.box(spot, (0.024, 0.036), canvas.colour(0.5, 0.9, 0.8))
        x += width


def range_of_hills(canvas: Canvas) -> None:
    """Hills behind one another under a sun or a moon."""
    random = canvas.random
    canvas.circle(
        (random.uniform(0.15, 0.85), random.uniform(0.1, 0.28)),
        random.uniform(0.05, 0.13),
        canvas.colour(0.55, 0.8, 0.82),
    )
    count = random.randint(3, 6)
    for index in range(count):
        base, lightness = 0.25 + 0.36 * index / count, 0.72 - 0.5 * index / count
        canvas.hill(
            base, random.uniform(0.02, 0.08), random.uniform(0.6, 2.4), canvas.colour(index * 0.03, 0.4, lightness)
        )


def track(canvas: Canvas) -> None:
    """The lanes of a track, or a path that bends."""
    random = canvas.random
    centre = (random.choice((-0.1, 0.5, 1.1)), random.uniform(0.6, 1.0))
    for index in range(random.randint(5, 9)):
        radius = 0.95 - index * random.uniform(0.08, 0.1)
        canvas.circle(centre, radius, canvas.colour(0.62 if index % 2 else 0.66, 0.5, 0.45 + index * 0.04))
        canvas.ring(centre, radius, (255, 255, 255), 0.006)


def bubbles(canvas: Canvas) -> None:
    """Speech bubbles with lines of text."""
    random = canvas.random
    for index in range(random.randint(3, 5)):
        width, height = random.uniform(0.24, 0.4), random.uniform(0.12, 0.2)
        x, y = random.uniform(0.03, 0.95 - width), 0.04 + index * 0.13 + random.uniform(0, 0.05)
        fill = canvas.colour(index * random.uniform(0.1, 0.2), 0.55, random.uniform(0.45, 0.85))
        tail = x + width * random.choice((0.2, 0.8))
        canvas.shape([(tail, y + height * 0.8), (tail + 0.06, y + height * 0.8), (tail, y + height + 0.06)], fill)
        canvas.box((x, y), (width, height), fill, round_by=0.05)
        for row in range(random.randint(1, 3)):
            length = width * random.uniform(0.4, 0.8)
            canvas.box((x + 0.03, y + 0.03 + row * 0.04), (length, 0.014), (255, 255, 255), 220, round_by=0.007)


def strings(canvas: Canvas) -> None:
    """Strings over a sound hole, or a record."""
    random = canvas.random
    centre, radius = (random.uniform(0.3, 0.7), 0.33), random.uniform(0.2, 0.3)
    canvas.circle(centre, radius * 1.12, canvas.colour(0.06, 0.5, 0.45))
    canvas.circle(centre, radius, canvas.colour(0, 0.4, 0.13))
    for index in range(random.randint(2, 6)):
        canvas.ring(centre, radius * (0.9 - index * 0.13), canvas.colour(0.1, 0.5, 0.5), 0.004)
    if random.random() < 0.5:  # noqa: PLR2004 - half are records
        canvas.circle(centre, radius * 0.3, canvas.colour(0.5, 0.7, 0.6))
        return
    for index in range(6):
        y = 0.33 + (index - 2.5) * radius * 0.28
        canvas.line(
            [(0, y), (1, y + random.uniform(-0.01, 0.01))], canvas.colour(0.55, 0.3, 0.88), 0.003 + index * 0.001
        )


def waves(canvas: Canvas) -> None:
    """Sound as layered waves."""
    random = canvas.random
    for index in range(random.randint(7, 14)):
        line = canvas.curve(0.08 + index * 0.04, random.uniform(0.02, 0.12), random.uniform(1, 5), random.uniform(0, 6))
        canvas.line(line, canvas.colour(index * 0.05, 0.65, random.uniform(0.4, 0.75)), random.uniform(0.004, 0.02))


def circuit(canvas: Canvas) -> None:
    """Paths of a circuit between chips."""
    random = canvas.random
    for _ in range(random.randint(14, 26)):
        x, y = round(random.uniform(0, 1) * 20) / 20, round(random.uniform(0, 0.66) * 20) / 20
        bend = random.choice((-0.1, 0.1, 0.15))
        path = [(x, y), (x + 0.2, y), (x + 0.2 + abs(bend), y + bend), (x + 0.5, y + bend)]
        fill = canvas.colour(random.uniform(-0.1, 0.15), 0.6, random.uniform(0.4, 0.7))
        canvas.line(path, fill, 0.007)
        canvas.circle(path[0], 0.013, fill)
        canvas.circle(path[-1], 0.013, fill)
    for _ in range(random.randint(1, 3)):
        (x, y), side = canvas.somewhere(0.2), random.uniform(0.1, 0.2)
        canvas.box((x - side / 2, y - side / 2), (side, side), canvas.colour(0.05, 0.35, 0.2), round_by=0.015)
        canvas.box(
            (x - side / 3, y - side / 3), (side * 2 / 3, side * 2 / 3), canvas.colour(0.45, 0.6, 0.6), round_by=0.01
        )


def blocks(canvas: Canvas) -> None:
    """Blocks that stand on a grid."""
    random = canvas.random
    for row in range(5):
        for column in range(6):
            height = random.choice((0, 0.03, 0.06, 0.1, 0.16))
            x, y = 0.1 + column * 0.16 + (row % 2) * 0.08, 0.2 + row * 0.09
            shift = random.choice((0, 0.08, 0.45)) if height else 0
            top = [
                (x, y - height),
                (x + 0.08, y - 0.045 - height),
                (x + 0.16, y - height),
                (x + 0.08, y + 0.045 - height),
            ]
            canvas.shape([top[0], top[3], (x + 0.08, y + 0.045), (x, y)], canvas.colour(shift, 0.45, 0.4))
            canvas.shape([top[3], top[2], (x + 0.16, y), (x + 0.08, y + 0.045)], canvas.colour(shift, 0.45, 0.3))
            canvas.shape(top, canvas.colour(shift, 0.5, 0.62))


def pond(canvas: Canvas) -> None:
    """Stones, leaves and rings on still water."""
    random = canvas.random
    centre = canvas.somewhere(0.25)
    for index in range(random.randint(4, 8)):
        canvas.ring(centre, 0.06 + index * random.uniform(0.05, 0.09), canvas.colour(0.02, 0.5, 0.72), 0.005)
    for index in range(random.randint(4, 9)):
        x, y = canvas.somewhere()
        radius = random.uniform(0.03, 0.1)
        canvas.oval(
            (x, y),
            (radius, radius * 0.62),
            canvas.colour(random.choice((-0.12, 0.9, 0.1)), 0.4, random.uniform(0.3, 0.7)),
        )
        if index % 2:
            canvas.oval((x, y - radius * 0.3), (radius * 0.3, radius * 0.25), canvas.colour(0.48, 0.7, 0.8))


Scene = Callable[[Canvas], None]
SCENES: dict[str, tuple[Scene, ...]] = {
    "art": (brushes, cut_paper),
    "business": (bars, city),
    "cooking": (table, pot, table),
    "fitness": (range_of_hills, track),
    "languages": (bubbles, city, bubbles),
    "music": (strings, waves),
    "technology": (circuit, blocks),
    "wellbeing": (pond, range_of_hills),
}
