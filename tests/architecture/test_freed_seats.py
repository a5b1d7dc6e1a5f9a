"""Seats that are released are offered to those who wait."""

import re
from pathlib import Path

SERVICES = Path(__file__).parents[2] / "src" / "marketplace" / "core" / "services"
OFFERING = {
    # releases first and offers once the booking has its other seats
    "booking_moves.py": "offer_again",
    # ends the lines of what is cancelled as a whole
    "slots.py": "close",
    "waitlist_lines.py": "offer_all",
}


def test_no_service_releases_seats_without_offering_them() -> None:
    releasing = {
        path.name for path in SERVICES.rglob("*.py") if re.search(r"slots\.release(_held)?\(", path.read_text())
    }

    assert releasing == set(OFFERING)
    for name, offer in OFFERING.items():
        assert f"{offer}(" in (SERVICES / name).read_text()


def test_every_change_of_seats_offers_those_that_are_given_back() -> None:
    changing = {path.name for path in SERVICES.rglob("*.py") if "slots.change_seats(" in path.read_text()}

    # `booking_payments.py` only takes seats
    assert changing == {"booking_payments.py", "booking_steps.py", "seat_changes.py"}
    for name in changing - {"booking_payments.py"}:
        assert "offer_seats_of(" in (SERVICES / name).read_text()
