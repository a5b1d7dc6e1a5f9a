"""Connections that a process of the server takes."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from marketplace.entrypoints.connections import OTHER_FILES, ROOM, max_connections, raise_file_limit
from marketplace.settings import Settings

LOWERED = """
import resource
from marketplace.entrypoints.connections import raise_file_limit
from marketplace.settings import Settings

resource.setrlimit(resource.RLIMIT_NOFILE, (1_000, 2_000))
raise_file_limit(Settings(live_streams=1_500))
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""
"""A program of its own: only root could raise the hard limit again."""


@pytest.fixture
def hard_limit() -> Iterator[int]:
    """Return the highest limit of open files. What a test sets ends with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def limit() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_server_has_room_for_requests_and_health_beside_all_streams() -> None:
    assert max_connections(replace(Settings(), live_streams=0)) == ROOM
    assert max_connections(replace(Settings(), live_streams=5_000)) == 5_000 + ROOM


def test_limit_of_open_files_is_raised_as_far_as_streams_need(hard_limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, hard_limit))
    raise_file_limit(replace(Settings(), live_streams=100))
    assert limit() == 100 + ROOM + OTHER_FILES

    raise_file_limit(replace(Settings(), live_streams=50))
    assert limit() == 100 + ROOM + OTHER_FILES


def test_limit_that_cannot_be_raised_far_enough_is_a_warning() -> None:
    ended = subprocess.run([sys.executable, "-c", LOWERED], capture_output=True, text=True, check=True)
    assert ended.stdout == "2000\n"
    assert "2000 files may be open, but MARKETPLACE_LIVE_STREAMS=1500 needs 3036." in ended.stderr
