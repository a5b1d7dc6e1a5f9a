"""The simulator as a program: its pages, its state after a restart, its notices."""

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from marketplace.adapters.payments.simulator import SimulatorPayments
from marketplace.core.domain.payments import PaymentStatus, ProviderReport
from marketplace.core.ports.payment_providers import Done, Refused, Unknown
from provider_worlds import (
    DECLINES,
    SECRET,
    Inbox,
    SimulatorWorld,
    a_charge,
    a_payment,
    inbox,
    opened,
    paid,
    simulator_program,
    simulator_world,
)

HANGS, CHALLENGES, LATE = "4000000000000259", "4000002500003155", "4000000000003220"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[SimulatorWorld]:
    async with simulator_world() as found:
        yield found


async def page_of(world: SimulatorWorld, path: str) -> str:
    answer = await world.client.get(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    return answer.text


async def test_card_page_shows_what_is_paid_and_escapes_it(world: SimulatorWorld) -> None:
    payment = await opened(world, title='<script>alert("1")</script>', amount=123456)
    page = await page_of(world, f"/pay/{payment.provider_id}")
    assert "€1,234.56" in page
    assert "&lt;script&gt;alert" in page
    seconds = re.search(r'data-seconds="(\d+)"', page)
    assert seconds
    assert 870 < int(seconds[1]) <= 900
    assert (await world.client.get(f"/pay/sim_{'0' * 32}")).status_code == 404


async def test_learner_reads_why_the_card_was_declined_and_pays_with_another(world: SimulatorWorld) -> None:
    payment = await opened(world)
    page = f"/pay/{payment.provider_id}"
    declined = await world.client.post(page, data={"number": DECLINES})
    assert (declined.status_code, declined.headers["location"]) == (303, page)
    assert "There isn&#39;t enough money on this card." in await page_of(world, page)
    challenged = await world.client.post(page, data={"number": CHALLENGES})
    assert challenged.headers["location"] == page
    assert "Did you order this?" in await page_of(world, page)
    await world.client.post(f"{page}/challenge", data={"answer": "refuse"})
    await world.client.post(page, data={"number": CHALLENGES})
    confirmed = await world.client.post(f"{page}/challenge", data={"answer": "confirm"})
    assert confirmed.headers["location"] == a_charge().return_url
    assert "This is paid" in await page_of(world, page)
    again = await world.client.post(page, data={"number": "4242424242424242"})
    assert again.headers["location"] == page
    report = await world.payments.look_up(payment)
    assert isinstance(report, ProviderReport)
    assert report.captured == 7200


async def test_card_that_hangs_is_paid_without_answer_and_without_notice(world: SimulatorWorld) -> None:
    payment = await opened(world)
    with pytest.raises(httpx.ReadTimeout):
        await world.client.post(f"/pay/{payment.provider_id}", data={"number": HANGS}, timeout=0.3)
    report = await world.payments.look_up(payment)
    assert isinstance(report, ProviderReport)
    assert report.status is PaymentStatus.PAID
    assert str(payment.id).encode() not in b"".join(body for body, _ in world.inbox.received)
    page = await page_of(world, f"/dashboard/payments/{payment.provider_id}")
    (notice,) = re.findall(r"/dashboard/notices/(evt_\w+)", page)
    await world.client.post(f"/dashboard/notices/{notice}")
    await world.notices(lambda found: any(str(payment.id).encode() in body for body, _ in found))


async def test_late_card_pays_when_the_clock_says_so(world: SimulatorWorld) -> None:
    payment = await opened(world)
    await world.client.post(f"/pay/{payment.provider_id}", data={"number": LATE, "minutes": "3"})
    assert "Waiting for the bank" in await page_of(world, f"/pay/{payment.provider_id}")
    moved = await world.client.post("/clock", json={"forward": "3m"})
    assert moved.json()["ahead"] >= 180
    report = await world.payments.look_up(payment)
    assert isinstance(report, ProviderReport)
    assert report.status is PaymentStatus.PAID
    refused: tuple[object, ...] = ({"forward": "3 days"}, {"forward": "99999d"}, {"forward": 3}, {}, [])
    for wrong in refused:
        assert (await world.client.post("/clock", json=wrong)).status_code == 400


async def test_dashboard_refuses_what_is_no_amount_or_too_much(world: SimulatorWorld) -> None:
    payment = await paid(world)
    page = f"/dashboard/payments/{payment.provider_id}"
    for amount, reason in (
        ("72.01", "refund_exceeds_payment"),
        ("0", "refund_exceeds_payment"),
        ("-1", "refund_exceeds_payment"),
        ("1.005", "not_an_amount"),
        ("NaN", "refund_exceeds_payment"),
        ("", "not_an_amount"),
    ):
        answer = await world.client.post(f"{page}/refund", data={"amount": amount})
        assert answer.headers["location"] == f"{page}?refused={reason}", amount
    assert "The provider refused this:" in await page_of(world, f"{page}?refused=not_an_amount")


async def test_other_key_of_the_api_changes_nothing(world: SimulatorWorld) -> None:
    payment = await paid(world)
    stranger = SimulatorPayments(str(world.client.base_url).rstrip("/"), "another key")
    assert await stranger.refund(payment, 100, uuid7()) == Unknown("unauthorized")
    assert await stranger.look_up(payment) == Unknown("unauthorized")
    await stranger.close()
    malformed = await world.client.post(
        "/v1/payments", content=b"{", headers={"authorization": f"Bearer {SECRET}", "idempotency-key": str(uuid7())}
    )
    assert (malformed.status_code, malformed.json()["code"]) == (400, "invalid")


async def test_refused_notice_is_sent_again_with_a_fresh_signature(world: SimulatorWorld) -> None:
    world.inbox.answers += [503, 503]
    payment = await paid(world)
    ours = str(payment.id).encode()
    await world.notices(lambda found: any(ours in body for body, _ in found))
    await world.forward(timedelta(minutes=20))
    await world.notices(lambda found: sum(ours in body for body, _ in found) >= 2)
    found = [world.payments.read_event(body, headers, datetime.now(UTC)) for body, headers in world.inbox.received]
    assert len({event.id for event in found if event.payment_id == payment.id}) == 1


async def test_simulator_that_is_away_is_unknown(tmp_path: Path) -> None:
    address = tmp_path / "address"
    payments, payment = SimulatorPayments(address, SECRET), a_payment(a_charge(), f"sim_{'0' * 32}")
    assert await payments.look_up(payment) == Unknown("away")
    address.write_text("http://127.0.0.1:9")
    assert await payments.void(payment, uuid7()) == Unknown("away")
    assert await payments.void(a_payment(a_charge(), None), uuid7()) == Refused("no_such_payment")
    await payments.close()


async def restarted(received: Inbox, journal: Path, port: int, payment_id: str) -> tuple[str, httpx.Response]:
    with simulator_program(received.port, journal=str(journal), port=port) as (address, _):
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            found = await client.get(f"/v1/payments/{payment_id}", headers={"authorization": f"Bearer {SECRET}"})
    return address, found


async def test_payments_outlive_a_kill_and_a_torn_line(tmp_path: Path) -> None:
    journal = tmp_path / "simulator" / "journal"
    async with inbox() as received:
        with simulator_program(received.port, journal=str(journal)) as (address, process):
            payments = SimulatorPayments(address, SECRET)
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                world = SimulatorWorld(payments, client, received)
                payment = await paid(world)
                refund = await payments.refund(payment, 700, uuid7())
                assert isinstance(refund, Done)
                await world.forward(timedelta(days=3))
                process.kill()
                process.wait()
            await payments.close()
        with journal.open("ab") as file:
            file.write(b'{"type":"payment","id":"sim_')
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            moved, found = await restarted(received, journal, port, payment.provider_id or "")
        assert moved != f"http://127.0.0.1:{port}"
        assert found.json()["payment"]["refunds"][0]["id"] == refund.ref
        assert found.json()["url"].startswith(moved)
        assert b'"by":"P3D"' in journal.read_bytes()


async def test_simulator_ends_with_the_last_holder_of_its_input() -> None:
    with simulator_program(9) as (address, process):
        copy = os.dup(process.stdin.fileno())
        process.stdin.close()
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"{address}/health")).status_code == 200
        assert process.poll() is None
        os.close(copy)
        await asyncio.to_thread(process.wait, 20)
