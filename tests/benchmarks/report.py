"""The tables of `make bench`, and their places in docs/performance.md."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cpu import Memory
from benchmarks.crowds import Oversold
from benchmarks.routes import Peer, Target
from benchmarks.sign_in import SignIns
from benchmarks.turns import Measured

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/performance.md"
MAX_P99_RATIO = 3.0
MAX_MEMORY = 130
"""Resident megabytes per worker."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def number(value: float) -> str:
    """Format with three digits that matter, without decimals from 100 on."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.{2 if value < 10 else 1}f}"


def verdict(reached: float, least: float) -> str:
    return "met" if reached >= least else "not met"


def reached(measured: Measured, target: Target) -> float:
    ours = measured.route.ours
    compare = measured.cpu_ratio if target.by == "CPU" else measured.rate_ratio
    return compare(ours, target.other)


def targets(measured: Measured) -> str:
    """Say for each target of a route what was reached."""
    said = []
    for target in measured.route.targets:
        value = reached(measured, target)
        times = "times" if target.other == Peer.DJANGO else "of"
        least = f"≥ {target.least:g} {times} {target.other} by {target.by}"
        said.append(f"{least}: {number(value)}, **{verdict(value, target.least)}**")
    if measured.route.max_cpu is not None:
        cpu = measured.median(measured.route.ours, lambda turn: turn.cpu)
        said.append(f"≤ {measured.route.max_cpu:g} µs: **{verdict(-cpu, -measured.route.max_cpu)}**")
    return "; ".join(said)


def ratios(measured: Measured, others: Sequence[Peer]) -> str:
    """Return by how much ours is faster, by CPU and by rate, than the first of the others that was measured."""
    for other in others:
        if other in measured.route.loads:
            ours = measured.route.ours
            return f"{number(measured.cpu_ratio(ours, other))} / {number(measured.rate_ratio(ours, other))}"
    return ""


def figures(measured: Measured, peer: Peer) -> list[str]:
    def of(figure: str) -> str:
        return number(measured.median(peer, lambda turn: float(getattr(turn, figure))))

    return [of(figure) for figure in ("rate", "server", "postgres", "p50", "p99")]


def route_table(all_measured: Iterable[Measured]) -> str:
    """Compare the programs by route. A route without enough calm rounds is marked."""
    head = ("route", "program", "requests/s", "server µs", "PostgreSQL µs", "p50 ms", "p99 ms")
    rows = [
        [marked(measured) if peer == measured.route.ours else "", peer.value, *figures(measured, peer)]
        for measured in all_measured
        for peer in measured.route.loads
    ]
    return table(head, rows)


def marked(measured: Measured) -> str:
    return measured.route.name + ("" if measured.is_calm else " *")


def ratio_table(all_measured: Iterable[Measured]) -> str:
    """Compare ours with the others: CPU / rate, and the targets."""
    head = ("route", "of bare: CPU / rate", "of bare, same SQL", "of Django", "to reach")
    groups = ((Peer.BARE, Peer.BARE_BOOKINGS), (Peer.SAME,), (Peer.DJANGO,))
    rows = [
        [measured.route.name, *(ratios(measured, group) for group in groups), targets(measured)]
        for measured in all_measured
    ]
    return table(head, rows)


def oversold_table(found: Iterable[Oversold]) -> str:
    rows = [[each.name, f"{each.asked:,}", f"{each.sold:,}", f"**{each.oversold}**"] for each in found]
    return table(("eight buyers for each slot of three seats", "requests", "sold", "oversold"), rows)


def sign_in_text(found: SignIns) -> str:
    ratio = found.ratio
    rest, busy = (
        f"p50 {number(p50)} ms, p99 {number(p99)} ms"
        for p50, p99 in ((found.rest_p50, found.rest_p99), (found.busy_p50, found.busy_p99))
    )
    return (
        f"Fifty people sign in at once: {number(found.signed_in_per_second)} a second, {found.refused} refused."
        f" `/health/live`: {rest} at rest; {busy} meanwhile. p99 ≤ {MAX_P99_RATIO:g} times that at rest:"
        f" {number(ratio)}, **{verdict(-ratio, -MAX_P99_RATIO)}**."
    )


def memory_table(before: Mapping[Peer, Memory], after: Mapping[Peer, Memory]) -> str:
    """Compare the largest worker of each server, when it had started and at the end."""
    rows = []
    for peer, now in after.items():
        said = f"RSS ≤ {MAX_MEMORY} MB: **{verdict(-now.rss, -MAX_MEMORY)}**" if peer == Peer.OURS else ""
        then = before[peer]
        rows.append([peer.value, *(number(each) for each in (then.rss, then.pss, now.rss, now.pss)), said])
    head = ("largest worker", "RSS MB at start", "PSS MB", "RSS MB at the end", "PSS MB", "to reach")
    return table(head, rows)


def machine(postgres: int, foreign_cores: float) -> str:
    """Describe the machine, the versions and the moment. PostgreSQL's version is its `server_version_num`."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    total = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    assert total is not None
    parts = (
        f"{os.cpu_count()} cores of {cpu[1] if cpu else 'unknown'}",
        f"{int(total[1]) / 1e6:.0f} GB",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"PostgreSQL {postgres // 10_000}.{postgres % 10_000}",
        f"Python {platform.python_version()}",
    )
    today = datetime.now(UTC)
    when = f"{today.day} {today:%B %Y}, commit `{commit()}`"
    return f"{when}: {', '.join(parts)}. Other programs used {number(foreign_cores)} cores."


def commit() -> str:
    """Name the commit, and say whether files that it tracks have changed since."""
    described = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=8", "--dirty=, changed since"]
    found = subprocess.run(described, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def write_section(page: Path, name: str, text: str) -> None:
    """Replace what is between the two comments with this name."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, found, rest = page.read_text().partition(begin)
    _, ended, after = rest.partition(end)
    assert found, f"{page} has no section {name}"
    assert ended, f"{page} has no end of section {name}"
    page.write_text(f"{before}{begin}{text}{end}{after}")
