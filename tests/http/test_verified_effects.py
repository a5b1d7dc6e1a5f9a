from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from fakes import NOW
from http_api import SETTINGS, Api, a_booking_body, a_session_body, open_api, problem
from marketplace.core.domain.users import VerifiedEffect


@asynccontextmanager
async def requiring(*effects: VerifiedEffect) -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, verify_email=effects)) as opened:
        yield opened


async def test_unverified_person_cannot_book_where_booking_requires_it(api: Api) -> None:
    async with requiring("booking") as strict:
        person, session = await strict.person(), await strict.session()

        problem(await person.post("/api/bookings/", a_booking_body(session)), 403, "email_unverified")

        async with strict.storage.unit_of_work() as tx:
            await tx.users.save(person.user.with_verified_email(NOW))
        assert (await person.post("/api/bookings/", a_booking_body(session))).status_code == 201
    assert (await (await api.person()).post("/api/bookings/", a_booking_body(await api.session()))).status_code == 201


async def test_refused_booking_takes_no_seat() -> None:
    async with requiring("booking") as strict:
        session = await strict.session(max_participants=1)
        await (await strict.person()).post("/api/bookings/", a_booking_body(session))

        verified = await strict.person(email_verified_at=NOW)
        assert (await verified.post("/api/bookings/", a_booking_body(session))).status_code == 201


async def test_unverified_creator_cannot_publish_where_publishing_requires_it() -> None:
    async with requiring("publishing") as strict:
        creator = await strict.creator()
        problem(await creator.post("/api/sessions/", a_session_body()), 403, "email_unverified")
        draft = (await creator.post("/api/sessions/", a_session_body(status="inactive"))).json()
        address = f"/api/sessions/{draft['id']}/"

        problem(await creator.patch(address, {"status": "active"}), 403, "email_unverified")
        assert (await creator.patch(address, {"title": "Evening yoga"})).status_code == 200

        async with strict.storage.unit_of_work() as tx:
            await tx.users.save(creator.user.with_verified_email(NOW))
        assert (await creator.patch(address, {"status": "active"})).status_code == 200
        assert (await creator.post("/api/sessions/", a_session_body())).status_code == 201


async def test_published_session_of_an_unverified_creator_can_be_changed_and_unpublished() -> None:
    async with requiring("publishing") as strict:
        creator = await strict.creator()
        address = f"/api/sessions/{(await strict.session(creator)).id}/"

        assert (await creator.patch(address, {"title": "Evening yoga"})).status_code == 200
        assert (await creator.patch(address, {"status": "inactive"})).status_code == 200


@pytest.mark.parametrize("effects", [(), ("booking",), ("booking", "publishing")])
async def test_clients_learn_what_needs_a_verified_address(effects: tuple[VerifiedEffect, ...]) -> None:
    async with requiring(*effects) as strict:
        assert (await strict.visitor.get("/api/marketplace/")).json()["verify_email"] == [*effects]
