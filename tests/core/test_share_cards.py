"""Share cards as they are drawn: text in any script, never a box in place of a missing glyph."""

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from PIL import Image, ImageDraw

from marketplace.adapters.pictures.card_words import facts_of
from marketplace.adapters.pictures.cards import MAX_WAITING, PillowCards, font_files
from marketplace.adapters.pictures.typesetting import Block, Typesetter, visual
from marketplace.core.domain.share_cards import CARD_SIZE, ShareCard
from marketplace.core.errors.pictures import PicturesBusy
from picture_files import a_picture

pytestmark = pytest.mark.thorough

CARD = ShareCard(
    session_id=UUID(int=7),
    title="Rye bread",
    creator="Ada Byron",
    price=Decimal("72.50"),
    currency="EUR",
    max_participants=4,
    is_open=False,
    starts_at=datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    time_zone="America/New_York",
    utc_offset="-04:00",
    picture_id=None,
    picture_width=0,
)
SIZES = (60, 40)
BOX = (600, 240)


async def no_picture() -> bytes | None:
    return None


async def drawn(card: ShareCard, picture: bytes | None = None) -> Image.Image:
    async def read() -> bytes | None:
        return picture

    image = Image.open(io.BytesIO(await PillowCards().draw(card, read)))
    assert (image.format, image.size) == ("JPEG", CARD_SIZE)
    return image


def fitted(text: str) -> Block:
    return Typesetter(font_files()).fit(text, SIZES, BOX, 700)


def ink_of(block: Block) -> tuple[int, int, int, int] | None:
    """Return the box of what is drawn on a canvas with a margin of 100 pixels."""
    canvas = Image.new("L", (BOX[0] + 200, BOX[1] + 200))
    block.draw(ImageDraw.Draw(canvas), (100, 100), BOX[0], "white")
    return canvas.getbbox()


async def test_card_shows_the_picture_of_the_session() -> None:
    with_picture, without = await drawn(CARD, a_picture((800, 600), "WEBP")), await drawn(CARD)

    right, left = (CARD_SIZE[0] - 100, 400), (5, 5)
    assert with_picture.getpixel(right) == pytest.approx((0, 0, 255), abs=8)
    assert without.getpixel(right) != with_picture.getpixel(right)
    assert without.getpixel(left) == with_picture.getpixel(left)


@pytest.mark.parametrize("damage", ["truncated", "renamed"])
async def test_card_of_a_damaged_picture_has_none_and_the_log_says_so(
    damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    picture = a_picture((800, 600), "WEBP")
    broken = picture[: len(picture) // 2] if damage == "truncated" else a_picture((800, 600), "PNG")
    without = await drawn(CARD)

    card = await drawn(CARD, broken)

    assert card.tobytes() == without.tobytes()
    assert [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()]


async def test_card_that_is_asked_for_meanwhile_is_drawn_once_and_kept() -> None:
    cards, reads = PillowCards(), 0

    async def read() -> bytes | None:
        nonlocal reads
        reads += 1
        return None

    one, other = await asyncio.gather(cards.draw(CARD, read), cards.draw(CARD, read))
    assert one is other is await cards.draw(CARD, read)
    assert reads == 1


async def test_flood_of_cards_is_refused_beyond_a_few_that_wait() -> None:
    cards, gate = PillowCards(), asyncio.Event()

    async def read() -> bytes | None:
        await gate.wait()
        raise PicturesBusy

    waiting = [asyncio.create_task(cards.draw(replace(CARD, title=str(each)), read)) for each in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(PicturesBusy):
        await cards.draw(CARD, no_picture)
    gate.set()
    assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {PicturesBusy}

    assert await cards.draw(CARD, no_picture)


def test_long_title_is_smaller_and_ends_with_an_ellipsis() -> None:
    short, long = fitted("Rye bread"), fitted("A very long title " * 11)

    assert (short.size, short.lines) == (SIZES[0], ("Rye bread",))
    assert (long.size, long.lines[-1][-1]) == (SIZES[-1], "…")
    assert long.height <= BOX[1]
    assert all(long.width(line) <= BOX[0] for line in long.lines)


def test_word_longer_than_a_line_is_divided() -> None:
    block = fitted("Donaudampfschifffahrtsgesellschaft" * 5)

    assert len(block.lines) > 1
    assert all(block.width(line) <= BOX[0] for line in block.lines)


@pytest.mark.parametrize("text", ["aक" * 100, "क" * 200])
async def test_costliest_title_is_drawn_within_the_limits_of_the_process(text: str) -> None:
    await drawn(replace(CARD, title=text, creator=text))


def test_title_from_right_to_left_is_arranged_and_begins_at_the_right() -> None:
    block = fitted("שלום (ab) עולם")
    box = ink_of(block)

    assert box is not None
    assert box[0] > 150
    assert box[2] > 690
    assert visual("שלום (ab)", is_rtl=True) == "(ab) םולש"
    assert visual("with שלום", is_rtl=False) == "with םולש"


def test_arabic_letters_take_their_forms_within_the_word() -> None:
    assert visual("بيت", is_rtl=True) == "\ufe96\ufef4\ufe91"


@pytest.mark.parametrize("script", ["Ελληνικά", "Кухня", "ქართული", "हिन्दी", "ไทย", "עברית", "العربية", "Tiếng Việt"])
def test_scripts_of_the_fonts_are_drawn(script: str) -> None:
    assert fitted(script).lines


@pytest.mark.parametrize("text", ["𐀀𐀁𐀂", "\ue000\ue001", "\U0001fffd"])
def test_text_without_glyphs_is_left_out(text: str) -> None:
    assert fitted(text).lines == ()
    assert ink_of(fitted(text)) is None


def test_signs_without_glyphs_are_left_out_of_a_text_that_stays() -> None:
    assert fitted("Tea \U0001fffd for two\ue000").lines == ("Tea for two",)


def test_emoji_are_drawn_in_one_color() -> None:
    assert fitted("Yoga 🧘").lines == ("Yoga 🧘",)
    assert fitted("🧘").width("🧘") > 0


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({}, ["Sun 1 Nov, 01:30 · New York time (UTC\N{MINUS SIGN}4)", "€72.50 per seat", "with Ada Byron"]),
        (
            {"starts_at": datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "utc_offset": "-05:00"},
            ["Sun 1 Nov, 01:30 · New York time (UTC\N{MINUS SIGN}5)", "€72.50 per seat", "with Ada Byron"],
        ),
        (
            {"utc_offset": "+05:30", "time_zone": "Asia/Kolkata", "price": Decimal("1500.00"), "currency": "INR"},
            ["Sun 1 Nov, 11:00 · Kolkata time (UTC+5:30)", "₹1,500 per seat", "with Ada Byron"],
        ),
        (
            {"starts_at": None, "is_open": True, "price": Decimal(0), "max_participants": 1},
            ["You choose the time", "Free", "with Ada Byron"],
        ),
        (
            {"starts_at": None, "price": Decimal("2.500"), "currency": "KWD", "max_participants": 1},
            ["", "KWD\N{NO-BREAK SPACE}2.500", "with Ada Byron"],
        ),
    ],
)
def test_card_says_when_for_how_much_and_with_whom(changes: dict[str, object], facts: list[str]) -> None:
    assert facts_of(replace(CARD, **changes)) == facts  # type: ignore[arg-type]


def test_both_starts_of_a_doubled_hour_have_cards_of_their_own() -> None:
    later = replace(CARD, starts_at=datetime(2026, 11, 1, 6, 30, tzinfo=UTC), utc_offset="-05:00")

    assert later.version != CARD.version == replace(CARD).version
