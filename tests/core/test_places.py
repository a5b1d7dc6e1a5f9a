from decimal import Decimal
from typing import Any

import pytest

from builders import a_session
from marketplace.core.domain.fields import rule_of
from marketplace.core.domain.language_tags import Language, matches
from marketplace.core.domain.places import Coordinates, ExactPoint, Format, JoinLink, Place, place_key


def read(annotation: Any, value: Any) -> Any:
    rule = rule_of(annotation)
    assert rule is not None
    return rule.read(value)


def refusal(annotation: Any, value: Any) -> str:
    with pytest.raises(ValueError, match=r"^[A-Z]") as caught:
        read(annotation, value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("de-CH-1901", "de-CH-1901"),
        ("yue", "yue"),
        (" en_GB ", "en-GB"),
        ("en-u-CA-gregory", "en-u-ca-gregory"),
        ("de-1996-u-co-phonebk-x-1996-1996", "de-1996-u-co-phonebk-x-1996-1996"),
        ("", None),
        (None, None),
    ],
)
def test_language_tag_is_kept_in_canonical_case(given: str | None, kept: str | None) -> None:
    assert read(Language, given) == kept
    assert read(Language, kept) == kept


@pytest.mark.parametrize(
    "nonsense",
    [
        "english",
        "xx",
        "e",
        "en-",
        "en--GB",
        "en GB",
        "12",
        "en-GB-GB",
        "de-1996-1996",
        "sl-nedis-Nedis",
        "en-u-ca-x1-u-nu",
        "x-private",
        "é",
        "en\x00",
        "e" * 36,
        7,
    ],
)
def test_nonsense_is_no_language_tag(nonsense: object) -> None:
    assert refusal(Language, nonsense) in {
        "Enter a language tag (BCP 47) such as en, pt-BR or zh-Hant.",
        "Must be text.",
    }


def test_language_includes_its_regions() -> None:
    assert matches("pt", "pt-BR")
    assert matches("pt-br", "pt-BR")
    assert not matches("pt-BR", "pt")
    assert not matches("p", "pt")
    assert not matches("pt", None)


@pytest.mark.parametrize(
    ("latitude", "longitude", "kept"),
    [
        (41.8919, 12.4678, (41.8919, 12.4678)),
        (Decimal("41.12345678"), Decimal(-180), (41.123457, -180.0)),
        (90, 180, (90.0, 180.0)),
        (Decimal("1e-400"), Decimal("-0.0"), (0.0, 0.0)),
    ],
)
def test_coordinates_have_six_decimal_places(latitude: Any, longitude: Any, kept: tuple[float, float]) -> None:
    found = read(ExactPoint, {"latitude": latitude, "longitude": longitude, "altitude": 1})

    assert (found.latitude, found.longitude) == kept
    assert read(ExactPoint, found) == found


@pytest.mark.parametrize(
    "point",
    [
        {"latitude": 90.1, "longitude": 0},
        {"latitude": 0, "longitude": -180.5},
        {"latitude": float("nan"), "longitude": 0},
        {"latitude": 0, "longitude": float("inf")},
        {"latitude": Decimal("1e999999"), "longitude": 0},
        {"latitude": 1},
        {"latitude": "41.9", "longitude": "12.4"},
        {"latitude": True, "longitude": 0},
        {"latitude": None, "longitude": None},
        [41.9, 12.4],
        "41.9,12.4",
        {},
    ],
)
def test_point_outside_the_world_or_without_numbers_is_refused(point: object) -> None:
    assert refusal(ExactPoint, point) in {
        "Use a latitude from -90 to 90 and a longitude from -180 to 180.",
        "Send an object with the numbers `latitude` and `longitude`.",
    }


@pytest.mark.parametrize(
    "link",
    [
        "ftp://meet.example.org",
        "javascript:alert(1)",
        "mailto:ada@example.org",
        "//meet.example.org/yoga",
        "https://ada@meet.example.org/",
        "https://ada:secret@meet.example.org/",
        "https://meet.example.org/\r\nATTENDEE:x",
        "https://meet.example.org/\x00",
        "https://meet.example.org/a b",
        "https://",
        "https://meet.example.org/" + "x" * 2048,
        7,
    ],
)
def test_link_that_is_not_http_or_has_credentials_is_refused(link: object) -> None:
    assert refusal(JoinLink, link)


def test_format_is_one_of_three_or_not_said() -> None:
    assert read(Format, None) is None
    assert read(Format, "at_yours") == "at_yours"
    assert refusal(Format, "hybrid") == "Choose one of: online, in_person, at_yours."


def test_place_is_one_line_of_at_most_100_characters() -> None:
    assert read(Place, "  Trastevere, Rome ") == "Trastevere, Rome"
    assert refusal(Place, "x" * 101) == "Use at most 100 characters."
    assert refusal(Place, "Rome\nItaly")


@pytest.mark.parametrize(
    ("one", "other"),
    [("SÃO  Paulo", "são paulo"), ("Köln", "koln"), ("Ko\u0308ln", "KÖLN"), ("Łódź", "lodz"), ("Tromsø", "tromso")],
)
def test_places_are_compared_without_case_accents_and_spaces(one: str, other: str) -> None:
    assert place_key(one) == place_key(other)


def test_place_that_is_not_said_has_no_key() -> None:
    assert place_key(None) is None


def test_calendar_revision_counts_a_new_place_but_not_what_to_bring() -> None:
    before = a_session(format="in_person", place="Rome")
    after = a_session(format="in_person", place="Milan", id=before.id)

    assert after.revised(before, before.created_at).revision == 1
    assert a_session(bring="A mat.", place="Rome", format="in_person").revised(before, before.created_at).revision == 0


def test_private_details_are_not_in_what_is_printed() -> None:
    private = a_session(
        join_url="https://meet.example.org/yoga",
        address="Via 1",
        coordinates=Coordinates(latitude=41.9, longitude=12.4),
    )

    assert "meet.example" not in repr(private)
    assert "Via 1" not in repr(private)
    assert "41.9" not in repr(private)
