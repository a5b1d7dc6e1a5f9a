"""A request of every route by which a program with an API key changes something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from litestar import Litestar
from uuid_utils.compat import uuid7

from api_key_records import StoredKey, stored_key
from builders import TOMORROW, principal_of, stored_booking, stored_session, stored_user
from fakes import NOW
from http_api import as_json
from http_routes import routes_of
from marketplace.core.domain.notifications import Notification
from marketplace.core.domain.users import User
from picture_files import a_picture
from rights_cases import CASES, CREATOR, Actor, Case, Ids, Marketplace, deactivated, nothing, session

LEARNER, A_CREATOR = (Actor({}, deactivated),), (Actor(CREATOR, deactivated),)
FAVOURITE, PICTURE = "/api/favourites/{session_id}", "/api/sessions/{session_id}/pictures/{picture_id}"
WITHOUT_EFFECT = {"POST /api/sessions/{session_id}/schedule/preview"}
"""Routes that only look like changes."""
UPLOADS = {"POST /api/auth/avatar", "POST /api/sessions/{session_id}/pictures"}


async def new_name(_: Marketplace, actor: User) -> Ids:
    return {"username": f"renamed-{actor.id.hex[-12:]}"}


async def own_picture(market: Marketplace, actor: User) -> Ids:
    found = UUID(str((await session()(market, actor))["session_id"]))
    added = await market.services.pictures.add(principal_of(actor), found, a_picture(), "A lute.")
    return {"session_id": found, "picture_id": added.pictures[0].id}


async def own_booking(market: Marketplace, actor: User) -> Ids:
    sold = await stored_session(market.storage, max_participants=9)
    return {"booking_id": (await stored_booking(market.storage, sold, actor.id, starts_at=TOMORROW)).id}


async def favourite(market: Marketplace, actor: User) -> Ids:
    found = await session()(market, actor)
    await market.services.favourites.add(principal_of(actor), UUID(str(found["session_id"])))
    return found


async def sold_out(market: Marketplace, _: User) -> Ids:
    """Store a session whose only seat is booked by another person."""
    sold = await stored_session(market.storage, max_participants=1)
    buyer = principal_of(await stored_user(market.storage))
    booked = await market.services.bookings.book(buyer, sold.id, TOMORROW)
    return {"session_id": sold.id, "buyer_id": buyer.user_id, "booking_id": booked.resource.id}


async def waiting(market: Marketplace, actor: User) -> Ids:
    found = await sold_out(market, actor)
    joined = await market.services.waitlist.join(principal_of(actor), UUID(str(found["session_id"])), TOMORROW)
    return found | {"entry_id": joined.resource.id}


async def offered(market: Marketplace, actor: User) -> Ids:
    found = await waiting(market, actor)
    buyer = principal_of(await market.storage.users.get(UUID(str(found["buyer_id"]))))
    await market.services.bookings.act(buyer, UUID(str(found["booking_id"])), "cancel")
    return found


async def notification(market: Marketplace, actor: User) -> Ids:
    booking_id = (await own_booking(market, actor))["booking_id"]
    news = Notification(
        id=uuid7(),
        user_id=actor.id,
        kind="booked",
        booking_id=UUID(str(booking_id)),
        created_at=NOW,
        source=f"test-{booking_id}",
    )
    async with market.storage.unit_of_work() as tx:
        await tx.notifications.add([news])
    return {"notification_id": news.id}


OTHERS: Mapping[str, Case] = {
    "PUT /api/auth/profile": Case(LEARNER, new_name, {}, {"username": "username"}),
    "PATCH /api/auth/profile": Case(LEARNER, nothing, {"first_name": "Augusta"}),
    "POST /api/auth/avatar": Case(LEARNER, nothing),
    "DELETE /api/auth/avatar": Case(LEARNER, nothing),
    f"PUT {FAVOURITE}": Case(LEARNER, session()),
    f"DELETE {FAVOURITE}": Case(LEARNER, favourite),
    "POST /api/sessions/{session_id}/pictures": Case(A_CREATOR, session()),
    f"PATCH {PICTURE}": Case(A_CREATOR, own_picture, {"alt": "A lute."}),
    f"DELETE {PICTURE}": Case(A_CREATOR, own_picture),
    "POST /api/bookings": Case(
        LEARNER,
        session(),
        {"booking_date": as_json(TOMORROW + timedelta(hours=3))},
        {"session": "session_id"},
    ),
    "PATCH /api/bookings/{booking_id}": Case(LEARNER, own_booking, {"seats": 2}),
    "POST /api/sessions/{session_id}/slots/waitlist": Case(LEARNER, sold_out, {"starts_at": as_json(TOMORROW)}),
    "DELETE /api/waitlist/{entry_id}": Case(LEARNER, waiting),
    "POST /api/waitlist/{entry_id}/accept": Case(LEARNER, offered, {}),
    "POST /api/notifications/read": Case(LEARNER, notification, {}, {"last": "notification_id"}),
}


def changes_by_key(app: Litestar) -> set[str]:
    """Return the routes by which a key changes something."""
    found = {name for name, route in routes_of(app).items() if route is not None and route.scope not in {None, "read"}}
    return found - WITHOUT_EFFECT


KEY_CASES = {**{name: case for name, case in CASES.items() if " /api/admin" not in name}, **OTHERS}
"""Of routes that take no key, too: they refuse it."""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A request of a route by a key of its own."""

    name: str
    user: User
    key: StoredKey
    ids: Ids

    @classmethod
    async def stored(cls, market: Marketplace, name: str) -> "KeyRequest":
        """Store a person with a key and what the request is about."""
        accounts = [each.account for each in KEY_CASES[name].actors if not each.account.get("is_staff")]
        user = await stored_user(market.storage, **accounts[0])
        return cls(name, user, await stored_key(market.storage, user), await KEY_CASES[name].target(market, user))

    @property
    def method(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def path(self) -> str:
        return f"{self.name.partition(' ')[2].format(**self.ids)}/"

    @property
    def sent(self) -> dict[str, object]:
        """Return the body as an option of httpx."""
        if self.name in UPLOADS:
            return {"files": {"file": a_picture()}}
        return {"json": KEY_CASES[self.name].body_for(self.ids)}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key.secret}"}

    async def revoke(self, market: Marketplace) -> None:
        """Revoke the key in this process, while those of the servers remember it."""
        await market.services.api_keys.revoke(principal_of(self.user), self.key.key.id)
