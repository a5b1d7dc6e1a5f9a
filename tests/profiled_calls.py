"""Counts the Python functions that an action calls, so that a test of cost depends on no clock."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def profiled_calls() -> Iterator[Counter[str]]:
    """Count the calls in this thread by `module.function`."""
    found = Counter[str]()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found[f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield found
    finally:
        sys.setprofile(before)
