"""Crowds: more buyers than seats, which shows who oversells."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import booking, once, send, token_of
from benchmarks.market import OVERSOLD, Market, execute
from benchmarks.peers.rows import DJANGO_OVERSOLD
from benchmarks.routes import FIRST, django_token
from benchmarks.turns import Running

RUSH_SECONDS = 4
BUYERS_A_SLOT = 8
"""Of three seats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """Eight buyers each for many slots of three seats, and the statement that counts the seats sold twice."""

    name: str
    server: Running
    lines: Sequence[str]
    dsn: str
    counted: str


@dataclass(frozen=True, slots=True)
class Oversold:
    """How many seats were asked for, how many were sold, and how many of these did not exist."""

    name: str
    asked: int
    sold: int
    oversold: int


async def measure_oversold(rush: Rush, folder: Path) -> Oversold:
    """Send the rush, and count."""
    before = await execute(rush.dsn, rush.counted)
    responses = await send(rush.server.port, once(rush.lines), folder, RUSH_SECONDS)
    after = await execute(rush.dsn, rush.counted)
    return Oversold(rush.name, responses.number, responses.statuses.get("201", 0), after - before)


def rushes(market: Market, ours: Running, dsn: str, django: Running, django_dsn: str) -> list[Rush]:
    """Return the rush for the marketplace, for Django with a lock, and for Django that counts and then inserts."""
    start = FIRST.replace(year=FIRST.year + 100).isoformat()
    number = len(market.scarce) * BUYERS_A_SLOT
    lines = [
        booking(token_of(buyer), session=str(market.scarce[place // BUYERS_A_SLOT].id), booking_date=start)
        for place, buyer in enumerate(market.buyers[:number])
    ]

    def theirs(date: str, path: str) -> list[str]:
        sessions = [1 + place // BUYERS_A_SLOT for place in range(number)]
        return [
            booking(django_token(1 + place), path=path, session=session, booking_date=date)
            for place, session in enumerate(sessions)
        ]

    later = FIRST.replace(year=FIRST.year + 101).isoformat()
    return [
        Rush(name="marketplace", server=ours, lines=lines, dsn=dsn, counted=OVERSOLD),
        Rush(
            name="Django, select_for_update",
            server=django,
            lines=theirs(start, "/api/bookings/"),
            dsn=django_dsn,
            counted=DJANGO_OVERSOLD,
        ),
        Rush(
            name="Django, count and insert",
            server=django,
            lines=theirs(later, "/api/naive-bookings/"),
            dsn=django_dsn,
            counted=DJANGO_OVERSOLD,
        ),
    ]
