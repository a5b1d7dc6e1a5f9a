"""What staff see and decide of a payment: its timeline, and what waits for them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from http_api import PAID_SETTINGS, Api, Person, open_api, problem
from http_payments import notify
from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.cards import card_of
from marketplace.core.domain.payment_options import ReceiptIssuer
from marketplace.core.domain.rate_limits import PAYMENT_LOOK_UPS, Attempt
from marketplace.setting_values import receipt_issuer

PAYS = "4242424242424242"
WHY = "Asked for by e-mail."


def at_provider(api: Api, booking: dict[str, Any]) -> tuple[MemoryPayments, str]:
    assert api.payments is not None
    found = api.payments.provider.of_reference(UUID(booking["id"]))
    assert found is not None
    return api.payments, found.id


async def disputed(api: Api, creator: Person, learner: Person) -> dict[str, Any]:
    booking = await api.booking(learner, await api.session(creator, payment_method="online"))
    await learner.post(f"/api/bookings/{booking['id']}/pay/")
    payments, payment_id = at_provider(api, booking)
    payments.provider.pay(payment_id, card_of(PAYS))
    await notify(api)
    payments.provider.dispute(payment_id)
    await notify(api)
    return booking


async def test_timeline_of_a_payment_has_notices_the_fee_and_disputes() -> None:
    async with open_api(PAID_SETTINGS) as api:
        booking = await disputed(api, await api.creator(), await api.person())
        payments, payment_id = at_provider(api, booking)
        payments.provider.close_dispute(payment_id, is_won=False)
        await notify(api)
        staff = await api.person(is_staff=True)

        seen = (await staff.get(f"/api/admin/payments/{booking['id']}/")).json()

        # all at one instant of the test's clock
        assert {each["kind"] for each in seen["notices"]} == {
            "payment.paid",
            "payment.disputed",
            "payment.dispute_closed",
        }
        assert sorted((each["kind"], each["fee"]) for each in seen["transactions"]) == [
            ("fee", "0.75"),
            ("fee", "15.00"),
            ("payment", "0.00"),
            ("refund", "0.00"),
        ]
        [dispute] = seen["disputes"]
        assert (dispute["state"], dispute["amount"], dispute["closed_at"] is None) == ("lost", "49.99", False)
        assert [(each["kind"], each["cause"]) for each in seen["operations"]] == [
            ("open", "pay"),
            ("refund", "dispute"),
        ]
        [parked] = (await staff.get("/api/admin/parked-payments/")).json()
        assert (parked["reason"], parked["found"]) == ("dispute_lost", "49.99")


async def test_staff_resolve_no_payment_that_they_made_or_receive() -> None:
    async with open_api(PAID_SETTINGS) as api:
        creator, learner = await api.creator(is_staff=True), await api.person(is_staff=True)
        await disputed(api, creator, learner)
        other, boss = await api.person(is_staff=True), await api.person(is_superuser=True, is_staff=True)
        [parked] = (await other.get("/api/admin/parked-payments/")).json()
        path, body = f"/api/admin/parked-payments/{parked['id']}/resolve/", {"resolution": WHY}

        for person in (creator, learner):
            problem(await person.post(path, body), 403, "not_yours")
        refused = (await boss.get("/api/admin/audit/", action="access_refused")).json()
        assert {each["target_id"] for each in refused} == {parked["payment"]}
        assert (await other.post(path, body)).status_code == 200


async def test_look_ups_of_opened_pages_are_limited_and_say_when_to_come_back() -> None:
    async with open_api(replace(PAID_SETTINGS, rate_limit=True)) as api:
        session = await api.session(await api.creator(), payment_method="online")
        learner, other = await api.person(), await api.person()
        path = f"/api/bookings/{(await api.booking(learner, session))['id']}/pay/"
        assert (await learner.post(path)).status_code == 200
        for _ in range(PAYMENT_LOOK_UPS.maximum):
            await api.storage.rate_limits.count([Attempt(PAYMENT_LOOK_UPS, str(learner.id))], api.clock.now())

        answer = await learner.post(path)

        problem(answer, 429, "rate_limited")
        assert 0 < int(answer.headers["Retry-After"]) <= PAYMENT_LOOK_UPS.span.total_seconds()
        another = await api.booking(other, await api.session(await api.creator(), payment_method="online"))
        assert (await other.post(f"/api/bookings/{another['id']}/pay/")).status_code == 200


async def test_receipt_names_its_issuer_as_the_operator_has_set_it() -> None:
    issuer = receipt_issuer("Sessions GmbH | Hauptstr. 1, Berlin | DE123456789")
    async with open_api(replace(PAID_SETTINGS, receipt_issuer=issuer)) as api:
        learner = await api.person()
        booking = await disputed(api, await api.creator(), learner)
        [receipt] = (await learner.get(f"/api/bookings/{booking['id']}/receipts/")).json()
        assert receipt["issuer"] == {
            "name": "Sessions GmbH",
            "address": "Hauptstr. 1, Berlin",
            "tax_number": "DE123456789",
        }


def test_issuer_of_receipts_is_a_name_with_an_address_and_a_tax_number_if_given() -> None:
    assert receipt_issuer("Ada") == ReceiptIssuer("Ada")
    assert receipt_issuer(" Ada |  | 42 ") == ReceiptIssuer("Ada", "", "42")
    for wrong in ("", " | x", "a|b|c|d", "a\x00", "x" * 500):
        with pytest.raises(ValueError, match="separated by"):
            receipt_issuer(wrong)
