"""Programs of pictures, which are killed with the request that started them."""

import asyncio
import os
from pathlib import Path

import pytest

from marketplace.adapters.pictures.process import run_program
from marketplace.core.errors.pictures import PicturesBusy

SLEEPS = """
import json, os, pathlib, sys, time
pathlib.Path(json.loads(sys.argv[1])["pid"]).write_text(str(os.getpid()) + "\\n")
time.sleep(60)
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_answer_is_a_line_of_json_and_bytes(tmp_path: Path) -> None:
    (program := tmp_path / "program.py").write_text(
        "import sys; sys.stdout.buffer.write(b'{\"size\": 3}\\n' + sys.stdin.buffer.read())"
    )

    assert await run_program(program, {}, b"\n\x00\xff") == ({"size": 3}, b"\n\x00\xff")


async def test_program_that_fails_answers_nothing(tmp_path: Path) -> None:
    (program := tmp_path / "program.py").write_text("import sys; sys.exit(3)")

    assert await run_program(program, {}, b"x" * 1_000_000) is None


async def test_program_that_takes_too_long_is_killed_and_the_upload_may_be_repeated(tmp_path: Path) -> None:
    (program := tmp_path / "program.py").write_text(SLEEPS)
    pid = tmp_path / "pid"

    with pytest.raises(PicturesBusy):
        await run_program(program, {"pid": str(pid)}, b"x" * 1_000_000, seconds=1)

    async with asyncio.timeout(10):
        while is_there(int(pid.read_text())):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_program_of_a_cancelled_request_is_killed(tmp_path: Path) -> None:
    (program := tmp_path / "program.py").write_text(SLEEPS)
    pid = tmp_path / "pid"
    running = asyncio.create_task(run_program(program, {"pid": str(pid)}, b""))
    async with asyncio.timeout(30):
        while not pid.exists() or not pid.read_text().endswith("\n"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    async with asyncio.timeout(10):
        while is_there(int(pid.read_text())):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
