"""Number of examples of a property test: the same few every time, or many random ones (`make test-long`)."""

import os
from typing import Any

from hypothesis import settings

IS_LONG = bool(os.environ.get("MARKETPLACE_TEST_LONG"))
TIMES = 10 if IS_LONG else 1


def searched(examples: int, **more: Any) -> settings:
    """Return settings for this many fixed examples, or for ten times as many random ones."""
    return settings(
        derandomize=not IS_LONG,
        print_blob=IS_LONG,
        database=None,
        deadline=None,
        max_examples=examples * TIMES,
        **more,
    )
