"""A file of digests, as the downloader of Pwned Passwords writes it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from marketplace.adapters.security.breached_passwords import BreachedPasswords
from marketplace.adapters.security.passwords import Argon2Passwords
from marketplace.settings import SettingsError
from profiled_calls import profiled_calls


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def a_file(folder: Path, passwords: Iterable[str], line: str = "{digest}:{number}\n") -> Path:
    path = folder / "breached.txt"
    digests = sorted(map(digest, passwords))
    path.write_text("".join(line.format(digest=each, number=pow(7, place, 9999)) for place, each in enumerate(digests)))
    return path


@pytest.mark.parametrize("count", [1, 2, 3, 500])
@pytest.mark.parametrize("line", ["{digest}:{number}\n", "{digest}\n", "{digest}:{number}\r\n"])
def test_every_password_of_the_file_is_found_and_no_other(tmp_path: Path, count: int, line: str) -> None:
    known = [f"gestohlen-ü-{number}" for number in range(count)]
    breached = BreachedPasswords(a_file(tmp_path, known, line))

    assert [each for each in known if each not in breached] == []
    assert [each for each in known if each.upper() in breached] == []
    assert not any(f"other-{number}" in breached for number in range(500))
    breached.close()


def test_digests_may_be_lower_case_and_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    path = a_file(tmp_path, ["one", "two", "three"])
    path.write_text(path.read_text().lower().removesuffix("\n"))
    breached = BreachedPasswords(path)

    assert all(each in breached for each in ("one", "two", "three"))
    breached.close()


def test_a_password_takes_few_reads(tmp_path: Path) -> None:
    breached = BreachedPasswords(a_file(tmp_path, map(str, range(20_000))))

    with profiled_calls() as calls:
        assert all(str(number) in breached for number in range(0, 20_000, 20))

    assert 1_000 <= calls["marketplace.adapters.security.breached_passwords._line_at"] < 8 * 1_000
    breached.close()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "something else around byte 0"),
        ("password\n", "something else around byte 0"),
        (f"{digest('a')}abc\n", "something else"),
        (f"{max(map(digest, 'ab'))}:1\n{min(map(digest, 'ab'))}:1\n", "aren't in ascending order"),
        (None, "No such file"),
    ],
)
def test_file_of_another_format_is_refused_at_the_start(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "breached.txt"
    if text is not None:
        path.write_text(text)

    with pytest.raises(SettingsError, match=f"MARKETPLACE_BREACHED_PASSWORDS is '.*', but .*: .*{reason}"):
        BreachedPasswords(path)


def test_file_that_broke_while_in_use_is_logged_and_keeps_no_one_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_file(tmp_path, ["one", "two", "three"])
    breached = BreachedPasswords(path)
    path.write_text("nothing but words\n" * 20)

    assert "one" not in breached
    assert "can't be read" in caplog.text
    assert "there is something else around byte" in caplog.text
    breached.close()


def test_without_a_file_no_password_is_known_from_a_breach(tmp_path: Path) -> None:
    passwords = Argon2Passwords()
    assert not passwords.is_breached("stolen-elsewhere")
    passwords.close()

    informed = Argon2Passwords(breached=BreachedPasswords(a_file(tmp_path, ["stolen-elsewhere"])))
    assert informed.is_breached("stolen-elsewhere")
    informed.close()
