"""A marketplace whose currency was changed starts only where its stored amounts fit the new one."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from builders import stored_booking, stored_session
from http_api import SETTINGS
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.money import use_currency
from marketplace.entrypoints.doctor import database_findings
from marketplace.entrypoints.server import check_database
from marketplace.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def _euros_again() -> Iterator[None]:
    yield
    use_currency("EUR")


def in_currency(code: str, dsn: str) -> Settings:
    return replace(SETTINGS, storage="postgres", database_url=dsn, currency=code)


def test_start_is_refused_where_stored_amounts_do_not_fit(empty_database: str) -> None:
    async def store() -> None:
        database = await connect(empty_database)
        storage = postgres_storage(database)
        session = await stored_session(storage, price=Decimal("12.50"))
        await stored_booking(storage, session, seats=2)
        await database.close()

    check_database(in_currency("JPY", empty_database))
    asyncio.run(store())

    for code in ("EUR", "KWD", "HUF"):
        check_database(in_currency(code, empty_database))
    with pytest.raises(SettingsError, match=r"MARKETPLACE_CURRENCY is 'JPY'.* but 12\.50 is stored"):
        check_database(in_currency("JPY", empty_database))
    [found] = [each for each in database_findings(in_currency("JPY", empty_database)) if each.subject == "currency"]
    assert (found.is_good, "12.50 is stored" in found.seen) == (False, True)


def test_start_is_refused_where_only_the_price_in_the_terms_of_a_booking_does_not_fit(empty_database: str) -> None:
    async def store() -> None:
        database = await connect(empty_database)
        storage = postgres_storage(database)
        session = await stored_session(storage, price=Decimal("12.50"))
        await stored_booking(storage, session, seats=2, amount=Decimal("25.00"))
        async with storage.unit_of_work() as tx:
            await tx.sessions.save(replace(await tx.sessions.acquire(session.id), price=Decimal("13.00")))
        await database.close()

    asyncio.run(store())

    with pytest.raises(SettingsError, match=r"but 12\.50 is stored"):
        check_database(in_currency("JPY", empty_database))


def test_price_of_an_older_release_is_shown_with_the_places_of_the_currency(empty_database: str) -> None:
    async def stored() -> str:
        use_currency("EUR")
        database = await connect(empty_database)
        storage = postgres_storage(database)
        session = await stored_session(storage, price=Decimal("1500.00"))
        use_currency("JPY")
        async with storage.unit_of_work() as tx:
            found = await tx.sessions.acquire(session.id)
        await database.close()
        return str(found.price)

    assert asyncio.run(stored()) == "1500"
    check_database(in_currency("JPY", empty_database))
