"""Sets short texts in any script: a font for each character, both directions, line breaks, and a size that fits.

It imports nothing of ours, since `card_program.py` uses it.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import icu
from PIL import ImageDraw, ImageFont, features

LEADING = 1.22
"""Height of a line, in sizes."""
ASCENT = 0.95
"""From the top of a line to its baseline, in sizes."""
PROBE = 20
"""Size in pixels at which a glyph is compared with the one for missing characters."""
NO_CHARACTER = "\U0010ffff"
MAX_MISSING = 0.1
"""Share of letters without a glyph above which a text is left out, since the rest would be another text."""
ELLIPSIS = "…"
CAN_SHAPE = bool(features.check("fribidi"))
"""Whether Pillow can use HarfBuzz, for which it needs FriBiDi on the machine."""
SHAPE_ARABIC = 24
"""U_SHAPE_LETTERS_SHAPE_TASHKEEL_ISOLATED of ICU's ushape.h: letters become their forms within a word."""
JOINING = {"Cf", "Mc", "Me", "Mn", "Sk"}
"""Categories of characters that belong to the one before."""
RIGHT_TO_LEFT = {"R", "AL"}
VIRAMA = 9
"""Combining class of signs that join the consonants around them."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font, by its index."""

    font: int
    text: str


class Fonts:
    """Fonts in order of preference. `weight` of a variable font is set as far as it has it."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = files
        self._loaded: dict[tuple[int, int, int, bool], ImageFont.FreeTypeFont] = {}
        self._covered: dict[str, int | None] = {}
        self._glyphs: dict[tuple[int, str], bool] = {}
        self._lengths: dict[tuple[ImageFont.FreeTypeFont, str], float] = {}

    def at(self, index: int, size: int, weight: int, *, shapes: bool) -> ImageFont.FreeTypeFont:
        key = index, size, weight, shapes
        found = self._loaded.get(key)
        if found is None:
            engine = ImageFont.Layout.RAQM if shapes else ImageFont.Layout.BASIC
            found = self._loaded[key] = ImageFont.truetype(self._files[index], size, layout_engine=engine)
            axes = found.get_variation_axes()
            found.set_variation_by_axes(
                [
                    min(max(weight, axis["minimum"] or 0), axis["maximum"] or weight)
                    if axis["name"] == b"Weight"
                    else (axis["default"] or 0)
                    for axis in axes
                ]
            )
        return found

    def covering(self, character: str) -> int | None:
        """Return the first font that has the character."""
        if character not in self._covered:
            fonts = range(len(self._files))
            self._covered[character] = next((each for each in fonts if self._has(each, character)), None)
        return self._covered[character]

    def runs(self, text: str) -> Iterator[Run]:
        """Yield the text in runs of one font, without characters that none has."""
        font, characters = None, ""
        for character in text:
            joins = bool(characters) and unicodedata.category(character) in JOINING
            chosen = font if joins and font is not None and self._has(font, character) else self.covering(character)
            if chosen is None:
                continue
            if chosen != font and font is not None:
                yield Run(font, characters)
                characters = ""
            font, characters = chosen, characters + character
        if font is not None:
            yield Run(font, characters)

    def length(self, text: str, font: ImageFont.FreeTypeFont) -> float:
        """Return the width of a run's text, measured once: lines are measured after each sign that they get."""
        key = font, text
        if key not in self._lengths:
            self._lengths[key] = font.getlength(text)
        return self._lengths[key]

    def _has(self, index: int, character: str) -> bool:
        key = index, character
        if key not in self._glyphs:
            probe = self.at(index, PROBE, 400, shapes=False)
            self._glyphs[key] = bytes(probe.getmask(character)) != bytes(probe.getmask(NO_CHARACTER))
        return self._glyphs[key]


@dataclass(frozen=True)
class Block:
    """Lines of one size; none if the text is left out."""

    fonts: Fonts
    lines: Sequence[str]
    size: int
    weight: int
    is_rtl: bool = False
    """Whether the text begins with a letter that goes from right to left."""

    @property
    def height(self) -> int:
        return round(len(self.lines) * self.size * LEADING)

    def draw(self, draw: ImageDraw.ImageDraw, at: tuple[int, int], width: int, color: str) -> None:
        """Draw the lines from the top, at the side where the text begins."""
        left, top = at
        for index, line in enumerate(self.lines):
            baseline = top + round((index * LEADING + ASCENT) * self.size)
            x = left + (width - self.width(line) if self.is_rtl else 0)
            for run, font in self._fonts_of(line):
                draw.text((x, baseline), run.text, font=font, fill=color, anchor="ls")
                x += self.fonts.length(run.text, font)

    def width(self, line: str) -> float:
        return sum(self.fonts.length(run.text, font) for run, font in self._fonts_of(line))

    def _fonts_of(self, line: str) -> Iterator[tuple[Run, ImageFont.FreeTypeFont]]:
        """Yield the runs of a line from left to right with their fonts.

        ICU arranges lines with letters from right to left, and shapes them, so Pillow must do neither.
        """
        is_mixed = self.is_rtl or _has_rtl(line)
        for run in self.fonts.runs(visual(line, is_rtl=self.is_rtl) if is_mixed else line):
            yield run, self.fonts.at(run.font, self.size, self.weight, shapes=CAN_SHAPE and not is_mixed)


class Typesetter:
    """Sets texts in these fonts, of which the first are preferred."""

    def __init__(self, files: Sequence[str]) -> None:
        self._fonts = Fonts(files)

    def fit(self, text: str, sizes: Sequence[int], box: tuple[int, int], weight: int) -> Block:
        """Set a text in the first size that fits the box, else in the last one with an ellipsis.

        Without lines if the text can't be shown: its letters have no glyphs, or its script can't be shaped here.
        """
        width, height = box
        shown = self._showable(text)
        block = Block(self._fonts, (), sizes[-1], weight, _begins_rtl(shown))
        if not shown:
            return block
        for size in sizes:
            block = replace(block, size=size)
            block = replace(block, lines=_wrapped(block, shown, width))
            if block.height <= height:
                return block
        count = max(1, int(height / (block.size * LEADING)))
        rest = " ".join(block.lines[count - 1 :])
        return replace(block, lines=(*block.lines[: count - 1], _cut(block, rest, width)))

    def _showable(self, text: str) -> str:
        plain = unicodedata.normalize("NFC", " ".join(text.split()))
        letters = [each for each in plain if unicodedata.category(each)[0] == "L"]
        missing = sum(self._fonts.covering(each) is None for each in letters)
        if missing > MAX_MISSING * len(letters) or (_needs_shaping(plain) and not CAN_SHAPE):
            return ""
        kept = "".join(run.text for run in self._fonts.runs(plain))
        return " ".join(kept.split())


def _wrapped(block: Block, text: str, width: int) -> tuple[str, ...]:
    """Break a text into lines by the rules of its script, and within a word that is wider than a line."""
    lines = [""]
    for part in _parts(text, icu.BreakIterator.createLineInstance(icu.Locale.getEnglish())):
        if block.width((lines[-1] + part).rstrip()) <= width:
            lines[-1] += part
            continue
        if lines[-1]:
            lines.append("")
        for sign in _signs(part):
            if lines[-1] and block.width(lines[-1] + sign.rstrip()) > width:
                lines.append("")
            lines[-1] += sign
    return tuple(line.strip() for line in lines if line.strip())


def _cut(block: Block, line: str, width: int) -> str:
    signs = list(_signs(line))
    while signs and block.width("".join(signs).rstrip() + ELLIPSIS) > width:
        signs.pop()
    return "".join(signs).rstrip() + ELLIPSIS


def _signs(text: str) -> Iterator[str]:
    return _parts(text, icu.BreakIterator.createCharacterInstance(icu.Locale.getEnglish()))


def _parts(text: str, breaks: icu.BreakIterator) -> Iterator[str]:
    units = icu.UnicodeString(text)  # its places are those of UTF-16, as the iterator's are
    breaks.setText(units)
    start = 0
    for end in breaks:
        yield str(units[start:end])
        start = end


def _has_rtl(text: str) -> bool:
    return any(unicodedata.bidirectional(each) in RIGHT_TO_LEFT for each in text)


def _begins_rtl(text: str) -> bool:
    """Return whether the first letter with a direction goes from right to left (UAX 9, P2)."""
    strong = (unicodedata.bidirectional(each) for each in text)
    return next((each for each in strong if each in {"L", *RIGHT_TO_LEFT}), "L") != "L"


def _needs_shaping(text: str) -> bool:
    return any(unicodedata.category(each) == "Mc" or unicodedata.combining(each) == VIRAMA for each in text)


def visual(line: str, *, is_rtl: bool) -> str:
    """Return the line as it is written from left to right, with its Arabic letters shaped and brackets mirrored."""
    order = icu.UBiDiOrder
    return str(
        icu.BidiTransform().transform(
            line,
            1 if is_rtl else 0,
            order.LOGICAL,
            0,
            order.VISUAL,
            icu.UBiDiMirroring.ON,
            SHAPE_ARABIC,
        )
    )
