"""The clock of a demo can be moved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marketplace.adapters.system import READ_EVERY, MovedClock, SystemClock
from marketplace.bootstrap.container import make_container
from marketplace.core.ports.system import Clock
from marketplace.entrypoints.cli import main
from marketplace.settings import Settings

SECRET = "forty-two characters that nobody else has"


def sandbox(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["sandbox", *words], env={"MARKETPLACE_DATA_DIR": str(folder)})


def ahead(folder: Path) -> timedelta:
    return MovedClock(folder / "clock").now() - datetime.now(UTC)


def is_about(found: timedelta, expected: timedelta) -> bool:
    return abs(found - expected) < timedelta(seconds=60)


def test_clock_moves_forward_step_by_step_and_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert is_about(ahead(folder), timedelta())

    assert sandbox(folder, "--forward", "24h").exit_code == 0
    assert sandbox(folder, "--forward", "90m").exit_code == 0
    assert is_about(ahead(folder), timedelta(hours=25, minutes=30))

    assert sandbox(folder, "--reset").exit_code == 0
    assert is_about(ahead(folder), timedelta())


@pytest.mark.parametrize("words", [(), ("--forward", "soon"), ("--forward", "-1h"), ("--forward", "1h", "--reset")])
def test_wrong_span_moves_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert sandbox(tmp_path, *words).exit_code == 2
    assert not (tmp_path / "clock").exists()


def test_clock_is_at_most_ten_years_ahead(tmp_path: Path) -> None:
    assert sandbox(tmp_path, "--forward", "3650d").exit_code == 0
    assert sandbox(tmp_path, "--forward", "1d").exit_code == 2


def test_running_program_follows_within_a_second(tmp_path: Path) -> None:
    clock = MovedClock(tmp_path / "clock")
    assert is_about(clock.now() - datetime.now(UTC), timedelta())
    (tmp_path / "clock").write_text("3600")
    clock._read_at -= READ_EVERY  # noqa: SLF001 - instead of waiting

    assert is_about(clock.now() - datetime.now(UTC), timedelta(hours=1))


@pytest.mark.parametrize(("inbox", "expected"), [(True, MovedClock), (False, SystemClock)])
async def test_only_a_program_with_an_inbox_reads_the_moved_clock(
    tmp_path: Path, *, inbox: bool, expected: type[Clock]
) -> None:
    container = make_container(Settings(storage="memory", secret_key=SECRET, inbox=inbox, data_dir=tmp_path))

    assert isinstance(await container.get(Clock), expected)
    await container.close()
