"""The responses that the front end's tests read, so that both sides test the same contract.

`MARKETPLACE_WRITE_FIXTURES=1 pytest tests/http/test_fixtures.py` writes the file; otherwise it fails when it is stale.
"""

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders import stored_booking
from fakes import NOW
from http_api import Api
from marketplace.adapters.exports.cells import FORMULAS
from marketplace.adapters.exports.text import CsvFile
from marketplace.core.domain.booking_steps import LIVE, BookingStatus
from marketplace.core.domain.zone_names import RENAMED_ZONES

FRONTEND = Path(__file__).parents[2] / "frontend/src"
FIXTURES = FRONTEND / "testing/fixtures"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HOUR = timedelta(hours=1)
START = NOW + 30 * HOUR
NOTICE = 4
MOMENTS = {
    "in_time": NOW,
    "too_late_for_the_learner": START - NOTICE * HOUR,
    "over": START + HOUR,
}
STATUSES: tuple[BookingStatus, ...] = ("pending", "confirmed", "cancelled", "completed")


def with_numbered_ids(answers: dict[str, Any]) -> str:
    """Return the responses as JSON with ids replaced by numbers in order of appearance, the same in each run."""
    known: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return known.setdefault(match[0], f"00000000-0000-7000-8000-{len(known):012}")

    return UUID.sub(numbered, json.dumps(answers, indent=2)) + "\n"


async def answers_of(api: Api) -> dict[str, Any]:
    """Return a booking of each status as its learner, its creator and the staff see it over time."""
    creator = await api.creator(email="elena@example.org", username="elena", first_name="Elena", last_name="Marchetti")
    learner = await api.person(email="noor@example.org", username="noor", first_name="Noor", last_name="Haddad")
    staff = await api.person(email="robin@example.org", username="robin", is_staff=True)
    found: dict[str, Any] = {}
    for number, status in enumerate(STATUSES):
        session = await api.session(creator, cancellation_notice=NOTICE, requires_confirmation=status == "pending")
        booking = await stored_booking(
            api.storage,
            session,
            learner.id,
            starts_at=START + number * timedelta(days=1),
            status=status,
            respond_by=NOW + 24 * HOUR if status == "pending" else None,
        )
        for moment, at in MOMENTS.items() if status in LIVE else [("in_time", NOW)]:
            api.clock.at = at + number * timedelta(days=1)
            for name, user, path in (
                ("learner", learner.user, "/api/bookings/{}/"),
                ("creator", creator.user, "/api/bookings/{}/"),
                ("staff", staff.user, "/api/admin/bookings/{}/"),
            ):
                viewer = await api.login(user)
                answer = await viewer.get(path.format(booking.id))
                assert answer.status_code == 200, answer.text
                found[f"{status}/{moment}/{name}"] = {"now": api.clock.at.isoformat()} | {"booking": answer.json()}
        api.clock.at = NOW
    return found


CSV_ROWS: list[list[str | int]] = [
    ["Title", "Seats"],
    ["x;=1+1", 2],
    ['Née "Müller", twice\nover', -1],
    ["", 10],
]
CSV_ROWS += [[f"{start}1", 0] for start in FORMULAS]


def fixed(path: Path, text: str) -> str:
    """Return the content of a file, written first if that is asked for."""
    if os.environ.get("MARKETPLACE_WRITE_FIXTURES"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")


async def test_fixtures_of_the_front_end_are_the_answers_of_the_api(api: Api) -> None:
    text = with_numbered_ids(await answers_of(api))

    assert fixed(FIXTURES / "bookings.json", text) == text, "stale: make fixtures"


def test_csv_of_the_front_end_is_that_of_the_exports() -> None:
    head, *rows = CSV_ROWS
    file = CsvFile([str(name) for name in head])
    written = (file.begin() + file.rows(rows) + file.end()).decode()
    text = json.dumps({"rows": CSV_ROWS, "text": written}, indent=2) + "\n"

    assert fixed(FIXTURES / "csv.json", text) == text, "stale: make fixtures"


def test_front_end_renames_zones_by_the_table_of_the_core() -> None:
    text = json.dumps(RENAMED_ZONES, indent=2) + "\n"

    assert fixed(FRONTEND / "lib/time/renamedZones.json", text) == text, "stale: make fixtures"
