"""A race that is lost once in a hundred runs is a fault: the tests that search for one never run again."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NEVER_AGAIN = [
    *(TESTS / "contracts").glob("test_*.py"),
    *(
        TESTS / "postgres" / f"test_{name}.py"
        for name in (
            "bulk_runs",
            "event_races",
            "idempotency",
            "job_crashes",
            "kill",
            "picture_crashes",
            "races",
            "staff_races",
            "upgrades",
        )
    ),
]


@pytest.mark.parametrize("file", NEVER_AGAIN, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_lost_race_fails_at_once(file: Path) -> None:
    assert "flaky(" not in file.read_text()


@pytest.mark.parametrize("name", ["browser/test_last_seat.py", "deployment/test_full_stack.py"])
def test_lost_booking_fails_at_once_in_folders_that_run_again(name: str) -> None:
    assert "flaky(reruns=0)" in (TESTS / name).read_text()
