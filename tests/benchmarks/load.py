"""Load by wrk: prepared requests, and what it prints."""

import asyncio
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from shutil import which

from marketplace.core.domain.sessions import Session
from postgres.http_clients import Person

SCRIPT = Path(__file__).with_name("requests.lua")
CONNECTIONS = 32
SECONDS = 6
SIGNED_OUT = "-"
FILES = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests to send, repeated or each once: a line is `METHOD path token body`.

    `has_addresses` gives each line the address of another client.
    """

    requests: Sequence[str]
    is_repeated: bool = True
    connections: int = CONNECTIONS
    has_addresses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """What came back: times in seconds, the number of responses by status, and of connections that broke."""

    seconds: float
    statuses: Mapping[str, int]
    broken: int
    p50: float
    p99: float

    @property
    def number(self) -> int:
        return sum(self.statuses.values())

    @property
    def rate(self) -> float:
        """Successful responses per second."""
        return sum(times for status, times in self.statuses.items() if status.startswith("2")) / self.seconds

    @property
    def by_status(self) -> str:
        return " ".join(f"{status}:{times}" for status, times in sorted(self.statuses.items()))


def read_wrk(output: str) -> Responses:
    """Read what requests.lua prints. Raises `ValueError` if it is not there."""
    found = re.search(r"^Statuses(.*)\nSummary (\d+) (\d+) (\d+) (\d+) (\d+)$", output, re.MULTILINE)
    if found is None:
        raise ValueError(f"wrk printed no summary:\n{output}")
    counted, *numbers = found.groups()
    _, duration, broken, p50, p99 = (int(number) for number in numbers)
    return Responses(
        seconds=duration / 1e6,
        statuses={status: int(times) for status, times in re.findall(r"(\d{3}):(\d+)", counted)},
        broken=broken,
        p50=p50 / 1e6,
        p99=p99 / 1e6,
    )


async def send(port: int, load: Load, folder: Path, seconds: int = SECONDS) -> Responses:
    """Send the load to a server on this machine. wrk waits for the end of the time, even when the lines run out."""
    prepared = folder / f"requests-{next(FILES)}.txt"
    prepared.write_text("\n".join(load.requests))
    wrk = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT)),
        *(f"http://127.0.0.1:{port}", "--", str(prepared), "repeat" if load.is_repeated else "once"),
        "each" if load.has_addresses else "one",
        stdout=asyncio.subprocess.PIPE,
    )
    return read_wrk((await wrk.communicate())[0].decode())


def require_wrk(target: str) -> None:
    """Exit if wrk is not installed."""
    if which("wrk") is None:
        sys.exit(f"{target} needs wrk: apt-get install wrk")


def get(*paths: str, token: str = SIGNED_OUT) -> list[str]:
    """Prepare read requests."""
    return [f"GET {path} {token}" for path in paths]


def token_of(person: Person) -> str:
    """Return a person's access token."""
    return person.headers["Authorization"].removeprefix("Bearer ")


def bookings(buyers: Iterable[Person], sessions: Sequence[Session], starts: Sequence[datetime]) -> list[str]:
    """Prepare one booking per buyer: the next session each time, and the next start once every session had its turn."""
    lines = []
    for number, buyer in enumerate(buyers):
        session = sessions[number % len(sessions)]
        start = starts[number // len(sessions) % len(starts)]
        lines.append(booking(token_of(buyer), session=str(session.id), booking_date=start.isoformat()))
    return lines


def booking(token: str, *, path: str = "/api/bookings/", **body: object) -> str:
    """Prepare one booking."""
    return f"POST {path} {token} {json.dumps(body)}"


def once(lines: Sequence[str]) -> Load:
    """Send each line once."""
    return Load(requests=lines, is_repeated=False)
