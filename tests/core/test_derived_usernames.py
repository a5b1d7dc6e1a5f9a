"""Usernames derived from the names of a person who chose none."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.adapters.security.confusables import IcuConfusables
from marketplace.core.domain.derived_usernames import derived_usernames
from marketplace.core.domain.fields import validate_field
from marketplace.core.domain.users import Username

pytestmark = pytest.mark.thorough

SEED = UUID(int=123_456_789_012)
CONFUSABLES = IcuConfusables()


def is_allowed(username: str) -> bool:
    return not CONFUSABLES.mixes_scripts(username)


def first_of(first_name: str, last_name: str) -> str:
    return derived_usernames(first_name, last_name, SEED, is_allowed)[0]


@pytest.mark.parametrize(
    ("first_name", "last_name", "username"),
    [
        ("Ada", "Byron", "ada.byron"),
        ("Ada", "", "ada"),
        ("", "Byron", "byron"),
        ("\u0130smet", "Vural", "ismet.vural"),
        ("María del Carmen", "López", "maría.del.carmen.lópez"),
        ("Jean-Luc", "O'Neil", "jean-luc.oneil"),
        ("Иван", "Петров", "иван.петров"),
        ("山田", "太郎", "山田.太郎"),
        ("Straße", "🎉", "strasse"),
        ("A" * 150, "B", "a" * 40),
    ],
)
def test_username_is_spelled_as_the_names_are(first_name: str, last_name: str, username: str) -> None:
    assert first_of(first_name, last_name) == username


@pytest.mark.parametrize(
    ("first_name", "last_name"),
    [("", ""), ("X", ""), ("!!!", "???"), ("_", "-"), ("प्रिया", "शर्मा"), ("ada@example.org", "")],
    ids=ascii,
)
def test_username_is_neutral_where_names_spell_none(first_name: str, last_name: str) -> None:
    assert first_of(first_name, last_name) == "member-9012"


def test_username_of_names_in_two_scripts_is_the_first_name() -> None:
    assert first_of("Иван", "Smith") == "иван"


def test_name_that_mixes_scripts_itself_gives_a_neutral_username() -> None:
    assert first_of("\u0420aul", "Smith") == "member-9012"


def test_taken_username_is_followed_by_ever_longer_numbers() -> None:
    assert derived_usernames("Ada", "Byron", SEED, is_allowed) == (
        "ada.byron",
        "ada.byron12",
        "ada.byron9012",
        "ada.byron789012",
        "ada.byron456789012",
        "ada.byron123456789012",
    )


@given(st.text(max_size=150), st.text(max_size=150), st.uuids())
def test_any_names_give_only_valid_usernames(first_name: str, last_name: str, seed: UUID) -> None:
    for username in derived_usernames(first_name, last_name, seed, is_allowed):
        assert validate_field("username", Username, username) == {}
        assert is_allowed(username)
