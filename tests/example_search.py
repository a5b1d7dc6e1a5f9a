"""How long to search for what breaks a rule: the same short while every time, or a long one anew (`make test-long`)."""

import os
from typing import Any

from hypothesis import settings

IS_LONG = bool(os.environ.get("MARKETPLACE_TEST_LONG"))
TIMES = 10 if IS_LONG else 1


def searched(examples: int, **more: Any) -> settings:
    """Settings of a search through so many examples, or through ten times as many others."""
    return settings(
        derandomize=not IS_LONG,
        print_blob=IS_LONG,
        database=None,
        deadline=None,
        max_examples=examples * TIMES,
        **more,
    )
