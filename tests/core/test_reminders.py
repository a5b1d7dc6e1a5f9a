"""Reminders are due at instants, which no clock change of any zone moves."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from fakes import NOW, FreshIds
from marketplace.core.domain.message_causes import REMINDERS, reminder_due
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.services.new_messages import NewMessages

YEARS = 4
REMINDED = 100_000
USER = FreshIds().new()


def test_reminder_is_due_a_day_of_24_hours_before_even_if_the_clocks_change() -> None:
    after_change = datetime(2027, 3, 28, 9, tzinfo=ZoneInfo("Europe/Madrid"))

    due = reminder_due(MessageKind.REMINDER_DAY, after_change.astimezone(UTC))

    assert due == datetime(2027, 3, 27, 7, tzinfo=UTC)
    assert due.astimezone(ZoneInfo("Europe/Madrid")).hour == 8


@pytest.mark.thorough
def test_reminders_of_100_000_starts_in_all_zones_are_due_at_the_right_instant() -> None:
    chosen, zones = random.Random(14), [ZoneInfo(name) for name in sorted(available_timezones())]  # noqa: S311 - reproducible
    decide = NewMessages(ids=FreshIds(), host="sessions.example.org", is_on=True).decide
    wrong = list[str]()
    for number in range(REMINDED):
        zone, kind = zones[number % len(zones)], (MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOUR)[number % 2]
        minutes = chosen.randrange(YEARS * 366 * 24 * 4) * 15
        wall = (NOW + timedelta(minutes=minutes)).replace(tzinfo=zone, fold=number % 3 % 2)
        start = wall.astimezone(UTC)
        topic = Topic(subject=str(number), starts_at=start)
        message = decide(kind, USER, topic, NOW, reminder_due(kind, start))
        seconds = start.timestamp() - message.due_at.timestamp()
        is_right = seconds == REMINDERS[kind].total_seconds() and message.due_at.utcoffset() == timedelta()
        if not (is_right and message.due_at < message.expires_at <= start):
            wrong.append(f"{zone} {wall}")

    assert len(zones) > 400
    assert wrong == []
