"""`make bench-flames`: flame graphs of one worker on the hot routes, and their widest frames in docs/performance.md.

py-spy samples the thread that holds the interpreter; it needs root, or `kernel.yama.ptrace_scope=0`. A frame is as wide
as the share of samples that it is in; a function counts once per sample. `BENCH="page slots"` profiles every route of
these parts and only prints; its pictures are in `.bench/flames`, and those of the documentation stay as they are.
"""

import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks import report
from benchmarks.bench import NOTHING_KEPT, filled_databases
from benchmarks.cpu import cpu_of, family
from benchmarks.fresh_server import STARTS_WITHIN
from benchmarks.load import Load, require_wrk, send
from benchmarks.peers.servers import BENCH_BIN
from benchmarks.routes import Route, routes_of
from ports import free_port
from postgres.servers import Server

PARTS = ("detail", "page", "profile", "booking")
SECONDS = 6
HERTZ = 250
WIDEST = 20
MAX_BYTES = 150_000
"""Of a picture that is kept."""
IMAGES = report.ROOT / "docs/images"
PARTIAL = report.ROOT / ".bench/flames"
"""Pictures of some routes."""
MIN_ITSELF = 0.005
"""Frames that run less themselves only hold others, and are left out."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A function with the share of the samples in which it is, and in which it runs itself."""

    name: str
    within: float
    itself: float


def frames_of(folded: Iterable[str]) -> list[Frame]:
    """Return the functions of folded stacks, widest first: a line is `outer;inner;innermost number`."""
    within: Counter[str] = Counter()
    itself: Counter[str] = Counter()
    for line in folded:
        stack, _, times = line.rpartition(" ")
        names = stack.split(";")
        itself[names[-1]] += int(times)
        for name in set(names):
            within[name] += int(times)
    samples = itself.total()
    return [Frame(name, times / samples, itself[name] / samples) for name, times in within.most_common()]


def busiest(server: int) -> int:
    """Return the worker of a server: the process below its main process that has used most CPU."""
    return max((pid for pid in family(server) if pid != server), key=cpu_of)


async def record(server: Server, load: Load, kind: str, output: Path, folder: Path) -> None:
    """Sample the worker under load. Raises `AssertionError` with what py-spy says when it fails."""
    options = ("--format", kind, "--nolineno", "--gil", "--rate", str(HERTZ), "--duration", str(SECONDS))
    sending = asyncio.create_task(send(server.port, load, folder, SECONDS + 2))
    await asyncio.sleep(1)
    spy = await asyncio.create_subprocess_exec(
        *(str(BENCH_BIN / "py-spy"), "record", "--pid", str(busiest(server.pid)), *options, "--output", str(output)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    said = (await spy.communicate())[1].decode()
    responses = await sending
    assert spy.returncode == 0, said
    assert responses.rate, responses.by_status


def titled(picture: str, title: str) -> str:
    """Return a flame graph with this title in place of the command, which has paths of this machine."""
    return re.sub(r'(?<=<text id="title")([^>]*)>[^<]*', rf"\1>{escape(title)}", picture, count=1)


def picture_of(route: Route) -> str:
    """Return the name of a route's picture; several routes may be of one part."""
    return f"flame-{'-'.join(re.findall(r'[a-z0-9]+', route.name.lower()))}.svg"


async def profiled(server: Server, route: Route, folder: Path, images: Path) -> str:
    """Profile a route, and return its table; a small picture goes to `images`."""
    load_of = route.loads[route.ours]
    stacks, picture = folder / "stacks.folded", folder / picture_of(route)
    await record(server, load_of(0), "raw", stacks, folder)
    await record(server, load_of(1), "flamegraph", picture, folder)
    frames = [frame for frame in frames_of(stacks.read_text().splitlines()) if frame.itself >= MIN_ITSELF]
    rows = [[f"`{each.name}`", f"{each.within:.1%}", f"{each.itself:.1%}"] for each in frames[:WIDEST]]
    title, kept = f"### {route.name}", images / picture.name
    kept.unlink(missing_ok=True)
    if picture.stat().st_size <= MAX_BYTES:
        kept.write_text(titled(picture.read_text(), route.name))
        title += f" ([picture]({images.name}/{kept.name}))"
    return f"{title}\n\n{report.table(('frame', 'of samples', 'itself'), rows)}"


async def profile(dsn: str, routes: Sequence[Route], folder: Path, images: Path) -> str:
    """Profile routes with one worker and nothing kept."""
    server = Server(dsn, folder / "server.log", free_port(), workers=1, **NOTHING_KEPT)
    try:
        await server.starts(STARTS_WITHIN)
        tables = [await profiled(server, route, folder, images) for route in routes]
    finally:
        await server.end()
    return "\n\n".join([f"Commit `{report.commit()}`, {HERTZ} samples a second for {SECONDS} s.", *tables])


def main() -> None:
    """Profile the routes of the parts that the arguments name, or the first of each of `PARTS`."""
    require_wrk("make bench-flames")
    parts = sys.argv[1:]
    images = PARTIAL if parts else IMAGES
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, filled_databases(Path(name)) as (databases, market):
        routes = routes_of(market)
        first = {route.part: route for route in reversed(routes)}
        if unknown := set(parts) - first.keys():
            sys.exit(f"make bench-flames has no part {', '.join(sorted(unknown))}. It has {', '.join(sorted(first))}.")
        chosen = [each for each in routes if each.part in parts] or [first[part] for part in PARTS]
        text = asyncio.run(profile(databases.ours, chosen, databases.folder, images))
    print(text)
    if not parts:
        report.write_section(report.PAGE, "flames", text)


if __name__ == "__main__":
    main()
