"""Sessions that the storage keeps are encoded once, and shown to those who may see them as they are."""

from dataclasses import replace
from typing import Any

import msgspec

from builders import principal_of, services_over, stored_booking, stored_session, stored_user
from fakes import MovableClock
from http_api import SETTINGS
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.principals import Principal
from marketplace.http.api.booking_views import BookingHistoryOut, BookingViews
from marketplace.http.encoded_once import MAX_RESOURCES, EncodedOnce

LINK = "https://meet.example.org/room"


async def a_booking_online() -> tuple[BookingDetails, Principal]:
    """Store a confirmed booking of a session with a link; return it with its learner."""
    storage = memory_storage()
    learner = await stored_user(storage)
    session = await stored_session(storage, format="online", join_url=LINK)
    booking = await storage.booking_lists.find((await stored_booking(storage, session, learner.id)).id)
    assert booking is not None
    return booking, principal_of(learner)


def shown(booking: BookingDetails, viewer: Principal, encoded: EncodedOnce | None, *, share_email: bool = False) -> Any:
    payments = services_over(memory_storage()).payments
    views = BookingViews(MovableClock(), replace(SETTINGS, share_email=share_email), payments)
    return msgspec.json.decode(
        msgspec.json.encode(views.shown(viewer, "UTC", booking, BookingHistoryOut, encoded)),
    )


async def test_booking_with_a_session_encoded_once_is_the_same_answer() -> None:
    booking, learner = await a_booking_online()
    encoded = EncodedOnce()

    first, again = (shown(booking, learner, encoded) for _ in range(2))

    assert first == again == shown(booking, learner, None)
    assert first["session_details"]["join_url"] == LINK


async def test_session_is_encoded_with_an_address_only_where_it_is_shared() -> None:
    booking, learner = await a_booking_online()

    for share_email in (False, True):
        details = shown(booking, learner, EncodedOnce(), share_email=share_email)["session_details"]["creator_details"]
        assert (details["email"] is not None) == share_email


async def test_link_that_was_encoded_for_a_confirmed_seat_is_not_shown_without_one() -> None:
    booking, learner = await a_booking_online()
    encoded = EncodedOnce()
    shown(booking, learner, encoded)

    pending = shown(replace(booking, status="pending"), learner, encoded)
    impersonated = shown(booking, replace(learner, impersonator_id=booking.creator_id), encoded)
    confirmed = shown(booking, learner, encoded)

    links = [each["session_details"]["join_url"] for each in (pending, impersonated, confirmed)]
    assert links == [None, None, LINK]


async def test_changed_session_is_encoded_as_it_is_now() -> None:
    booking, learner = await a_booking_online()
    encoded = EncodedOnce()
    shown(booking, learner, encoded)
    session = replace(booking.session_details, title="Bread in winter")

    changed = shown(replace(booking, session_details=session), learner, encoded)

    assert changed["session_details"]["title"] == "Bread in winter"


def test_the_number_of_encoded_resources_is_bounded() -> None:
    encoded, calls = EncodedOnce(), list[object]()

    def encode(resource: object) -> bytes:
        calls.append(resource)
        return b"{}"

    resources = [object() for _ in range(MAX_RESOURCES + 1)]
    for resource in resources:
        encoded.json(resource, encode)
    encoded.json(resources[-1], encode)
    encoded.json(resources[0], encode)

    assert calls == [*resources, resources[0]]
