"""What `make bench` reads from the kernel, wrk and py-spy, and the ratios that it writes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.cpu import Spent, cpu_of, ended_children, on_cpu
from benchmarks.flames import frames_of
from benchmarks.load import Load, Responses, read_wrk
from benchmarks.routes import Peer, Route, Target
from benchmarks.turns import Measured, Turn

WRK = """\
Running 1s test @ http://127.0.0.1:8000
  1 threads and 32 connections
Requests/sec:   1200.00
Statuses 201:1100 409:100
Summary 1200 1000000 2 4500 98000
"""
STAT = "42 (granian (w) 1) S 1 42 42 0 -1 4194560 9 7 0 0 11 12 13 14 20 0 3 0 5 6 7"


def a_turn(*, cpu: float, rate: int, foreign: float = 0.0) -> Turn:
    """One second in which the server used `cpu` seconds, PostgreSQL none."""
    responses = Responses(seconds=1.0, statuses={"200": rate}, broken=0, p50=0.01, p99=0.02)
    return Turn(responses, Spent(seconds=1.0, server=cpu, postgres=0.0, foreign=foreign))


def a_route(*targets: Target) -> Route:
    load = Load(requests=["GET / -"])
    return Route(
        part="detail", name="detail", loads={Peer.OURS: lambda _: load, Peer.BARE: lambda _: load}, targets=targets
    )


def test_schedstat_starts_with_nanoseconds_on_a_processor() -> None:
    assert on_cpu("1234567890 55 12\n") == 1_234_567_890


def test_ended_children_are_read_past_a_name_with_spaces_and_brackets() -> None:
    assert ended_children(STAT) == 27 * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def test_cpu_time_of_a_child_that_ended_is_counted() -> None:
    before = cpu_of(os.getpid())
    busy = "import time\nwhile time.process_time() < 0.1: pass"
    subprocess.run([sys.executable, "-S", "-c", busy], check=True)
    assert cpu_of(os.getpid()) - before > 80_000_000


def test_wrk_output_is_read_with_seconds_and_successes() -> None:
    responses = read_wrk(WRK)
    assert responses.statuses == {"201": 1100, "409": 100}
    assert (responses.number, responses.rate, responses.broken) == (1200, 1100, 2)
    assert (responses.p50, responses.p99) == (0.0045, 0.098)


def test_wrk_output_without_a_summary_is_refused() -> None:
    with pytest.raises(ValueError, match="no summary"):
        read_wrk("unable to connect to 127.0.0.1:8000 Connection refused\n")


def test_ratios_compare_programs_within_a_round() -> None:
    rounds = [
        {Peer.OURS: a_turn(cpu=0.5, rate=100), Peer.BARE: a_turn(cpu=0.5, rate=200)},
        {Peer.OURS: a_turn(cpu=0.9, rate=10), Peer.BARE: a_turn(cpu=0.9, rate=20)},
    ]
    measured = Measured(a_route(), rounds)
    assert measured.rate_ratio(Peer.OURS, Peer.BARE) == pytest.approx(0.5)
    assert measured.cpu_ratio(Peer.OURS, Peer.BARE) == pytest.approx(0.5)


def test_rounds_with_foreign_load_are_left_out_when_enough_are_calm() -> None:
    noisy = {Peer.OURS: a_turn(cpu=1, rate=10, foreign=0.5), Peer.BARE: a_turn(cpu=1, rate=10)}
    calm = {Peer.OURS: a_turn(cpu=1, rate=50), Peer.BARE: a_turn(cpu=1, rate=100)}
    measured = Measured(a_route(), [noisy, calm, noisy, calm, calm, noisy, noisy])
    assert measured.is_calm
    assert measured.median(Peer.OURS, lambda turn: turn.rate) == 50
    too_few = Measured(a_route(), [noisy, noisy, calm])
    assert too_few.median(Peer.OURS, lambda turn: turn.rate) == 10
    assert report.marked(too_few) == "detail *"


@pytest.mark.parametrize(("least", "said"), [(0.5, "met"), (0.6, "not met")])
def test_report_says_whether_a_target_is_met(least: float, said: str) -> None:
    rounds = [{Peer.OURS: a_turn(cpu=0.5, rate=100), Peer.BARE: a_turn(cpu=0.25, rate=100)}]
    measured = Measured(a_route(Target(Peer.BARE, least)), rounds)
    assert report.targets(measured) == f"≥ {least:g} of bare by CPU: 0.50, **{said}**"


def test_frame_is_as_wide_as_the_samples_that_it_is_in() -> None:
    frames = {frame.name: frame for frame in frames_of(["run;walk;walk 3", "run;read (file.py) 1"])}
    assert (frames["run"].within, frames["run"].itself) == (1, 0)
    assert (frames["walk"].within, frames["walk"].itself) == (0.75, 0.75)
    assert frames["read (file.py)"].within == 0.25


def test_section_of_a_page_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- figures -->\nold\n<!-- end of figures -->\nAfter\n")
    report.write_section(page, "figures", "new")
    assert page.read_text() == "Before\n<!-- figures -->\nnew\n<!-- end of figures -->\nAfter\n"


@pytest.mark.parametrize("name", ["figures", "flames"])
def test_performance_page_has_a_place_for_each_section(name: str) -> None:
    page = report.PAGE.read_text()
    assert page.index(f"<!-- {name} -->\n") < page.index(f"\n<!-- end of {name} -->")
