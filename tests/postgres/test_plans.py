"""Plans of the adapter's statements, with 200,000 sessions and as many bookings."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import asyncpg
import pytest

from builders import (
    PASSWORD,
    TOMORROW,
    a_schedule,
    a_user,
    principal_of,
    services_over,
    stored_feed,
    stored_login,
    stored_session,
    stored_user,
    stored_users,
)
from fakes import NOW
from marketplace.adapters.postgres.catalog.labels import MAX_FEW
from marketplace.adapters.postgres.catalog.rows import FREE_STARTS, NEXT_SLOTS, repeated
from marketplace.adapters.postgres.sessions import READ
from marketplace.core.domain.calendars import FeedWindow
from marketplace.core.domain.catalog import CatalogFilters, Ordering
from marketplace.core.domain.suggestions import SUGGESTIONS_WALK, SUGGESTIONS_WINDOW
from marketplace.core.domain.summaries import SummaryWindow
from postgres.large_dataset import BUSY_CREATOR, BUSY_PERSON, numbered
from postgres.query_plans import CUSTOM_PLANS, PAGE, Watched, carried_out, costly, pages, sent
from postgres.searched_words import RANKED, WINDOW_BLOCKS, WINDOW_ROWS
from staff_services import staff_over

pytestmark = pytest.mark.starts_first

PAGE_BLOCKS = 700
"""Maximum 8 KiB pages for a page of a list: its rows, their creators, and skipped index entries."""
COUNTED_ROWS = 12_000
"""Maximum index entries that facets read to count 10,000 sessions, and maximum 8 KiB pages with those of creators."""

BOOK_AT = TOMORROW + timedelta(hours=1)

SORTED: dict[str, CatalogFilters] = {
    word: CatalogFilters(ordering=word)
    for word in get_args(Ordering)
    if word not in {"relevance", "next_slot"} and not word.endswith("featured_at")
}
FILTERED = {
    "price and duration": CatalogFilters(
        min_price=Decimal(20), max_price=Decimal(80), min_duration=30, max_duration=90
    ),
    "a narrow price": CatalogFilters(min_price=Decimal(20), max_price=Decimal("20.05")),
    "a price that nothing has": CatalogFilters(min_price=Decimal(500)),
    "category": CatalogFilters(category="music"),
    "category by price": CatalogFilters(category="music", ordering="price"),
    "an unused category": CatalogFilters(category="juggling"),
    "tag": CatalogFilters(tag="tag8"),
    "a rare tag": CatalogFilters(tag="tag778"),
    "a rare tag by price": CatalogFilters(tag="tag778", ordering="price"),
    "an unused tag": CatalogFilters(tag="juggling"),
    "an unused place with accents": CatalogFilters(place="Köln"),
    "creator": CatalogFilters(creator=numbered("user", 7)),
    "the front page": CatalogFilters(featured=True, ordering="-featured_at"),
    "a busy creator": CatalogFilters(creator=numbered("user", BUSY_CREATOR)),
    "a rare word, newest first": CatalogFilters(words=("rare",)),
    "a rare word by price": CatalogFilters(words=("rare",), ordering="price"),
    "a common word, newest first": CatalogFilters(words=("common",)),
    "a common word by price": CatalogFilters(words=("common",), ordering="price"),
}
COUNTED: dict[str, tuple[CatalogFilters, int]] = {
    "everything": (CatalogFilters(), COUNTED_ROWS),
    "a category": (CatalogFilters(category="music"), COUNTED_ROWS),
    "a wide price": (CatalogFilters(min_price=Decimal(20), max_price=Decimal(80)), 4 * COUNTED_ROWS),
    "a common word": (CatalogFilters(words=("common",)), WINDOW_ROWS),
    "a word of every session": (CatalogFilters(words=("everywhere",)), WINDOW_ROWS),
    "a rare word": (CatalogFilters(words=("rare",)), WINDOW_ROWS),
    "a prefix of middling frequency": (CatalogFilters(words=("tag8",)), WINDOW_ROWS),
    "a word of middling frequency at a price": (CatalogFilters(words=("tag49",), max_price=Decimal(20)), WINDOW_ROWS),
    "a tag": (CatalogFilters(tag="tag8"), WINDOW_ROWS),
    "a tag and a category that never meet": (CatalogFilters(tag="tag8", category="business"), PAGE),
    "a tag and a category that meet": (CatalogFilters(tag="tag8", category="art"), 2 * MAX_FEW),
}
SUGGESTED = {
    "a common word": "common",
    "a prefix of a common word": "com",
    "a prefix of many words": "tag8",
    "a word of every description": "everywhere",
    "a name of every creator": "ada",
    "a rare word": "rare",
    "an unknown word": "zzzzzzzzzz",
    "one letter": "c",
    "a common word and the beginning of a rare one": "common ra",
}
SUGGESTED_ROWS = SUGGESTIONS_WALK + SUGGESTIONS_WINDOW + 200
"""The newest listed sessions among unlisted ones, the matches looked up, and titles."""


@pytest.mark.parametrize("filters", SORTED.values(), ids=SORTED)
async def test_page_1000_of_every_ordering_costs_what_page_1_costs(
    loaded: str, program: Watched, filters: CatalogFilters
) -> None:
    found = await pages(loaded, program, lambda limit, after: program.storage.catalog.list(filters, limit, after, NOW))

    versions = await pages(
        loaded, program, lambda limit, after: program.storage.catalog.page(filters, limit, after, NOW)
    )

    assert 2 < len(found) <= 4  # of each page its rows, and next slots where one has a schedule
    assert len(versions) == 2
    assert costly([*found, *versions], blocks=300, rows=3 * PAGE) == []


@pytest.mark.parametrize("statement", [NEXT_SLOTS, FREE_STARTS, READ])
async def test_statement_about_one_session_is_not_planned_at_each_execution(loaded: str, statement: str) -> None:
    connection = await asyncpg.connect(loaded)
    try:
        prepared = await connection.prepare(statement)
        for _ in range(2 * CUSTOM_PLANS):
            await prepared.fetch(repeated([numbered("session", 1)]), NOW)
        plans = "SELECT custom_plans FROM pg_prepared_statements WHERE statement = $1"
        assert await connection.fetchval(plans, statement) < CUSTOM_PLANS
    finally:
        await connection.close()


async def test_sessions_and_next_slots_of_a_page_are_read_by_their_keys(loaded: str, program: Watched) -> None:
    catalog = program.storage.catalog
    ids = [each.id for each in (await catalog.page(CatalogFilters(), PAGE, None, NOW)).items]

    # the driver loads types with the first statement
    await catalog.read(ids, NOW)

    found = await carried_out(loaded, program, catalog.read(ids, NOW))
    found += await carried_out(loaded, program, catalog.next_slots(ids, NOW))
    window = CatalogFilters(available_from=TOMORROW, available_to=TOMORROW + timedelta(days=2))
    found += await carried_out(loaded, program, catalog.first_slots(ids, window, NOW))

    assert len(found) == 3
    assert costly(found, blocks=PAGE_BLOCKS, rows=3 * PAGE) == []


@pytest.mark.parametrize("filters", FILTERED.values(), ids=FILTERED)
async def test_a_filtered_page_reads_little_more_than_it_shows(
    loaded: str, program: Watched, filters: CatalogFilters
) -> None:
    found = await pages(loaded, program, lambda limit, after: program.storage.catalog.list(filters, limit, after, NOW))

    assert costly(found, blocks=PAGE_BLOCKS, rows=5_000) == []


@pytest.mark.parametrize(("filters", "rows"), COUNTED.values(), ids=COUNTED)
async def test_facets_count_a_bounded_number_of_sessions(
    loaded: str, program: Watched, filters: CatalogFilters, rows: int
) -> None:
    found = await carried_out(loaded, program, program.storage.catalog.facets(filters, NOW))

    assert costly(found, blocks=COUNTED_ROWS, rows=rows) == []


@pytest.mark.parametrize("ordering", ["-created_at", "price"])
async def test_page_of_a_tag_and_a_category_that_never_meet_reads_no_session(
    loaded: str, program: Watched, ordering: Ordering
) -> None:
    filters = CatalogFilters(tag="tag8", category="business", ordering=ordering)

    found = await carried_out(loaded, program, program.storage.catalog.list(filters, PAGE, None, NOW))

    assert costly(found, blocks=50, rows=0) == []


async def test_page_of_a_tag_and_a_category_that_seldom_meet_reads_only_the_sessions_with_both(
    loaded: str, program: Watched
) -> None:
    filters = CatalogFilters(tag="tag8", category="art")
    found = await pages(loaded, program, lambda limit, after: program.storage.catalog.list(filters, limit, after, NOW))

    assert costly(found, blocks=8 * MAX_FEW, rows=2 * MAX_FEW) == []


async def test_page_of_booked_slots_reads_no_other_booking_of_the_creator(loaded: str, program: Watched) -> None:
    creator = numbered("user", BUSY_CREATOR)
    asking = program.storage.availabilities.booked_slots

    found = await pages(loaded, program, lambda limit, after: asking(creator, NOW, limit, after))

    assert costly(found, blocks=40 * PAGE, rows=12 * PAGE) == []


@pytest.mark.parametrize("words", RANKED.values(), ids=RANKED)
async def test_a_search_by_relevance_reads_its_window_and_no_more(
    loaded: str, program: Watched, words: tuple[str, ...]
) -> None:
    filters = CatalogFilters(words=words, ordering="relevance")
    found = await pages(loaded, program, lambda limit, after: program.storage.catalog.list(filters, limit, after, NOW))
    middle = (await program.storage.catalog.list(filters, 50 * PAGE, None, NOW)).next
    if middle is not None:
        found += await carried_out(loaded, program, program.storage.catalog.list(filters, PAGE, middle, NOW))

    assert costly(found, blocks=WINDOW_BLOCKS, rows=WINDOW_ROWS) == []


@pytest.mark.parametrize(("word", "label"), [("rare", False), ("tag778", False), ("tag8", True), ("common", True)])
async def test_a_search_by_relevance_says_when_it_ranks_only_some_matches(
    program: Watched, word: str, *, label: bool
) -> None:
    filters = CatalogFilters(words=(word,), ordering="relevance")
    page = await program.storage.catalog.list(filters, PAGE, None, NOW)
    facets = await program.storage.catalog.facets(filters, NOW)

    assert len(page.items) == PAGE
    assert (page.is_bounded, facets.is_bounded) == (label, label)


async def test_searches_of_rare_words_leave_no_plan_for_common_ones(loaded: str, program: Watched) -> None:
    async def search(word: str) -> Any:
        return await program.storage.catalog.list(CatalogFilters(words=(word,)), PAGE, None, NOW)

    connection = await asyncpg.connect(loaded, server_settings={"jit": "off"})
    try:
        newest_first = {word: (await program.sent_by(search(word)))[1] for word in ("rare", "com")}
        prepared = await connection.prepare(newest_first["rare"].query)
        for _ in range(2 * CUSTOM_PLANS):
            await prepared.fetch(*newest_first["rare"].args)
        plan = await prepared.explain(*newest_first["com"].args, analyze=True)
    finally:
        await connection.close()

    assert newest_first["rare"].query == newest_first["com"].query
    assert "Bitmap" not in str(plan)


@pytest.mark.parametrize("text", SUGGESTED.values(), ids=SUGGESTED)
async def test_suggestions_are_one_statement_that_reads_a_bounded_number_of_rows(
    loaded: str, program: Watched, text: str
) -> None:
    found = await carried_out(loaded, program, program.storage.catalog.suggest(tuple(text.split())))

    assert len(found) == 1
    assert costly(found, blocks=2 * SUGGESTED_ROWS, rows=SUGGESTED_ROWS) == []


@pytest.mark.parametrize("number", [7, BUSY_CREATOR])
async def test_own_sessions_of_creator_are_one_index_scan(loaded: str, program: Watched, number: int) -> None:
    creator = numbered("user", number)
    found = await pages(
        loaded, program, lambda limit, after: program.storage.catalog.of_creator(creator, limit, after, NOW)
    )

    assert costly(found, blocks=300, rows=3 * PAGE) == []


@pytest.mark.parametrize("number", [3_000, BUSY_PERSON])
async def test_bookings_of_a_person_are_one_index_scan_per_status(loaded: str, program: Watched, number: int) -> None:
    lists, person = program.storage.booking_lists, numbered("user", number)
    found = await pages(loaded, program, lambda limit, after: lists.of_user(person, limit, after))

    assert costly(found, blocks=400, rows=6 * PAGE) == []


@pytest.mark.parametrize("number", [7, BUSY_CREATOR])
async def test_bookings_of_a_creator_are_one_index_scan_per_status(loaded: str, program: Watched, number: int) -> None:
    lists, creator = program.storage.booking_lists, numbered("user", number)
    found = await pages(loaded, program, lambda limit, after: lists.of_creator(creator, limit, after))

    assert costly(found, blocks=400, rows=6 * PAGE) == []


@pytest.mark.parametrize(("number", "most_rows"), [(7, 2_000), (BUSY_CREATOR, 40_000)])
async def test_a_summary_is_one_statement_that_reads_the_creators_own_rows(
    loaded: str, program: Watched, number: int, most_rows: int
) -> None:
    creator, window = numbered("user", number), SummaryWindow.at(datetime(2026, 6, 4, tzinfo=UTC), "Europe/Madrid")
    await program.storage.summaries.find(creator, window)  # the driver looks up the array type once per connection

    found = await carried_out(loaded, program, program.storage.summaries.find(creator, window))

    assert len(found) == 1
    assert costly(found, blocks=most_rows, rows=most_rows) == []


@pytest.mark.parametrize("number", [7, 3_000, BUSY_PERSON, BUSY_CREATOR])
@pytest.mark.parametrize("days", [0, 800, 3_000])
async def test_a_feed_reads_the_bookings_nearest_to_now_and_no_others(
    loaded: str, program: Watched, number: int, days: int
) -> None:
    feed = await stored_feed(program.storage, a_user(id=numbered("user", number)))
    now = TOMORROW + timedelta(days=days)
    window = FeedWindow(now=now, since=now - timedelta(days=1_000), maximum=50)
    await program.storage.feeds.find_bookings(feed.token, window)  # the driver looks up the array type, see below

    found = await carried_out(loaded, program, program.storage.feeds.find_bookings(feed.token, window))

    assert len(found) == 1
    assert costly(found, blocks=1_500, rows=500) == []


async def test_session_and_booking_are_looked_up_by_their_keys(loaded: str, program: Watched) -> None:
    lists = program.storage.booking_lists
    booking = (await lists.of_user(numbered("user", BUSY_PERSON), 1, None)).items[0]
    await lists.find(booking.id)  # the driver looks up the array type of steps once per connection

    found = await carried_out(loaded, program, lists.find(booking.id))
    found += await carried_out(loaded, program, program.storage.catalog.find(booking.session_id, NOW))

    assert len(found) == 2
    assert costly(found, blocks=40, rows=4) == []


async def test_a_page_of_the_catalog_is_two_statements_and_of_a_search_three(program: Watched) -> None:
    services = services_over(program.storage)

    plain = await sent(program, services.sessions.list(CatalogFilters(), PAGE, None))
    filtered = await sent(program, services.sessions.list(FILTERED["price and duration"], PAGE, None))
    searched = await sent(program, services.sessions.list(CatalogFilters(words=("common",)), PAGE, None))

    assert [len(plain), len(filtered), len(searched)] == [2, 2, 3]


async def test_a_month_of_slots_is_one_statement(program: Watched) -> None:
    services, creator_id = services_over(program.storage), numbered("user", BUSY_CREATOR)
    session = await stored_session(program.storage, creator_id=creator_id)
    owner = principal_of(a_user(id=creator_id, role="creator"))
    await services.schedules.replace(owner, session.id, a_schedule())

    month = (None, session.id, BOOK_AT, BOOK_AT + timedelta(days=31))
    await services.slots.list(*month)  # the driver loads types once

    assert len(await sent(program, services.slots.list(*month))) == 1


async def test_a_session_and_the_lists_of_bookings_are_one_statement_each(program: Watched) -> None:
    services, creator = services_over(program.storage), a_user(id=numbered("user", BUSY_CREATOR), role="creator")

    assert len(await sent(program, services.sessions.get(numbered("session", 1), None))) == 1
    assert len(await sent(program, services.bookings.list_own(principal_of(creator), PAGE, None))) == 1
    assert len(await sent(program, services.bookings.list_of_creator(principal_of(creator), PAGE, None))) == 1


async def test_booking_takes_two_statements(program: Watched) -> None:
    services, buyers = services_over(program.storage), await stored_users(program.storage, 2)
    opener, follower = (principal_of(buyer) for buyer in buyers)
    session = await stored_session(program.storage)

    await services.bookings.book(opener, session.id, BOOK_AT + timedelta(days=1))  # the driver loads types once

    opening = await sent(program, services.bookings.book(opener, session.id, BOOK_AT))
    taking = await sent(program, services.bookings.book(follower, session.id, BOOK_AT))

    assert [len(opening), len(taking)] == [2, 2]


async def test_cancelling_a_slot_takes_as_many_statements_for_a_hundred_bookings_as_for_two(program: Watched) -> None:
    services, buyers = services_over(program.storage), await stored_users(program.storage, 100)
    session = await stored_session(program.storage, max_participants=100)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    counted = []
    for number in (1, 2, 100):  # the driver loads types with the first statement
        for buyer in buyers[:number]:
            await services.bookings.book(principal_of(buyer), session.id, BOOK_AT)
        counted.append(len(await sent(program, services.slots.cancel(owner, session.id, BOOK_AT))))

    assert counted[1:] == [8, 8]  # including BEGIN and COMMIT, and two for each of the locks


async def test_deactivating_a_creator_takes_as_many_statements_for_many_bookings_as_for_two(
    program: Watched,
) -> None:
    services, buyers = services_over(program.storage), await stored_users(program.storage, 60)
    staff = staff_over(services)
    superuser = principal_of((await stored_users(program.storage, 1, is_staff=True, is_superuser=True))[0])
    counted = []
    for number in (1, 2, 60):
        session = await stored_session(program.storage, max_participants=60)
        for buyer in buyers[:number]:
            await services.bookings.book(principal_of(buyer), session.id, BOOK_AT)
        off = staff.users.deactivate(superuser, session.creator_id, "Asked for.", cancel_sold_seats=True)
        counted.append(len(await sent(program, off)))

    assert counted[1] == counted[2] <= 20  # one of them for API keys, one for waits


async def test_impersonated_request_authenticates_with_one_statement_by_keys(loaded: str, program: Watched) -> None:
    services = services_over(program.storage)
    staff = await stored_user(program.storage, is_staff=True)
    own = await stored_login(program.storage, staff, "a token of the staff")
    learner = await stored_user(program.storage)
    started = await staff_over(services).impersonations.begin(
        principal_of(staff, own.id), learner.id, "They asked for help."
    )

    found = await carried_out(loaded, program, services.tokens.authenticate(started.access))

    assert len(found) == 1
    assert found[0].blocks() <= 20


async def test_signing_in_takes_five_statements_and_a_request_after_it_one_and_then_none(program: Watched) -> None:
    services = services_over(program.storage)
    user = await stored_user(program.storage)
    login = await services.tokens.log_in(user.email, PASSWORD)

    signing_in = await sent(program, services.tokens.log_in(user.email, PASSWORD))
    first = await sent(program, services.tokens.authenticate(login.tokens.access))
    second = await sent(program, services.tokens.authenticate(login.tokens.access))

    assert signing_in == [
        "SELECT id,",
        "BEGIN;",
        "SELECT id,",
        "SELECT user_id,",
        "WITH expired",
        "INSERT INTO",
        "COMMIT;",
    ]
    assert [len(first), len(second)] == [1, 0]
