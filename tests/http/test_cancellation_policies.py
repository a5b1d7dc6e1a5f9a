"""Cancellation policies and unpaid bookings over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from fakes import NOW
from http_api import SETTINGS, Api, a_session_body, open_api, problem
from marketplace.core.domain.refund_policies import RefundTier
from marketplace.core.services.booking_payments import BookingPayments
from payment_records import a_paid_payment

BOOKINGS, SESSIONS = "/api/bookings/", "/api/sessions/"
FLEXIBLE = [{"hours_before": 24, "refund_percent": 100}, {"hours_before": 0, "refund_percent": 50}]


@asynccontextmanager
async def taking_payments() -> AsyncIterator[Api]:
    """Open a marketplace that takes payments."""
    async with open_api(replace(SETTINGS, payments="simulator", pay_within=timedelta(minutes=20))) as opened:
        yield opened


def tier(hours: object, percent: object) -> dict[str, object]:
    return {"hours_before": hours, "refund_percent": percent}


async def test_creator_sets_how_a_session_is_paid_and_what_a_cancellation_returns(api: Api) -> None:
    creator = await api.creator()
    plain = (await creator.post(SESSIONS, a_session_body())).json()
    assert (plain["payment_method"], plain["cancellation_policy"]) == ("online", [tier(0, 100)])

    path = f"{SESSIONS}{plain['id']}/"
    changed = await creator.patch(path, {"payment_method": "at_session", "cancellation_policy": FLEXIBLE})

    for shown in (changed.json(), (await api.visitor.get(path)).json()):
        assert (shown["payment_method"], shown["cancellation_policy"]) == ("at_session", FLEXIBLE)


BAD_TIERS: list[tuple[Any, str]] = [
    ([], "Enter 1 to 5 tiers."),
    ([tier(hours, 10 - hours) for hours in range(6)], "Enter 1 to 5 tiers."),
    ("flexible", "Enter 1 to 5 tiers."),
    (None, "Enter 1 to 5 tiers."),
    ([tier(24, 101)], "Tier 1: Must be a whole number from 0 to 100."),
    ([tier(24, 100), tier(0, -1)], "Tier 2: Must be a whole number from 0 to 100."),
    ([tier(24, 33.5)], "Tier 1: Must be a whole number from 0 to 100."),
    ([tier(24, "100")], "Tier 1: Must be a whole number from 0 to 100."),
    ([tier(24, {})], "Tier 1: Must be a whole number from 0 to 100."),
    ([tier(8_761, 100)], "Tier 1: Must be a whole number from 0 to 8760."),
    ([tier(24, 100), tier(24, 50)], "Tier 2: the hours must be fewer than in tier 1."),
    ([tier(24, 100), tier(12, 50), tier(48, 0)], "Tier 3: the hours must be fewer than in tier 2."),
    ([tier(24, 50), tier(12, 100)], "Tier 2: the percentage must be lower than in tier 1."),
    ([tier(24, 50), tier(12, 50)], "Tier 2: the percentage must be lower than in tier 1."),
    ([{"hours_before": 24}], "Tier 1: enter hours_before and refund_percent."),
    ([tier(24, 100), 50], "Tier 2: enter hours_before and refund_percent."),
    ([[24, 100]], "Tier 1: enter hours_before and refund_percent."),
]


async def test_bad_policy_is_refused_and_names_the_tier(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator)
    found = {}
    for policy, sentence in BAD_TIERS:
        refused = await creator.patch(f"{SESSIONS}{session.id}/", {"cancellation_policy": policy})
        errors = problem(refused, 400, "invalid")["errors"]
        if errors != {"cancellation_policy": [sentence]}:
            found[str(policy)] = errors
    assert found == {}


async def test_unpaid_booking_says_until_when_it_has_to_be_paid() -> None:
    async with taking_payments() as api:
        about = (await api.visitor.get("/api/marketplace/")).json()
        assert (about["pays_online"], about["pay_within"]) == (True, 20)
        assert about["cancellation_policies"]["flexible"] == FLEXIBLE
        creator, learner = await api.creator(), await api.person()
        session = await api.session(creator, requires_confirmation=True, price=Decimal("20.00"))

        booked = await api.booking(learner, session)

        assert (booked["status"], booked["pay_by"], booked["respond_by"]) == ("pending", "2030-01-07T09:20:00Z", None)
        assert booked["allowed_actions"] == ["cancel", "pay", "reschedule", "seats"]
        assert (booked["terms"]["payment_method"], booked["terms"]["cancellation_policy"]) == ("online", [tier(0, 100)])
        path = f"{BOOKINGS}{booked['id']}/"
        problem(await creator.post(f"{path}confirm/", {}), 409, "payment_due")
        assert (await creator.get("/api/bookings/creator_bookings/?awaiting_response=true")).json() == []
        assert (await creator.get(path)).json()["allowed_actions"] == ["decline", "cancel", "reschedule"]
        quote = {"paid": "0.00", "refund": "0.00", "percent": 100, "until": None, "next_percent": None}
        assert (await learner.get(f"{path}cancellation-quote/")).json() == quote

        api.clock.at = NOW + timedelta(minutes=20)
        assert (await learner.get(path)).json()["allowed_actions"] == ["cancel"]
        assert (await learner.post(f"{path}cancel/", {})).json()["pay_by"] == booked["pay_by"]
        problem(await learner.get(f"{path}cancellation-quote/"), 409, "illegal_transition")


@pytest.mark.parametrize("changes", [{"price": Decimal(0)}, {"payment_method": "at_session"}])
async def test_booking_that_costs_nothing_online_is_confirmed_at_once(changes: dict[str, Any]) -> None:
    async with taking_payments() as api:
        booked = await api.booking(await api.person(), await api.session(**changes))
        assert (booked["status"], booked["pay_by"]) == ("confirmed", None)


async def test_quote_of_a_cancellation_follows_the_policy_as_sold() -> None:
    async with taking_payments() as api:
        creator, learner = await api.creator(), await api.person()
        session = await api.session(
            creator,
            price=Decimal("20.01"),
            cancellation_policy=(RefundTier(12, 100), RefundTier(0, 50)),
            cancellation_notice=2,
        )
        booked = await api.booking(learner, session)
        path = f"{BOOKINGS}{booked['id']}/"
        async with api.storage.unit_of_work() as tx:
            booking = await tx.bookings.acquire(UUID(booked["id"]))
            await BookingPayments(api.clock).apply(tx, booking, requires_confirmation=False)
            await tx.payments.add(a_paid_payment(booking, amount=2_001, captured=2_001))
        await creator.patch(f"{SESSIONS}{session.id}/", {"cancellation_policy": [tier(0, 1)]})

        async def quoted(person: Any = learner) -> dict[str, Any]:
            return dict((await person.get(f"{path}cancellation-quote/")).json())

        start = NOW + timedelta(days=1)
        assert await quoted() == {
            "paid": "20.01",
            "refund": "20.01",
            "percent": 100,
            "until": "2030-01-07T21:00:00Z",
            "next_percent": 50,
        }
        api.clock.at = start - timedelta(hours=3)
        half = {"paid": "20.01", "refund": "10.00", "percent": 50, "until": None, "next_percent": None}
        assert await quoted() == half
        assert await quoted(creator) == half | {"refund": "20.01", "percent": 100}
        api.clock.at = start - timedelta(hours=2)
        problem(await learner.get(f"{path}cancellation-quote/"), 409, "too_late")
        problem(await (await api.person()).get(f"{path}cancellation-quote/"), 404, "not_found")
