import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_search import searched
from marketplace.core.domain.search import is_one_typo, title_key, words

ALPHABET = "abc"
short_words = st.text(ALPHABET, max_size=6)


def typos(word: str) -> set[str]:
    """Return every word one typo away from this one, by trying all of them."""
    places = range(len(word) + 1)
    deleted = {word[:i] + word[i + 1 :] for i in places[:-1]}
    inserted = {word[:i] + letter + word[i:] for i in places for letter in ALPHABET}
    substituted = {word[:i] + letter + word[i + 1 :] for i in places[:-1] for letter in ALPHABET}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-2]}
    return (deleted | inserted | substituted | swapped) - {word}


@given(short_words, short_words)
def test_is_one_typo_agrees_with_trying_every_edit(one: str, other: str) -> None:
    assert is_one_typo(one, other) is (other in typos(one))


@given(st.data())
def test_every_edit_of_a_word_is_one_typo_either_way(data: st.DataObject) -> None:
    word = data.draw(short_words)
    for typo in typos(word):
        assert is_one_typo(word, typo)
        assert is_one_typo(typo, word)


def test_a_word_is_no_typo_of_itself() -> None:
    assert not is_one_typo("yoga", "yoga")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Morning Yoga", ("morning", "yoga")),
        ("Crème brûlée", ("creme", "brulee")),
        ("Smørrebrød, Łódź, Straße, Æther", ("smorrebrod", "lodz", "strasse", "aether")),
        ("003e9b 0e1b0d2b", ("003e9b", "0e1b0d2b")),
        ("x" * 300, ("x" * 100,)),
        ("CREME BRU\u0302LE\u0301E", ("creme", "brulee")),
        ("Straße", ("strasse",)),
        ("snake_case, dash-ed; don't", ("snake", "case", "dash", "ed", "don", "t")),
        ("3D printing 2.0", ("3d", "printing", "2", "0")),
        ("\ufb01ne \uff21\uff22", ("fine", "ab")),
        ("日本語", ("日本語",)),
        (" ... ", ()),
        ("", ()),
    ],
)
def test_words_are_runs_of_letters_and_digits_without_accents_and_case(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@searched(100)
@given(st.text(max_size=20))
def test_words_of_words_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(st.text(string.ascii_letters + " éÖ-", max_size=20))
def test_case_does_not_change_where_a_title_is_sorted(title: str) -> None:
    assert title_key(title.upper()) == title_key(title.lower()) == title_key(title)


def test_titles_are_sorted_by_their_words() -> None:
    assert sorted(["Zumba", "Äpfel", "apfel 2", "(Bread)"], key=title_key) == ["Äpfel", "apfel 2", "(Bread)", "Zumba"]
