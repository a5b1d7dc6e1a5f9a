"""Texts, prices and schedules of the demo's sessions, as a buyer sees them."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from marketplace.core.domain.fields import validate_values
from marketplace.core.domain.schedules import TimeRange
from marketplace.core.domain.search import title_key
from marketplace.core.domain.sessions import (
    DESCRIPTION_LENGTH,
    MAX_PARTICIPANTS,
    MAX_TAGS,
    TAG_LENGTH,
    TITLE_LENGTH,
    Session,
)
from marketplace.core.domain.users import User
from marketplace.demo.people import CREATORS, DEMO_ACCOUNTS, DEMO_PASSWORD, PEOPLE
from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions import CREATOR_TEXTS, SESSIONS, DemoSession

FRIDAY = datetime(2026, 3, 27, 14, 23, tzinfo=UTC)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: title_key(session.title))
def test_the_text_and_figures_of_a_session_keep_to_the_contract(session: DemoSession) -> None:
    changes = session.changes()
    assert 1 <= len(session.title) <= min(60, TITLE_LENGTH)
    assert session.description.strip() == session.description
    assert 250 <= len(session.description) <= min(1_100, DESCRIPTION_LENGTH)
    assert 2 <= len(session.description.split("\n\n")) <= 4
    assert 20 <= session.duration <= 240
    assert Decimal(0) <= changes["price"] <= Decimal("240.00")
    assert changes["price"].as_tuple().exponent == -2
    assert 1 <= session.seats <= min(30, MAX_PARTICIPANTS)
    assert 2 <= len(set(session.tags)) == len(session.tags) <= min(6, MAX_TAGS)
    assert all(tag == tag.lower() and len(tag) <= TAG_LENGTH for tag in session.tags)


def test_prices_and_durations_cover_whole_range() -> None:
    assert {min(Decimal(one.price) for one in SESSIONS), max(Decimal(one.price) for one in SESSIONS)} == {0, 240}
    assert {min(one.duration for one in SESSIONS), max(one.duration for one in SESSIONS)} == {20, 240}


def test_catalog_has_private_lessons_and_group_classes() -> None:
    assert sum(one.seats == 1 for one in SESSIONS) >= 6
    assert sum(8 <= one.seats <= 30 for one in SESSIONS) >= 60


def test_some_sessions_require_confirmation_or_cancellation_notice() -> None:
    assert 6 <= sum(one.requires_confirmation for one in SESSIONS) <= 12
    assert {0, 24, 48, 72} <= {one.cancellation_notice for one in SESSIONS}


def test_titles_and_sentences_are_not_repeated() -> None:
    assert len({one.title for one in SESSIONS}) == 80
    bookable_starts = Counter(" ".join(one.description.casefold().split()[:3]) for one in SESSIONS)
    sentences = Counter(
        sentence.casefold() for one in SESSIONS for sentence in re.split(r"(?<=[.!?:])\s+", one.description)
    )
    assert [bookable for bookable, number in bookable_starts.items() if number > 1] == []
    assert [sentence for sentence, number in sentences.items() if number > 1] == []


def test_images_and_links_never_lead_to_another_host() -> None:
    assert all(one.changes()["image_url"] is None for one in SESSIONS)
    assert not any("http" in one.description or "www." in one.description for one in SESSIONS)


def test_every_session_says_where_it_is_who_it_is_for_and_what_to_bring() -> None:
    assert [one.title for one in SESSIONS if validate_values(Session, one.changes())] == []
    assert all(one.audience and one.bring and one.language for one in SESSIONS)
    assert {one.format for one in SESSIONS} == {"online", "in_person", "at_yours"}
    assert all(one.place for one in SESSIONS if one.format != "online")
    links = [one.join_url for one in SESSIONS if one.format == "online"]
    assert len({*links}) == len(links)
    assert all(link is not None and link.startswith("https://meet.example.org/") for link in links)


def test_every_creator_has_five_sessions() -> None:
    assert Counter(one.creator for one in SESSIONS) == {person.username: 5 for person in CREATORS}


def test_every_creator_says_who_they_are_in_paragraphs_without_line_wrapping() -> None:
    assert CREATOR_TEXTS.keys() == {person.username for person in CREATORS}
    for texts in CREATOR_TEXTS.values():
        assert validate_values(User, texts.changes()) == {}
        paragraphs = str(texts.changes()["bio"]).split("\n\n")
        assert len(paragraphs) >= 1
        assert all(paragraph and "\n" not in paragraph for paragraph in paragraphs)


def test_names_and_addresses_are_unique_and_cannot_belong_to_anyone() -> None:
    assert len({person.username for person in PEOPLE}) == len({person.address for person in PEOPLE}) == len(PEOPLE)
    assert all(person.address.endswith("@demo.example") for person in PEOPLE)


def test_creators_and_learners_live_all_over_the_world() -> None:
    assert len({person.time_zone for person in CREATORS}) == 16
    assert {person.time_zone.split("/")[0] for person in CREATORS} == {
        *("Africa", "America", "Asia", "Australia", "Europe", "Pacific")
    }
    assert len({person.time_zone for person in PEOPLE}) >= 30


def test_demo_accounts_are_a_learner_a_creator_and_an_administrator() -> None:
    assert [(one.email, one.role, one.name) for one in DEMO_ACCOUNTS] == [
        ("learner@demo.example", "user", "Noor Haddad"),
        ("creator@demo.example", "creator", "Elena Marchetti"),
        ("admin@demo.example", "admin", "Robin Ashworth"),
    ]
    assert {one.password for one in DEMO_ACCOUNTS} == {DEMO_PASSWORD}


def test_a_password_can_be_typed_on_a_phone() -> None:
    assert re.fullmatch("[a-z]{8,12}", DEMO_PASSWORD)


def test_hours_are_read_as_they_are_written() -> None:
    hours = WeeklyHoursBuilder(weekly=("Tue Thu 09:00-12:00 14:00-17:00 every 30",), notice=3, horizon=10)
    schedule = hours.schedule("Asia/Tokyo", FRIDAY)
    assert schedule.validate() == {}
    assert (schedule.time_zone, schedule.notice, schedule.horizon) == ("Asia/Tokyo", 180, 10)
    assert [(one.weekday, str(one.hours), one.hours.step) for one in schedule.weekly] == [
        (2, "09:00 to 12:00", 30),
        (2, "14:00 to 17:00", 30),
        (4, "09:00 to 12:00", 30),
        (4, "14:00 to 17:00", 30),
    ]


def test_extra_dates_are_ahead_in_creators_time_zone() -> None:
    hours = WeeklyHoursBuilder(
        extras=("Fri+0 10:00-11:00", "Sat+0 10:00-11:00", "Sat+1 10:00-11:00"), exceptions=("Fri+0",)
    )
    in_rome, in_auckland = hours.schedule("Europe/Rome", FRIDAY), hours.schedule("Pacific/Auckland", FRIDAY)
    assert [f"{extra.on}" for extra in in_rome.extras] == ["2026-04-03", "2026-03-28", "2026-04-04"]
    assert [f"{extra.on}" for extra in in_auckland.extras] == ["2026-04-03", "2026-04-04", "2026-04-11"]
    assert [(f"{one.on}", one.ranges) for one in in_rome.exceptions] == [("2026-04-03", ())]


def test_a_series_has_a_first_and_a_last_week() -> None:
    schedule = WeeklyHoursBuilder(weekly=("Sun 10:00-11:00",), weeks=(-1, 2)).schedule("Europe/Rome", FRIDAY)
    assert (f"{schedule.valid_from}", f"{schedule.valid_until}") == ("2026-03-16", "2026-04-12")


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: title_key(session.title))
def test_demo_hours_make_a_valid_schedule_in_which_every_date_override_has_effect(session: DemoSession) -> None:
    zone = next(person.time_zone for person in CREATORS if person.username == session.creator)
    for moment in (FRIDAY + timedelta(days=days) for days in range(7)):
        schedule = session.hours.schedule(zone, moment)
        assert schedule.validate() == {}
        today = moment.astimezone(ZoneInfo(zone)).date()
        usual: dict[int, tuple[TimeRange, ...]] = {}
        for one in schedule.weekly:
            usual[one.weekday] = (*usual.get(one.weekday, ()), one.hours)
        for exception in schedule.exceptions:
            assert today < exception.on <= today + timedelta(days=22)
            assert exception.on.isoweekday() in usual
            assert exception.ranges != usual[exception.on.isoweekday()]
        assert all(today < extra.on <= today + timedelta(days=28) for extra in schedule.extras)


def test_schedules_have_days_off_other_hours_extra_dates_and_series() -> None:
    hours = [one.hours for one in SESSIONS if one.status == "active" and not one.is_open]
    exceptions = [line for one in hours for line in one.exceptions]
    assert sum("-" not in line for line in exceptions) >= 10
    assert sum("-" in line for line in exceptions) >= 6
    assert sum(one.weekly == () and len(one.extras) == 1 for one in hours) >= 3
    assert sum(one.weekly == () and len(one.extras) > 1 for one in hours) >= 3
    assert sum(one.weeks is not None for one in hours) >= 3
    assert sum(any("every" in line for line in one.weekly) for one in hours) >= 6
    assert sum(one.buffer_before or one.buffer_after for one in hours) >= 15
    assert len({one.notice for one in hours}) >= 6
    assert len({one.horizon for one in hours}) >= 4
    assert 3 <= sum(one.is_open for one in SESSIONS) <= 6
