"""Entities take the values of a row by position, so columns are in the order of the fields."""

from dataclasses import FrozenInstanceError, fields
from decimal import Decimal

import asyncpg
import pytest

from builders import a_session, a_user
from marketplace.adapters.postgres.rows import (
    BOOKING,
    BOOKING_DETAILS,
    CONTACT,
    PUBLIC_USER,
    SESSION,
    SESSION_WITH_CREATOR,
    constructor,
)
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.booking_details import BookingDetails, BookingHistory
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.users import User

OF_SESSION = "FROM sessions s JOIN users c ON c.id = s.creator_id"
OF_BOOKING = f"FROM bookings b JOIN users u ON u.id = b.user_id, {OF_SESSION.removeprefix('FROM ')}"
STATE = ("creator_is_active", "is_open", "time_zone", "rating")


async def names_of(dsn: str, statement: str) -> tuple[str, ...]:
    connection = await asyncpg.connect(dsn)
    try:
        return tuple(each.name for each in (await connection.prepare(statement)).get_attributes())
    finally:
        await connection.close()


def field_order(entity: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(entity))


def values_of(entity: User | Session) -> list[object]:
    return [getattr(entity, name) for name in field_order(type(entity))]


def prefixed(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(prefix + name for name in names)


async def test_columns_of_sessions_are_in_the_order_of_fields(database: str) -> None:
    names = await names_of(database, f"SELECT {SESSION_WITH_CREATOR} {OF_SESSION}")
    assert names == (*SESSION, *prefixed("c_", *PUBLIC_USER), *STATE)
    assert field_order(SessionDetails) == (*SESSION, "creator_details", *STATE)
    assert field_order(CatalogSession) == (*SESSION, "creator_details", *STATE, "next_slot")


async def test_columns_of_bookings_are_in_the_order_of_fields(database: str) -> None:
    names = await names_of(database, f"SELECT {BOOKING_DETAILS} {OF_BOOKING}")
    session = (*prefixed("s_", *SESSION), *prefixed("c_", *CONTACT), *prefixed("s_", *STATE))
    assert names == (*BOOKING, *session, *prefixed("u_", *CONTACT))
    assert field_order(BookingDetails) == (*BOOKING, "session_details", "user_details")
    assert field_order(BookingHistory) == (*field_order(BookingDetails), "history")


@pytest.mark.parametrize("entity", [a_user(), a_session()])
def test_entity_built_by_position_equals_one_built_by_name(entity: User | Session) -> None:
    built = constructor(type(entity))(*values_of(entity))
    assert built == entity
    assert hash(built) == hash(entity)
    with pytest.raises(FrozenInstanceError):
        built.id = entity.id  # type: ignore[misc]


def test_entity_built_by_position_has_the_places_of_the_currency() -> None:
    values = [
        Decimal(5) if name == "price" else value for name, value in zip(SESSION, values_of(a_session()), strict=True)
    ]
    assert str(constructor(Session)(*values).price) == "5.00"


def test_entity_is_not_built_from_too_few_or_too_many_values() -> None:
    values = values_of(a_session())
    for wrong in (values[:-1], (*values, None)):
        with pytest.raises(TypeError):
            constructor(Session)(*wrong)
