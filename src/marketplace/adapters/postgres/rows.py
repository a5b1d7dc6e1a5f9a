"""Columns shared by statements, and conversions of rows to entities.

A list has tens of rows with tens of columns each, so an entity takes its values by position: the columns of a statement
are in the order of the fields, since both come from the dataclass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar

import asyncpg
import msgspec

from marketplace.adapters.postgres.pictures import document, pictures_from
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.money import currency
from marketplace.core.domain.places import Coordinates
from marketplace.core.domain.ratings import UNRATED, Rating
from marketplace.core.domain.refund_policies import FULL_REFUND, RefundPolicy, RefundTier
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.terms import Terms
from marketplace.core.domain.users import Contact, PublicUser, User

PUBLIC_USER = field_names(PublicUser)
CONTACT = field_names(Contact)
USER = tuple(each.name for each in fields(User))
BOOKING = field_names(Booking)
NEW_BOOKING = field_names(Booking, "requested_start", "held_seats")
TERMS_FIELDS = field_names(Terms)
COLUMN_NAMES = {"respond_by": "answer_by"}
"""Column names of fields that are stored under another name."""
SESSION = field_names(Session)
MAX_KEPT_TERMS = 2048


Entity = TypeVar("Entity")


def columns(alias: str, names: Sequence[str], prefix: str = "") -> str:
    """Return `alias.name, …`, each column named like its field, with a prefix where names would repeat."""
    stored = ((name, COLUMN_NAMES.get(name, name)) for name in names)
    return ", ".join(
        f"{alias}.{column}" if column == prefix + name else f"{alias}.{column} AS {prefix}{name}"
        for name, column in stored
    )


Conversions = Mapping[str, Callable[[Any], object]]
"""Functions that convert stored values, by the fields that are stored otherwise than the entity has them."""


def constructor(entity: type[Entity], conversions: Conversions = MappingProxyType({})) -> Callable[..., Entity]:
    """Return a function that builds a frozen, slotted dataclass from all its values, in the order of its fields.

    It assigns to an object of a class with the same slots that is not frozen, and makes that the entity. Its own
    `__init__` takes twice as long: a frozen class assigns each field through `object.__setattr__`. See
    docs/decisions/0051.
    """
    unfrozen = {"__slots__": vars(entity)["__slots__"]} | {
        name: getattr(object, name) for name in ("__setattr__", "__delattr__")
    }
    names = [each.name for each in fields(entity)]  # type: ignore[arg-type]
    lines = [
        f"def construct({', '.join(names)}):",
        "built = new(draft)",
        *(f"built.{name} = of_{name}({name})" if name in conversions else f"built.{name} = {name}" for name in names),
        "built.__class__ = entity",
        *(["built.__post_init__()"] if hasattr(entity, "__post_init__") else []),
        "return built",
    ]
    known = {"new": object.__new__, "draft": type(entity.__name__, entity.__bases__, unfrozen), "entity": entity}
    known |= {f"of_{name}": convert for name, convert in conversions.items()}
    exec("\n    ".join(lines), known)  # noqa: S102 - the names of fields
    return known["construct"]  # type: ignore[return-value]


TERMS_OF_SESSION = (
    "jsonb_build_object('title', s.title, 'duration', s.duration, 'price', s.price::text,"
    " 'cancellation_notice', s.cancellation_notice)"
)
BOOKING_COLUMNS = columns("b", BOOKING).replace("b.terms", f"coalesce(b.terms, {TERMS_OF_SESSION}) AS terms")
"""A booking `b` of a session `s`. A release before migration 0025 that ran next to this one stored no terms."""
TIME_ZONE = "coalesce(s.schedule ->> 'time_zone', c.time_zone)"
STATE_OF_SESSION = (
    f"c.is_active AS creator_is_active, s.schedule IS NULL AS is_open, {TIME_ZONE} AS time_zone,"
    " s.star_counts AS rating"
)
SESSION_WITH_CREATOR = f"{columns('s', SESSION)}, {columns('c', PUBLIC_USER, 'c_')}, {STATE_OF_SESSION}"
"""A session `s` with its creator `c`. These columns come first in a statement."""
BOOKED_SESSION = (
    f"{columns('s', SESSION, 's_')}, {columns('c', CONTACT, 'c_')}, {STATE_OF_SESSION.replace(' AS ', ' AS s_')}"
)
"""A session `s` with its creator `c`, whose e-mail address it has."""
CREATOR, STATE = len(SESSION), len(SESSION) + len(PUBLIC_USER)
STATES = 4
AFTER_SESSION = STATE + STATES
"""Places in `SESSION_WITH_CREATOR`: of the creator, the state, and the column after them."""
AFTER_BOOKED_SESSION = CREATOR + len(CONTACT) + STATES
"""The place of the column after those of `BOOKED_SESSION`, if they come first."""
BOOKING_DETAILS = f"{BOOKING_COLUMNS}, {BOOKED_SESSION}, {columns('u', CONTACT, 'u_')}"
"""A booking `b` with its session `s`, and the contacts of its creator `c` and its learner `u`. They come first."""
WRITTEN_BY = "s.xmin AS version, c.xmin AS creator_version"
"""The transactions that wrote the session and its creator: locks and freezing leave `xmin`, standbys have the same."""
SESSION_WITH_CONTACT = (
    f"({columns('s', SESSION)}, c.is_active, s.schedule IS NULL, {TIME_ZONE}, s.star_counts) AS session,"
    f" ({columns('c', CONTACT)}) AS creator"
)
POINT, PICTURES = SESSION.index("coordinates"), SESSION.index("pictures")
POLICY = SESSION.index("cancellation_policy")
TERMS = BOOKING.index("terms")
LANGUAGES = USER.index("languages")
_before_terms, _after_terms = attrgetter(*NEW_BOOKING[:TERMS]), attrgetter(*NEW_BOOKING[TERMS + 1 :])
read_json = msgspec.json.Decoder().decode


def point_from(stored: str | None) -> Coordinates | None:
    """Convert the column of coordinates."""
    if stored is None:
        return None
    latitude, longitude = stored.split()
    return Coordinates(latitude=float(latitude), longitude=float(longitude))


def terms_from(stored: str) -> Terms:
    """Convert the column of terms. Bookings of a session were mostly sold on the same."""
    return _kept_terms(stored, currency().digits)


@lru_cache(MAX_KEPT_TERMS)
def _kept_terms(stored: str, digits: int) -> Terms:
    _ = digits  # which the price has
    terms = read_json(stored)
    policy, method = policy_from(terms.get("cancellation_policy")), terms.get("payment_method", "at_session")
    agreed = (terms["title"], terms["duration"], Decimal(terms["price"]), terms["cancellation_notice"])
    return _terms(*agreed, policy, method)


def policy_from(tiers: Sequence[Mapping[str, int]] | None) -> RefundPolicy:
    """Convert the list of a stored policy; bookings of earlier releases have none."""
    return FULL_REFUND if tiers is None else tuple(RefundTier(**tier) for tier in tiers)


@lru_cache(MAX_KEPT_TERMS)
def stored_policy(stored: str) -> RefundPolicy:
    """Convert the column of a session's policy."""
    return policy_from(read_json(stored))


def rating_from(counts: Sequence[int] | None) -> Rating:
    """Convert a column of star counts. Most sessions have no review."""
    return Rating(tuple(counts)) if counts and any(counts) else UNRATED


STORED_SESSION: Conversions = {
    "tags": tuple,
    "pictures": pictures_from,
    "coordinates": point_from,
    "cancellation_policy": stored_policy,
    "rating": rating_from,
}
STORED_BOOKING: Conversions = {"terms": terms_from}
public_user = constructor(PublicUser)
"""Convert the values of `PUBLIC_USER`."""
_user = constructor(User)
contact = constructor(Contact)
"""Convert the values of `CONTACT`."""
_session_details = constructor(SessionDetails, STORED_SESSION)
_terms = constructor(Terms)
_booking = constructor(Booking, STORED_BOOKING)


def stored_user(row: Any) -> User:
    """Convert a row that starts with the columns of `USER`."""
    user = [*row[: len(USER)]]
    user[LANGUAGES] = tuple(user[LANGUAGES])
    return _user(*user)


def session_details(row: asyncpg.Record) -> SessionDetails:
    """Convert a row that starts with the columns of `SESSION_WITH_CREATOR`."""
    return _session_details(*session_values(row))


def session_values(row: asyncpg.Record) -> tuple[object, ...]:
    """Return the values of `SessionDetails`, as stored, of a row that starts with `SESSION_WITH_CREATOR`."""
    return (*row[:CREATOR], public_user(*row[CREATOR:STATE]), *row[STATE:AFTER_SESSION])


def session_row(session: Session) -> tuple[object, ...]:
    """Return the values of a session as they are stored."""
    values = [getattr(session, name) for name in SESSION]
    point = session.coordinates
    values[POINT] = None if point is None else f"{point.latitude} {point.longitude}"
    values[PICTURES] = document(session.pictures)
    values[POLICY] = msgspec.json.encode(session.cancellation_policy).decode()
    return tuple(values)


def booked_session(row: Any) -> SessionDetails:
    """Convert a row that starts with the columns of `BOOKED_SESSION`."""
    state = CREATOR + len(CONTACT)
    return _session_details(*row[:CREATOR], contact(*row[CREATOR:state]), *row[state:AFTER_BOOKED_SESSION])


def reported_session(row: asyncpg.Record) -> SessionDetails:
    """Convert a row with the columns of `SESSION_WITH_CONTACT`, which has the creator's e-mail address."""
    session = row["session"]
    return _session_details(*session[:CREATOR], contact(*row["creator"]), *session[CREATOR:])


def stored_booking(row: asyncpg.Record) -> Booking:
    """Convert a row that starts with `BOOKING_COLUMNS`."""
    return _booking(*row[: len(BOOKING)])


def booking_details_values(row: asyncpg.Record) -> tuple[object, ...]:
    """Return the values of `BookingDetails`, as stored, of a row that starts with the columns of `BOOKING_DETAILS`."""
    session = row[len(BOOKING) :]
    learner = session[AFTER_BOOKED_SESSION : AFTER_BOOKED_SESSION + len(CONTACT)]
    return (*row[: len(BOOKING)], booked_session(session), contact(*learner))


def booking_row(booking: Booking) -> tuple[Any, ...]:
    """Return the values of `NEW_BOOKING` as they are stored."""
    return (*_before_terms(booking), msgspec.json.encode(booking.terms).decode(), *_after_terms(booking))
