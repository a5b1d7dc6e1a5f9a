"""What shows is what is kept: no title of nothing, no word with a hidden character inside."""

import sys

import icu
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.domain.fields import Text
from marketplace.core.domain.search import words
from marketplace.core.domain.visible_text import has_ignorable, has_ink

LINE, LINES = Text(1, 200), Text(1, 200, multiline=True)
IGNORABLE = frozenset(icu.UnicodeSet("[:Default_Ignorable_Code_Point:]"))


def short(value: object) -> str:
    return ascii(value)[:40]


def test_ignorable_characters_are_those_of_the_unicode_property() -> None:
    assert {each for each in map(chr, range(sys.maxunicode + 1)) if has_ignorable(each)} == IGNORABLE


def test_text_that_shows_nothing_is_empty() -> None:
    for character in (*IGNORABLE, "\u2800"):
        text = f" {character}{character} \u200b"
        with pytest.raises(ValueError, match="Use 1 to 200 characters"):
            LINE.read(text)
        assert Text(0, 200).read(text) == ""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("wel\u00adcome", "welcome"),
        ("yo\u200bga", "yoga"),
        ("yo\u2060ga\ufeff", "yoga"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2067Yoga\u2069", "Yoga"),
        ("yo\u200dga", "yoga"),
        ("yoga\ufe0f \ufe0f", "yoga\ufe0f"),
        ("yo\u200fga", "yoga"),
        ("Cafe\u200b\u0301", "Caf\u00e9"),
        ("\u200b Yoga \u00ad", "Yoga"),
        ("\U000e0067yoga", "yoga"),
    ],
    ids=short,
)
def test_hidden_characters_are_removed(sent: str, kept: str) -> None:
    assert LINE.read(sent) == kept


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\u0d05\u0d35\u0d28\u0d4d\u200d",
        "\u05e9\u05dc\u05d5\u05dd C++\u200f",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f469\U0001f3fd\u200d\U0001f680",
        "\u2764\ufe0f\u200d\U0001f525",
        "1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u845b\U000e0100",
    ],
    ids=short,
)
def test_what_scripts_and_emoji_need_is_kept(text: str) -> None:
    assert LINE.read(text) == text


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\u2028", "\u2029"], ids=short)
def test_line_break_is_refused_in_a_line_and_kept_in_lines(break_: str) -> None:
    with pytest.raises(ValueError, match="Use a single line"):
        LINE.read(f"Morning{break_}yoga")

    assert LINES.read(f"Morning{break_}yoga") == f"Morning{break_}yoga"
    assert LINE.read(f"Yoga{break_}") == "Yoga"


@pytest.mark.parametrize("control", ["\x0b", "\x0c", "\x85", "\x00"], ids=short)
def test_other_breaks_are_control_characters(control: str) -> None:
    for rule in (LINE, LINES):
        with pytest.raises(ValueError, match="Control characters"):
            rule.read(f"Morning{control}yoga")


def test_identifier_with_a_hidden_character_is_refused_instead_of_altered() -> None:
    with pytest.raises(ValueError, match="Invisible characters"):
        Text(2, 150, r"^[\w.]+$").read("ad\u3164min")


def test_password_keeps_every_character() -> None:
    assert Text(1, 20, exact=True).read(" pass\u200bword ") == " pass\u200bword "


HIDDEN = st.sampled_from("\u00ad\u034f\u061c\u180b\u200b\u200c\u200d\u200e\u200f\u202e\ufe0f\U000e0067\U000e0100")
SHOWN = st.sampled_from("ae \u0301\u0302\u094d\u0915\u05d0\u0627\u1161\u2764\U0001f3f4\U0001f3fd1")


@given(st.text(st.one_of(HIDDEN, SHOWN, st.characters(exclude_categories=["Cc", "Cs"])), max_size=12))
def test_reading_twice_changes_nothing_more(text: str) -> None:
    rule = Text(0, 200, multiline=True)
    once = rule.read(text)

    assert rule.read(once) == once
    assert has_ink(once) or not once


def test_search_ignores_hidden_characters() -> None:
    assert words("Wel\u00adcome to yo\u200bga") == words("Welcome to yoga")
