"""Give schemathesis links to follow, and record which operations were done."""

import os
from pathlib import Path
from typing import Any

import schemathesis

from schemathesis_links import add_links

REACHED = Path(os.environ["SCHEMATHESIS_REACHED"])
"""Where the operations that answered 2xx are written, a line each."""


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    add_links(raw_schema)


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Record the operation if it was done. Another method of the path has no operation."""
    definition = case.operation.definition.raw
    if 200 <= response.status_code < 300 and case.method.upper() == case.operation.method.upper():
        with REACHED.open("a") as reached:
            reached.write(f"{definition['operationId']}\n")
