"""`marketplace reconcile`, as operators use it."""

import asyncio
import subprocess
import sys
from typing import Any

from postgres.servers import environment

NOWHERE = {"MARKETPLACE_PAYMENTS": "simulator", "MARKETPLACE_SIMULATOR_URL": "http://127.0.0.1:9"}


async def reconciled(dsn: str, provided: dict[str, str]) -> tuple[int, str]:
    command: list[Any] = [sys.executable, "-m", "marketplace", "reconcile", "--since", "2030-01-01"]
    env = environment(dsn) | provided
    ended = await asyncio.to_thread(subprocess.run, command, env=env, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stderr


async def test_comparison_says_why_it_cannot_compare(empty_database: str) -> None:
    for provided, reason in (({}, "MARKETPLACE_PAYMENTS is 'off'"), (NOWHERE, "The payment provider doesn't answer.")):
        status, said = await reconciled(empty_database, provided)
        assert (status, "Traceback" in said) == (1, False)
        assert reason in said
