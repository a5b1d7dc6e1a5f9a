"""CPU time and memory of processes, read from `/proc`.

On a busy machine rates say little, but the time that a request holds a processor stays comparable.
"""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
"""Nanoseconds."""
BUSY = (0, 1, 2, 5, 6)
"""Places of user, nice, system, irq and softirq in the first line of `/proc/stat`: idle, iowait and steal left out."""


def on_cpu(schedstat: str) -> int:
    """Return the nanoseconds on a processor of a thread, from its `schedstat`."""
    return int(schedstat.split(maxsplit=1)[0])


def ended_children(stat: str) -> int:
    """Return the nanoseconds of all children that ended and were waited for, from a `stat`; exact to a clock tick."""
    after_name = stat.rpartition(")")[2].split()
    return (int(after_name[13]) + int(after_name[14])) * TICK


def family(pid: int) -> Iterator[int]:
    """Return the process and its descendants that live."""
    yield pid
    for children in PROC.glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family(int(child))


def cpu_of(pid: int) -> int:
    """Return the nanoseconds on a processor of a process and its descendants, those that ended included.

    A thread that ended in a process that lives is not counted.
    """
    spent = 0
    for process in family(pid):
        with suppress(OSError):
            spent += ended_children((PROC / f"{process}/stat").read_text())
        for thread in PROC.glob(f"{process}/task/*/schedstat"):
            with suppress(OSError):
                spent += on_cpu(thread.read_text())
    return spent


def machine_cpu() -> int:
    """Return the nanoseconds that the processors of this machine were busy."""
    fields = (PROC / "stat").read_text().partition("\n")[0].split()[1:]
    return sum(int(fields[place]) for place in BUSY) * TICK


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a span of time cost: seconds of the clock, and CPU seconds of the two programs and of other people."""

    seconds: float
    server: float
    postgres: float
    foreign: float

    @property
    def foreign_cores(self) -> float:
        return self.foreign / self.seconds


class CpuMeter:
    """Measures from its construction; the load generator must be a child of this process and have ended."""

    def __init__(self, server: int, postgres: int) -> None:
        self._server, self._postgres = server, postgres
        self._before = self._read()

    def spent(self) -> Spent:
        seconds, server, postgres, own, machine = (
            (after - before) / 1e9 for after, before in zip(self._read(), self._before, strict=True)
        )
        return Spent(
            seconds=seconds, server=server, postgres=postgres, foreign=max(0.0, machine - server - postgres - own)
        )

    def _read(self) -> tuple[int, int, int, int, int]:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time_ns() + int((ended.ru_utime + ended.ru_stime) * 1e9)
        return time.monotonic_ns(), cpu_of(self._server), cpu_of(self._postgres), own, machine_cpu()


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of one process: resident, and with shared pages divided among those that share them."""

    rss: float
    pss: float


def memory_of(pid: int) -> Memory:
    """Return the memory of a process."""
    lines = dict(line.split(":", 1) for line in (PROC / f"{pid}/smaps_rollup").read_text().splitlines() if ": " in line)
    return Memory(*(int(lines[name].split()[0]) * 1024 / 1e6 for name in ("Rss", "Pss")))


def largest_worker(pid: int) -> Memory:
    """Return the memory of the largest descendant of a server's main process."""
    return max((memory_of(each) for each in family(pid) if each != pid), key=lambda memory: memory.pss)
