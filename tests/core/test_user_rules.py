import pytest

from builders import TOMORROW, a_user
from fakes import NOW, PlainPasswords
from marketplace.core.domain.passwords import validate_password
from marketplace.core.domain.users import fold


def validate(password: str) -> list[str]:
    return validate_password(password, names=("ada@example.org", "AdaLovelace"), lists=PlainPasswords())


@pytest.mark.parametrize(
    "password", ["12345678", "correct horse battery", "p" * 128, "пароль для меня", "        ", "market of sessions"]
)
def test_password_of_8_to_128_characters_of_any_kind_is_accepted(password: str) -> None:
    assert validate(password) == []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("1234567", "8 to 128"),
        ("p" * 129, "8 to 128"),
        ("", "8 to 128"),
        ("ADA@example.org", "email"),
        ("adalovelace", "username"),
        ("PassWord1", "most common"),
        ("stolen-elsewhere", "stolen from another site"),
        ("Marketplace2026!", "word of this site"),
        ("!sessions-SESSIONS-1", "word of this site"),
        ("\uff21DMIN 12345", "word of this site"),
    ],
)
def test_refused_password_has_one_error_sentence(password: str, word: str) -> None:
    (sentence,) = validate(password)
    assert word in sentence


@pytest.mark.parametrize(
    ("one", "other"), [("Ada", "aDA"), ("Straße", "STRASSE"), ("\uff21da", "ada"), ("\ufb01n", "FIN"), ("é", "e\u0301")]
)
def test_names_that_differ_in_case_or_form_only_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_names_that_differ_in_an_accent_are_different() -> None:
    assert fold("rene") != fold("rené")


@pytest.mark.parametrize("text", ["\u0345", "ǰ", "ΐ", "ẞ", "İ", "ﬃ"])
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_password_hash_is_not_printed_with_the_user() -> None:
    user = a_user(password_hash="$argon2id$secret")

    assert "argon2id" not in repr(user)


def test_another_address_is_unverified_and_one_that_differs_in_case_is_not() -> None:
    user = a_user(email="ada@example.org", email_verified_at=NOW)

    assert user.with_values(email="Ada@Example.org", first_name="Augusta").email_verified_at == NOW
    assert user.with_values(email="ada@example.com").email_verified_at is None
    assert user.with_values(first_name="Augusta").email_verified_at == NOW


def test_address_keeps_the_time_of_its_first_proof() -> None:
    user = a_user().with_verified_email(NOW)

    assert user.with_verified_email(TOMORROW).email_verified_at == NOW
