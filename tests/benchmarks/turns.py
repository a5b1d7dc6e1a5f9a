"""Measures programs in turns: in each round every program answers for a second or two, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Protocol

from benchmarks.cpu import CpuMeter, Spent
from benchmarks.load import Responses, send
from benchmarks.routes import Peer, Route

CALM = 0.12
"""The share of one core that other programs may use in a calm turn."""
ENOUGH = 3
"""Calm rounds that suffice; with fewer, all rounds count and the report marks the route."""


ATTEMPTS = 5
"""At a turn. A machine busy with other work may leave a server without a processor for a second."""


class Running(Protocol):
    """A server to measure."""

    port: int

    @property
    def pid(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One program in one round."""

    responses: Responses
    spent: Spent

    @property
    def rate(self) -> float:
        """Successful responses per second."""
        return self.responses.rate

    @property
    def server(self) -> float:
        """CPU microseconds of the server's processes per request."""
        return self.spent.server / self.responses.number * 1e6

    @property
    def postgres(self) -> float:
        """CPU microseconds of PostgreSQL per request."""
        return self.spent.postgres / self.responses.number * 1e6

    @property
    def cpu(self) -> float:
        return self.server + self.postgres

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return self.responses.p50 * 1e3

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return self.responses.p99 * 1e3


Round = dict[Peer, Turn]
Servers = dict[Peer, Running]


@dataclass(frozen=True, slots=True)
class Measured:
    """All rounds of a route."""

    route: Route
    rounds: Sequence[Round]

    @property
    def calm(self) -> Sequence[Round]:
        return [each for each in self.rounds if all(turn.spent.foreign_cores <= CALM for turn in each.values())]

    @property
    def is_calm(self) -> bool:
        return len(self.calm) >= ENOUGH

    @property
    def counted(self) -> Sequence[Round]:
        """Calm rounds, or all if there are too few."""
        return self.calm if self.is_calm else self.rounds

    @property
    def foreign_cores(self) -> float:
        """The median of what other programs used."""
        return median(turn.spent.foreign_cores for each in self.rounds for turn in each.values())

    def median(self, peer: Peer, figure: Callable[[Turn], float]) -> float:
        return median(figure(each[peer]) for each in self.counted)

    def rate_ratio(self, peer: Peer, other: Peer) -> float:
        """Return how many times the requests per second of the other, compared within each round."""
        return median(each[peer].rate / each[other].rate for each in self.counted)

    def cpu_ratio(self, peer: Peer, other: Peer) -> float:
        """Return how many times less CPU than the other, compared within each round."""
        return median(each[other].cpu / each[peer].cpu for each in self.counted)


async def measure(route: Route, servers: Servers, postgres: int, rounds: int, folder: Path) -> Measured:
    """Measure a route. Raises `AssertionError` when requests fail or run out.

    The first round is not counted: programs open connections, prepare statements and fill caches.
    """
    found: list[Round] = []
    for number in range(1 + rounds):
        turns: Round = {}
        for peer, load_of in route.loads.items():
            load, server = load_of(number), servers[peer]
            for _ in range(ATTEMPTS):
                meter = CpuMeter(server.pid, postgres)
                responses = await send(server.port, load, folder, route.seconds)
                turns[peer] = Turn(responses, meter.spent())
                if responses.number:
                    break
            assert responses.rate, f"{route.name}, {peer}: {responses.by_status}"
            assert load.is_repeated or responses.number < len(load.requests), f"{route.name}, {peer}: too few requests"
        found.append(turns)
    return Measured(route, found[1:])
