"""What `make bench` asks of whom: a route, and the load for each program that answers it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import md5
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import available_timezones

from benchmarks.load import SIGNED_OUT, Load, booking, bookings, get, once, token_of
from benchmarks.market import PAGE, Market
from benchmarks.peers import rows

FIRST = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=60)
"""Bookings start from here on."""
MONTH = 30
PEOPLE = 1_000
READ_SECONDS = 1
LONG_SECONDS = 2
"""Of bookings, and of reads that take milliseconds."""
ZONES = 200
OTHERS = 400
"""Prices to ask above, all of them below that of every session on the page."""
FEW = 4
"""Connections for reads that take milliseconds."""


class Peer(StrEnum):
    """A program that is measured."""

    OURS = "marketplace"
    NOTHING_KEPT = "marketplace, nothing kept"
    BARE = "bare"
    SAME = "bare, same SQL"
    BARE_BOOKINGS = "bare, booking"
    DJANGO = "Django"


Loads = Mapping[Peer, Callable[[int], Load]]
"""A function of the number of the round: every round books other starts."""


@dataclass(frozen=True, slots=True)
class Target:
    """At least this many times as fast as another program, by requests per second or by CPU per request."""

    other: Peer
    least: float
    by: Literal["CPU", "rate"] = "CPU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of the report; `part` is the word that selects it. `max_cpu` is a target in microseconds."""

    part: str
    name: str
    loads: Loads
    seconds: int = READ_SECONDS
    targets: tuple[Target, ...] = ()
    max_cpu: float | None = None

    @property
    def ours(self) -> Peer:
        return next(iter(self.loads))


def constant(*paths: str, token: str = SIGNED_OUT) -> Callable[[int], Load]:
    """Send the same requests in every round."""
    return repeated(get(*paths, token=token))


def repeated(requests: Sequence[str]) -> Callable[[int], Load]:
    load = Load(requests=requests)
    return lambda _: load


def routes_of(market: Market) -> list[Route]:
    """Return every route, in the order of the report."""
    return [*reads(market), *personal_reads(market), *others(market), *booking_routes(market)]


def reads(market: Market) -> list[Route]:
    """Public reads, asked with nothing kept and again with kept bytes."""
    ours = constant(*(f"/api/sessions/{each.id}" for each in market.page))
    plain = constant(*(f"/plain/sessions/{each.id}" for each in market.page))
    same = constant(*(f"/same/session/{each.id}" for each in market.page))
    theirs = constant(*(f"/api/sessions/{rows.SESSIONS - number}/" for number in range(PAGE)))
    page, their_page = constant("/plain/page"), constant("/api/sessions/")
    newest, scheduled = constant("/api/sessions"), constant("/api/sessions?category=music")
    # the same rows, but answers, and then reads as well, that no two requests share
    zones = constant(*(f"/api/sessions?time_zone={zone}" for zone in sorted(available_timezones())[:ZONES]))
    prices = constant(*(f"/api/sessions?min_price={cents / 100:.2f}" for cents in range(1, OTHERS)))
    fast, kept_fast = Target(Peer.DJANGO, 10), Target(Peer.DJANGO, 30)
    return [
        Route(
            part="detail",
            name="session detail",
            loads={Peer.NOTHING_KEPT: ours, Peer.BARE: plain, Peer.SAME: same, Peer.DJANGO: theirs},
            targets=(Target(Peer.BARE, 0.70), fast),
        ),
        Route(
            part="page",
            name="first page of 20, by arrangement",
            loads={
                Peer.NOTHING_KEPT: newest,
                Peer.BARE: page,
                Peer.SAME: constant("/same/page"),
                Peer.DJANGO: their_page,
            },
            targets=(Target(Peer.BARE, 0.70), fast),
        ),
        Route(
            part="page",
            name="first page of 20, by arrangement, in many time zones",
            loads={Peer.NOTHING_KEPT: zones, Peer.BARE: page},
            targets=(Target(Peer.BARE, 0.70),),
        ),
        Route(
            part="page",
            name="first page of 20, by arrangement, above many prices",
            loads={Peer.NOTHING_KEPT: prices, Peer.BARE: page},
        ),
        Route(
            part="page",
            name="first page of 20, with schedules",
            loads={
                Peer.NOTHING_KEPT: scheduled,
                Peer.BARE: page,
                Peer.SAME: constant("/same/scheduled"),
                Peer.DJANGO: their_page,
            },
            targets=(Target(Peer.BARE, 0.50), fast),
        ),
        Route(
            part="kept",
            name="session detail, kept bytes",
            loads={Peer.OURS: ours, Peer.BARE: plain, Peer.DJANGO: theirs},
            targets=(kept_fast,),
        ),
        Route(
            part="kept",
            name="first page of 20, kept bytes",
            loads={Peer.OURS: newest, Peer.BARE: page, Peer.DJANGO: their_page},
            targets=(Target(Peer.BARE, 3), kept_fast),
        ),
        Route(
            part="kept",
            name="first page with schedules, kept bytes",
            loads={Peer.OURS: scheduled, Peer.BARE: page, Peer.DJANGO: their_page},
            targets=(Target(Peer.BARE, 3), kept_fast),
        ),
    ]


def personal_reads(market: Market) -> list[Route]:
    """Reads of people with 25 bookings each; the bare handler does not authenticate, and reads for one of them."""
    token, their_token = token_of(market.learner), django_token(rows.LEARNER)
    # for one person, requests that come together would read the list once
    askers = {"profile": market.learners[:1], "bookings": market.learners}
    pages = {"by arrangement": ("", 0.70), "with schedules": ("?category=music", 0.50)}
    paths = {"profile": "/api/auth/profile/", "bookings": "/api/bookings/"}
    names = {"profile": ("profile", 0.90), "bookings": ("my bookings, 20 of 25", 0.80)}
    return [
        Route(
            part=part,
            name=names[part][0],
            targets=(Target(Peer.SAME, names[part][1]), Target(Peer.DJANGO, 10)),
            loads={
                Peer.OURS: repeated([request for each in askers[part] for request in get(path, token=token_of(each))]),
                Peer.SAME: constant(f"/same/{part}"),
                Peer.DJANGO: constant(path, token=their_token),
            },
        )
        for part, path in paths.items()
    ] + [
        Route(
            part="page",
            name=f"first page of 20, {kind}, signed in",
            targets=(Target(Peer.BARE, least), Target(Peer.DJANGO, 10)),
            loads={
                Peer.OURS: constant(f"/api/sessions{query}", token=token),
                Peer.BARE: constant("/plain/page"),
                Peer.DJANGO: constant("/api/sessions/"),
            },
        )
        for kind, (query, least) in pages.items()
    ]


def others(market: Market) -> list[Route]:
    """Routes that only the marketplace has, and the one that asks no database."""
    begin = FIRST.replace(hour=0) - timedelta(days=55)
    span = urlencode({"from": begin.isoformat(), "to": (begin + timedelta(days=MONTH)).isoformat()})
    live = constant("/health/live")

    def uncounted(turn: int) -> Load:
        paths = [f"/api/sessions/facets?min_price={10 * turn + cents / 100:.2f}" for cents in range(1_000)]
        return Load(requests=get(*paths), is_repeated=False, connections=FEW)

    # of different people, since those of one address take turns
    path = f"/api/sessions/{market.month.id}/slots?{span}"
    slots = Load(requests=get(*[path] * PEOPLE), connections=FEW, has_addresses=True)
    facets = constant("/api/sessions/facets")
    return [
        Route(
            part="slots",
            name="slots of a month, 240 starts",
            loads={Peer.NOTHING_KEPT: lambda _: slots},
            seconds=LONG_SECONDS,
            max_cpu=800,
        ),
        Route(part="facets", name="facets, the same filters again", loads={Peer.OURS: facets}),
        Route(
            part="facets",
            name="facets, other filters each time",
            loads={Peer.OURS: uncounted},
            seconds=LONG_SECONDS,
        ),
        Route(part="health", name="/health/live", loads={Peer.OURS: live, Peer.BARE: live, Peer.DJANGO: live}),
    ]


def booking_routes(market: Market) -> list[Route]:
    """Bookings of one seat, every request by another person."""
    buyers, sessions = market.buyers, market.offered
    kinds = {
        "booking, 60 creators": (slice(None), 0.75),
        "booking, one creator, many starts": (slice(1), 0.65),
        "booking, one hot slot": (slice(1, 2), 1.5),
    }

    def route(place: int, name: str, some: slice, least: float) -> Route:
        is_hot = name.endswith("slot")
        chosen = sessions[some]
        first, number = some.start or 0, len(chosen)

        def starts(turn: int) -> list[datetime]:
            begin = FIRST + timedelta(days=800 * (3 * turn + place))
            return [begin + timedelta(hours=2 * each) for each in range(1 if is_hot else len(buyers) // number + 1)]

        return Route(
            part="booking",
            name=name,
            seconds=LONG_SECONDS,
            targets=(Target(Peer.BARE_BOOKINGS, least, "rate"), Target(Peer.DJANGO, 8, "rate")),
            loads={
                Peer.OURS: lambda turn: once(bookings(buyers, chosen, starts(turn))),
                Peer.BARE_BOOKINGS: lambda turn: once(bare_bookings(first, number, len(buyers), starts(turn))),
                Peer.DJANGO: lambda turn: once(django_bookings(first, number, len(buyers), starts(turn))),
            },
        )

    return [route(place, name, some, least) for place, (name, (some, least)) in enumerate(kinds.items())]


def bare_bookings(first: int, number: int, buyers: int, starts: Sequence[datetime]) -> list[str]:
    """Prepare one booking per buyer of the bare handler, as `load.bookings` does."""
    return [
        booking(
            "-",
            session=str(numbered("session", 1 + first + each % number)),
            booking_date=starts[each // number % len(starts)].isoformat(),
            user=str(numbered("user", 1 + each)),
        )
        for each in range(buyers)
    ]


def django_bookings(first: int, number: int, buyers: int, starts: Sequence[datetime]) -> list[str]:
    """Prepare one booking per buyer of the Django peer, of sessions that end with its newest."""
    return [
        booking(
            django_token(1 + each),
            session=rows.SESSIONS - first - each % number,
            booking_date=starts[each // number % len(starts)].isoformat(),
        )
        for each in range(buyers)
    ]


def django_token(number: int) -> str:
    return md5(f"token{number}".encode(), usedforsecurity=False).hexdigest()


def numbered(kind: str, number: int) -> UUID:
    """Return the id of a row that the bare handler's tables were filled with."""
    return UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())
