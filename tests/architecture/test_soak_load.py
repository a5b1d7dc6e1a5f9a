"""The load of `make soak` requests nothing that the product promises to refuse, and reports what was refused."""

import json
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from benchmarks.live import SEATS, Wishes
from benchmarks.shoppers import MAX_LIVE, Failure, Shoppers, table_of
from builders import TOMORROW, a_session, a_user
from postgres.http_clients import Person


class Market:
    """Answers as the product does, of sessions with `SEATS` seats at each start."""

    def __init__(self) -> None:
        self.numbers = count()
        self.live: dict[str, tuple[str, str, UUID]] = {}
        self.buyers = set[tuple[str, str, UUID]]()
        self.taken = Counter[tuple[str, str]]()
        self.most_live = self.most_taken = 0

    async def send(
        self, method: str, path: str, person: Person | None = None, body: object = None
    ) -> tuple[int, bytes]:
        if method == "POST" and path == "/api/bookings/":
            assert person is not None
            return self._book(person, body)
        if path.endswith("/cancel/"):
            booking = self.live.pop(path.split("/")[3])
            self.buyers.remove(booking)
            self.taken[booking[:2]] -= 1
        return 200, b"{}"

    def _book(self, person: Person, body: Any) -> tuple[int, bytes]:
        slot = (body["session"], body["booking_date"])
        booking = (*slot, person.user.id)
        if self.taken[slot] == SEATS:
            return 409, b'{"code": "sold_out"}'
        if booking in self.buyers:
            return 409, b'{"code": "already_booked"}'
        number = str(next(self.numbers))
        self.live[number] = booking
        self.buyers.add(booking)
        self.taken[slot] += 1
        self.most_live = max(self.most_live, len(self.live))
        self.most_taken = max(self.most_taken, self.taken[slot])
        return 201, json.dumps({"id": number}).encode()


class Stub:
    """Answers every request alike, or with a connection that broke."""

    def __init__(self, answer: tuple[int, bytes] | None) -> None:
        self.answer = answer

    async def send(self, *_: object) -> tuple[int, bytes]:
        if self.answer is None:
            raise ConnectionResetError
        return self.answer


def some_shoppers() -> Shoppers:
    """Return the load of a soak, of so few starts that each seat is requested again."""
    sessions = [a_session() for _ in range(20)]
    starts = [TOMORROW + timedelta(hours=hour) for hour in range(3)]
    return Shoppers(Wishes(sessions, starts, [Person(a_user(), {}) for _ in range(2_000)]), ["ada@example.com"])


async def test_load_of_a_soak_requests_nothing_that_is_refused() -> None:
    market, shoppers = Market(), some_shoppers()
    for _ in range(60_000):
        await shoppers.act(market)
    assert not shoppers.failures, table_of(shoppers.failures)
    assert market.most_live == MAX_LIVE
    assert market.most_taken == SEATS
    assert next(market.numbers) > 6_000


async def test_refusals_are_counted_by_route_status_and_code() -> None:
    shoppers = some_shoppers()
    refusing = Stub((409, b'{"code": "sold_out"}'))
    for _ in range(200):
        await shoppers.act(refusing)
    assert shoppers.failures[Failure("POST /api/bookings/", 409, "sold_out")]
    assert {(each.status, each.code) for each in shoppers.failures} == {(409, "sold_out")}
    assert shoppers.failures.total() == len(shoppers.seconds) == 200


async def test_broken_connection_is_a_failure_of_its_route() -> None:
    shoppers = some_shoppers()
    with pytest.raises(ConnectionResetError):
        await shoppers.act(Stub(None))
    [failure] = shoppers.failures
    assert (failure.status, failure.code) == (0, "ConnectionResetError")
    assert failure.route.startswith(("GET /api/", "POST /api/"))


@pytest.mark.parametrize("body", [b"<html>Bad gateway", b"[]", b"{}", b"\xff"])
def test_answer_without_a_problem_code_keeps_its_first_characters(body: bytes) -> None:
    assert Failure.of("GET /api/sessions/", 502, body).code == f"no code: {body!r}"


def test_report_of_failures_has_the_most_frequent_first() -> None:
    failures = {Failure("GET /a/", 503, "busy"): 2, Failure("POST /b/", 409, "sold_out"): 8_375}
    assert [line.split() for line in table_of(failures).splitlines()] == [
        ["8,375", "times", "POST", "/b/:", "409", "sold_out"],
        ["2", "times", "GET", "/a/:", "503", "busy"],
    ]
