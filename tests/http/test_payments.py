from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest_asyncio

from builders import TOMORROW
from fakes import NOW
from http_api import PAID_SETTINGS, Api, Person, as_json, open_api, problem
from http_payments import notify
from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.cards import card_of
from marketplace.bootstrap.service_set import Services
from marketplace.core.domain.money import use_currency
from marketplace.core.domain.sessions import Session

PAYS, DECLINES = "4242424242424242", "4000000000009995"
WEBHOOK = "/api/payments/webhooks/memory/"
WHY = "Asked for by e-mail."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api() -> AsyncIterator[Api]:
    async with open_api(PAID_SETTINGS) as opened:
        yield opened


def provider(api: Api) -> MemoryPayments:
    assert api.payments is not None
    return api.payments


async def booked(api: Api, **changes: Any) -> tuple[Session, Person, Person, dict[str, Any]]:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, payment_method="online", **changes)
    return session, creator, learner, await api.booking(learner, session)


async def paid(api: Api, learner: Person, booking: dict[str, Any], card: str = PAYS) -> dict[str, Any]:
    opened = await learner.post(f"/api/bookings/{booking['id']}/pay/")
    assert opened.status_code == 200, opened.text
    shown: dict[str, Any] = opened.json()
    there = provider(api).provider
    there.pay(shown["url"].rpartition("/")[2], card_of(card))
    await notify(api)
    return shown


async def test_booking_shows_its_payment_from_the_booking_to_the_receipt(api: Api) -> None:
    _, creator, learner, booking = await booked(api)
    path = f"/api/bookings/{booking['id']}"
    due = {
        "id": booking["id"],
        "status": "due",
        "amount": "49.99",
        "currency": "EUR",
        "url": f"http://localhost:8000/bookings/{booking['id']}/pay",
        "expires_at": booking["pay_by"],
        "decline_reason": None,
        "refunded": "0.00",
    }
    assert booking["payment"] | {"url": due["url"]} == due
    assert (booking["status"], "pay" in booking["allowed_actions"]) == ("pending", True)
    assert [each["payment"] for each in (await learner.get("/api/bookings/")).json()] == [None]

    opened = await paid(api, learner, booking, DECLINES)
    assert opened["status"] == "open"
    declined = (await learner.get(f"{path}/")).json()["payment"]
    assert (declined["status"], declined["decline_reason"], declined["url"]) == (
        "open",
        "insufficient_funds",
        opened["url"],
    )
    await paid(api, learner, booking)
    shown = (await creator.get(f"{path}/")).json()
    assert (shown["status"], shown["payment"]["status"], shown["payment"]["url"]) == ("confirmed", "paid", None)
    problem(await learner.post(f"{path}/pay/"), 409, "nothing_to_pay")

    [receipt] = (await learner.get(f"{path}/receipts/")).json()
    assert (receipt["amount"], receipt["booking"], receipt["refunds"]) == ("49.99", booking["id"], [])
    assert receipt["issuer"] is None
    assert (await learner.post(f"{path}/cancel/")).json()["payment"]["refunded"] == "0.00"
    await notify(api)
    assert (await learner.get(f"{path}/")).json()["payment"]["refunded"] == "49.99"
    [receipt] = (await learner.get(f"{path}/receipts/")).json()
    assert [each["amount"] for each in receipt["refunds"]] == ["49.99"]


async def test_page_and_declined_card_are_the_learners_alone(api: Api) -> None:
    _, creator, learner, booking = await booked(api)
    await paid(api, learner, booking, DECLINES)
    staff = await api.person(is_staff=True)
    own = (await learner.get(f"/api/bookings/{booking['id']}/")).json()["payment"]
    assert (own["status"], own["decline_reason"]) == ("open", "insufficient_funds")
    assert own["url"]
    for person, path in ((creator, "/api/bookings/"), (staff, "/api/admin/bookings/")):
        seen = (await person.get(f"{path}{booking['id']}/")).json()["payment"]
        assert seen == {**own, "url": None, "decline_reason": None}


async def test_free_booking_and_one_paid_at_the_session_ask_for_no_payment(api: Api) -> None:
    for changes in ({"price": 0}, {"payment_method": "at_session"}):
        creator, learner = await api.creator(), await api.person()
        session = await api.session(creator, **changes)
        booking = await api.booking(learner, session)
        assert (booking["status"], booking["payment"], booking["pay_by"]) == ("confirmed", None, None)
        problem(await learner.post(f"/api/bookings/{booking['id']}/pay/"), 409, "nothing_to_pay")


async def test_expired_payment_is_refused_and_says_to_book_again(api: Api) -> None:
    _, _, learner, booking = await booked(api)
    api.clock.advance(PAID_SETTINGS.pay_within)
    problem(await learner.post(f"/api/bookings/{booking['id']}/pay/"), 409, "payment_expired")


async def test_repeated_request_with_a_key_pays_once(api: Api) -> None:
    _, _, learner, booking = await booked(api)
    path, key = f"/api/bookings/{booking['id']}/pay/", {"Idempotency-Key": "once"}
    first, again = [await learner.send("POST", path, headers=key) for _ in range(2)]
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    problem(await learner.send("POST", path, headers={"Idempotency-Key": "x" * 256}), 400, "invalid")


async def test_webhook_refuses_what_is_not_the_providers_and_records_what_is_not_ours(api: Api) -> None:
    _, _, learner, booking = await booked(api)
    await learner.post(f"/api/bookings/{booking['id']}/pay/")
    found = provider(api).provider.of_reference(UUID(booking["id"]))
    assert found is not None
    provider(api).notices()  # those of other tests
    provider(api).provider.pay(found.id, card_of(PAYS))
    [(body, headers)] = provider(api).notices()
    send = api.visitor.send

    problem(await send("POST", WEBHOOK, content=body), 400, "invalid_signature")
    problem(await send("POST", WEBHOOK, content=body + b" ", headers=headers), 400, "invalid_signature")
    problem(await send("POST", "/api/payments/webhooks/other/", content=body, headers=headers), 404, "not_found")
    large = problem(await send("POST", WEBHOOK, content=b"x" * 70_000, headers=headers), 413, "body_too_large")
    assert large["detail"] == "The body is larger than 64 KiB."
    provider(api).fail("look_up", "before")
    problem(await send("POST", WEBHOOK, content=body, headers=headers), 503, "provider_away")
    for _ in range(3):
        assert (await send("POST", WEBHOOK, content=body, headers=headers)).status_code == 204
    assert (await learner.get(f"/api/bookings/{booking['id']}/")).json()["status"] == "confirmed"

    async with open_api(PAID_SETTINGS) as other:
        # the same secret, another database
        for _ in range(2):
            assert (await other.visitor.send("POST", WEBHOOK, content=body, headers=headers)).status_code == 204
        staff = await other.person(is_staff=True)
        [parked] = (await staff.get("/api/admin/parked-payments/")).json()
        assert (parked["reason"], parked["payment"], parked["provider_id"]) == ("unknown_payment", None, found.id)


async def test_creator_sees_what_is_held_and_earned_and_exports_it(api: Api) -> None:
    _, creator, learner, booking = await booked(api, title="=1+1")
    await paid(api, learner, booking)
    earnings = (await creator.get("/api/creator/earnings/")).json()
    assert (earnings["held"], earnings["earned"], earnings["currency"]) == ("49.99", "0.00", "EUR")
    api.clock.at = TOMORROW.replace(hour=23)
    services = await api.container.get(Services)
    await services.bookings.settle_due(UUID(booking["id"]))
    await notify(api)
    creator = await api.login(creator.user)

    earnings = (await creator.get("/api/creator/earnings/")).json()
    assert (earnings["held"], earnings["earned"]) == ("0.00", "45.00")
    assert [(each["kind"], each["held"], each["earned"], each["commission"]) for each in earnings["changes"]] == [
        ("earning", "-49.99", "45.00", "4.99"),
        ("payment", "49.99", "0.00", "0.00"),
    ]
    first = await creator.get("/api/creator/earnings/", limit=1)
    rest = await creator.get(first.headers["Link"].partition(">")[0].strip("<"))
    assert first.json()["changes"] + rest.json()["changes"] == earnings["changes"]
    file = await creator.get("/api/creator/earnings/export/")
    assert file.headers["Content-Type"].startswith("text/csv")
    rows = file.content.decode("utf-8-sig").splitlines()
    assert rows[0] == '"at","kind","booking","title","held","earned","commission","currency"'
    assert rows[1].endswith(f'"earning","{booking["id"]}","\'=1+1",-49.99,45.00,4.99,"EUR"')


async def test_staff_find_a_payment_return_a_part_and_set_a_commission(api: Api) -> None:
    _, creator, learner, booking = await booked(api)
    await paid(api, learner, booking)
    staff = await api.person(is_staff=True)
    [found] = (await staff.get("/api/admin/payments/", search=booking["id"])).json()
    assert (found["id"], found["status"], found["commission"]) == (booking["id"], "paid", "10")
    path = f"/api/admin/payments/{found['id']}"

    key, body = {"Idempotency-Key": "once"}, {"amount": "10.00", "reason": WHY}
    for _ in range(2):
        done = await staff.send("POST", f"{path}/refund/", json=body, headers=key)
        assert (done.status_code, done.json()["refunded"]) == (200, "10.00")
    problem(await staff.post(f"{path}/refund/", {"amount": "40.00", "reason": WHY}), 409, "refund_exceeds_payment")
    for wrong in ("0.00", "-1.00", "1.001", "NaN"):
        problem(await staff.post(f"{path}/refund/", {"amount": wrong, "reason": WHY}), 400, "invalid")
    timeline = (await staff.get(f"{path}/")).json()
    assert [(each["kind"], each["state"], each["cause"]) for each in timeline["operations"]] == [
        ("open", "done", "pay"),
        ("refund", "done", "staff"),
    ]
    assert {each["kind"] for each in timeline["transactions"]} == {"payment", "fee", "refund"}

    problem(
        await staff.put(f"/api/admin/users/{learner.id}/commission/", {"percent": "5", "reason": WHY}), 404, "not_found"
    )
    problem(
        await staff.put(f"/api/admin/users/{creator.id}/commission/", {"percent": "50.01", "reason": WHY}),
        400,
        "invalid",
    )
    given = await staff.put(f"/api/admin/users/{creator.id}/commission/", {"percent": "5.25", "reason": WHY})
    assert given.json() == {"percent": "5.25", "is_own": True}
    assert (await staff.get(f"/api/admin/users/{creator.id}/commission/")).json() == given.json()
    marketplaces = await staff.get(f"/api/admin/users/{(await api.creator()).id}/commission/")
    assert marketplaces.json() == {"percent": "10", "is_own": False}
    problem(await staff.get(f"/api/admin/users/{learner.id}/commission/"), 404, "not_found")
    session = await api.session(creator, payment_method="online")
    later = await api.booking(learner, session, booking_date=as_json(TOMORROW.replace(hour=20)))
    await learner.post(f"/api/bookings/{later['id']}/pay/")
    assert (await staff.get(f"/api/admin/payments/{later['id']}/")).json()["commission"] == "5.25"


async def test_staff_return_an_amount_of_the_currency_that_was_paid_in(api: Api) -> None:
    _, _, learner, booking = await booked(api)
    await paid(api, learner, booking)
    staff, path = await api.person(is_staff=True), f"/api/admin/payments/{booking['id']}"
    try:
        use_currency("JPY")
        done = await staff.post(f"{path}/refund/", {"amount": "10", "reason": WHY})
        use_currency("KWD")
        wrong = problem(await staff.post(f"{path}/refund/", {"amount": "1.001", "reason": WHY}), 400, "invalid")
    finally:
        use_currency("EUR")
    assert (done.status_code, done.json()["refunded"]) == (200, "10.00")
    assert wrong["errors"] == {"amount": ["Enter an amount of EUR, with at most 2 decimals."]}


async def test_staff_decide_upon_no_money_of_their_own(api: Api) -> None:
    creator, learner = await api.creator(is_staff=True), await api.person(is_staff=True)
    session = await api.session(creator, payment_method="online")
    booking = await api.booking(learner, session)
    await paid(api, learner, booking)
    body = {"amount": "10.00", "reason": WHY}
    problem(await learner.post(f"/api/admin/payments/{booking['id']}/refund/", body), 403, "not_yours")
    path, wanted = f"/api/admin/users/{creator.id}/commission/", {"percent": "0", "reason": WHY}
    problem(await creator.put(path, wanted), 403, "oneself")
    problem(await learner.put(path, wanted), 403, "not_superuser")


async def test_marketplace_without_payments_has_none_of_their_routes(api: Api) -> None:
    assert api.clock.now() == NOW
    async with open_api() as off:
        staff, creator = await off.person(is_staff=True), await off.creator()
        learner = await off.person()
        booking = await off.booking(learner, await off.session(creator))
        assert (booking["status"], booking["payment"]) == ("confirmed", None)
        for person, method, path, body in (
            (learner, "POST", f"/api/bookings/{booking['id']}/pay/", None),
            (learner, "GET", f"/api/bookings/{booking['id']}/receipts/", None),
            (creator, "GET", "/api/creator/earnings/", None),
            (creator, "GET", "/api/creator/earnings/export/", None),
            (staff, "GET", "/api/admin/payments/", None),
            (staff, "GET", f"/api/admin/payments/{booking['id']}/", None),
            (staff, "POST", f"/api/admin/payments/{booking['id']}/refund/", {"amount": "1.00", "reason": WHY}),
            (staff, "GET", "/api/admin/parked-payments/", None),
            (staff, "GET", f"/api/admin/users/{creator.id}/commission/", None),
            (staff, "PUT", f"/api/admin/users/{creator.id}/commission/", {"percent": "1", "reason": WHY}),
            (off.visitor, "POST", WEBHOOK, {}),
        ):
            sent = {} if body is None else {"json": body}
            problem(await person.send(method, path, **sent), 404, "not_found")


async def test_seats_added_to_a_paid_booking_are_held_and_paid_with_a_second_payment(api: Api) -> None:
    _, creator, learner, booking = await booked(api, max_participants=3)
    path = f"/api/bookings/{booking['id']}"
    await paid(api, learner, booking)
    [row] = (await learner.get("/api/bookings/")).json()
    assert {"seats", "pay"} & set(row["allowed_actions"]) == {"seats"}

    changed = await learner.patch(f"{path}/", {"seats": 2})
    assert changed.status_code == 200, changed.text
    held = changed.json()
    assert (held["status"], held["seats"], held["pay_by"] is None) == ("confirmed", 2, False)
    assert (held["payment"]["status"], held["payment"]["amount"]) == ("due", "49.99")
    assert held["payment"]["expires_at"] == held["pay_by"]
    [row] = (await learner.get("/api/bookings/")).json()
    assert {"seats", "pay"} <= set(row["allowed_actions"])
    seen = (await creator.get(f"{path}/")).json()
    assert (seen["status"], seen["seats"], "pay" in seen["allowed_actions"]) == ("confirmed", 2, False)

    await paid(api, learner, held)
    shown = (await learner.get(f"{path}/")).json()
    assert (shown["pay_by"], shown["payment"]["status"], shown["payment"]["amount"]) == (None, "paid", "99.98")
    assert "pay" not in shown["allowed_actions"]
    assert [each["amount"] for each in (await learner.get(f"{path}/receipts/")).json()] == ["49.99", "49.99"]
    copied = (await learner.get("/api/auth/export/")).json()["payments"]
    assert [(each["booking"], each["status"], each["amount"], each["refunds"]) for each in copied] == [
        (booking["id"], "paid", "49.99", [])
    ] * 2
    bell = (await learner.get("/api/notifications/")).json()
    assert [(each["kind"], each["amount"], each["currency"]) for each in bell] == [("paid", "49.99", "EUR")] * 2
