"""The request carries the price that was seen; the booking shows what was sold."""

from typing import Any

import pytest

from http_api import Api, a_booking_body, bad_fields, problem

BOOKINGS = "/api/bookings/"
TERMS = {
    "title": "Morning yoga",
    "duration": 60,
    "price": "49.99",
    "cancellation_notice": 0,
    "cancellation_policy": [{"hours_before": 0, "refund_percent": 100}],
    "payment_method": "online",
}


async def test_booking_shows_its_terms_as_sold_and_the_session_as_it_stands(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await api.booking(learner, session)
    edits = {"title": "Evening yoga", "duration": 30, "price": "1.00", "cancellation_notice": 48}
    edits |= {"payment_method": "at_session", "cancellation_policy": [{"hours_before": 24, "refund_percent": 50}]}
    assert (await creator.patch(f"/api/sessions/{session.id}/", edits)).status_code == 200

    shown = (await learner.get(f"{BOOKINGS}{booking['id']}/")).json()

    assert shown["terms"] == booking["terms"] == TERMS
    assert (shown["ends_at"], shown["cancellable_until"]) == ("2030-01-08T10:00:00Z", "2030-01-08T09:00:00Z")
    assert {name: shown["session_details"][name] for name in edits} == edits
    assert shown["allowed_actions"] == ["cancel", "reschedule", "seats"]


async def test_price_raised_while_the_page_is_open_is_409_with_the_new_price(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    body = a_booking_body(session, expected_price="49.99")
    assert (await creator.patch(f"/api/sessions/{session.id}/", {"price": "60"})).status_code == 200

    refused = problem(await learner.post(BOOKINGS, body), 409, "price_changed")

    assert refused["price"] == "60.00"
    assert "60.00" in refused["detail"]
    assert (await learner.get(BOOKINGS)).json() == []
    booked = await learner.post(BOOKINGS, body | {"expected_price": refused["price"]})
    assert (booked.status_code, booked.json()["amount"]) == (201, "60.00")


@pytest.mark.parametrize(
    "expected", [{}, {"expected_price": None}, {"expected_price": 49.99}, {"expected_price": "49.99"}]
)
async def test_price_is_checked_only_if_it_is_sent(api: Api, expected: dict[str, Any]) -> None:
    response = await (await api.person()).post(BOOKINGS, a_booking_body(await api.session()) | expected)

    assert response.status_code == 201, response.text


@pytest.mark.parametrize("price", ["", "free", "1e3", "-1", "49.999", "NaN", True, [], {}])
async def test_expected_price_is_an_amount_of_money(api: Api, price: object) -> None:
    body = a_booking_body(await api.session()) | {"expected_price": price, "seats": 0}

    assert bad_fields(await (await api.person()).post(BOOKINGS, body)) == {"expected_price", "seats"}


async def test_refused_price_keeps_the_idempotency_key_free(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    statuses = []
    for price in ("1.00", "49.99"):
        body = a_booking_body(session, expected_price=price)
        answer = await learner.send("POST", BOOKINGS, json=body, headers={"Idempotency-Key": "once"})
        statuses.append(answer.status_code)

    assert statuses == [409, 201]
