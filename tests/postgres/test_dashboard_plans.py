"""The cost of the staff dashboard among 200,000 bookings."""

from datetime import UTC, datetime, timedelta

import pytest

from databases import execute
from marketplace.core.domain.dashboards import DashboardWindow
from postgres.query_plans import Watched, carried_out, costly, nodes

SOLD_THEN = datetime(2026, 6, 4, tzinfo=UTC)
"""All bookings were made in the days before."""
SENT_MESSAGES = """
    INSERT INTO messages (id, user_id, kind, subject, version, due_at, expires_at, state, attempts, message_id,
        created_at)
    SELECT gen_random_uuid(), (SELECT id FROM users LIMIT 1), 'booking_booked', number, 0, now(), now(), 'sent', 1,
        number, now()
    FROM generate_series(1, 5000) AS number;
    VACUUM ANALYZE messages
"""
RESOLVED_PAYMENTS = """
    INSERT INTO parked_payments (id, reason, provider, found_at, resolved_at, resolution)
    SELECT gen_random_uuid(), 'twice', 'memory', now(), now(), 'Returned.' FROM generate_series(1, 5000);
    VACUUM ANALYZE parked_payments
"""
BLOCKS_A_DAY = 12
"""Index pages read per day without bookings."""


@pytest.fixture(scope="module", autouse=True)
def _messages(loaded: str) -> None:
    for statement in (*SENT_MESSAGES.split(";"), *RESOLVED_PAYMENTS.split(";")):
        execute(loaded, statement)


@pytest.mark.parametrize("days", [7, 30, 366])
async def test_empty_days_cost_next_to_nothing(loaded: str, program: Watched, days: int) -> None:
    window = DashboardWindow.at(SOLD_THEN + timedelta(days=800), days, "Europe/Madrid")
    await program.storage.dashboards.find(window)  # the driver looks up the array type once per connection

    (plan,) = await carried_out(loaded, program, program.storage.dashboards.find(window))

    assert costly([plan], blocks=50 + days * BLOCKS_A_DAY, rows=10) == []


@pytest.mark.parametrize("days", [7, 366])
async def test_every_number_is_read_from_an_index(loaded: str, program: Watched, days: int) -> None:
    window = DashboardWindow.at(SOLD_THEN, days, "Europe/Madrid")
    await program.storage.dashboards.find(window)  # the driver looks up the array type once per connection

    (plan,) = await carried_out(loaded, program, program.storage.dashboards.find(window))

    found = await program.storage.dashboards.find(window)
    assert found.totals.seats == 200_000
    assert costly([plan], blocks=6_000, rows=201_000) == []
    read = {node.get("Index Name") for node in nodes(plan.root)}
    assert {"ix_bookings_numbers", "ix_booking_steps_cancelled_at", "ix_users_date_joined"} <= read
    assert plan.milliseconds < 1_000
