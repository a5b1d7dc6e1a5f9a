"""Logs: JSON, a line each, for programs; columns on a terminal. Both on stderr.

No line holds a body, a query, a secret or an e-mail address. A JSON line of an error has the type and the stack, and
not the message, which may quote what people wrote; on a terminal it is shown as Python does.
"""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from marketplace.core.domain.events import Delivery
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.settings import Settings
from marketplace.telemetry.request_log import CURRENT_REQUEST, RequestObserver, RequestRecord

STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
LOG = logging.getLogger(__name__)

SEEN: tuple[Processor, ...] = (structlog.processors.add_log_level, STAMP)
SERVER_ERROR = 500
LOGGED_WAIT = 0.001
"""Seconds for a connection that are worth a word."""
MAX_STACK = 40
"""Frames."""
GRANIAN: dict[str, Any] = {"version": 1, "loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""granian's own lines, handed to ours."""


def configure_logs(settings: Settings) -> None:
    """Log as these settings say, from here on and whatever was configured before."""
    is_json = writes_json(settings)
    chain: list[Processor] = [with_request, *SEEN, structlog.stdlib.add_logger_name]
    if is_json:
        chain.append(without_message)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(is_json=is_json)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
    # says of every run, whatever there was to do, that it is about to
    logging.getLogger("alembic").setLevel(logging.WARNING)


def writes_json(settings: Settings) -> bool:
    """Whether lines are for programs: as the operator says, else by whether anybody is looking."""
    return settings.log_format == "json" or (settings.log_format is None and not sys.stderr.isatty())


def log_of_requests(settings: Settings) -> RequestObserver:
    """A line for each request: healthy answers to probes for `debug` only, what failed as a warning."""
    log = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[*SEEN, _renderer(is_json=writes_json(settings))],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
    ).bind()

    def tell(record: RequestRecord) -> None:
        say = log.info
        if record.status >= SERVER_ERROR:
            say = log.warning
        elif record.route.startswith("/health/"):
            say = log.debug
        say("request", **_facts(record))

    return tell


class LoggedEvents:
    """A line for each event that is delivered: its kind and ids. A `Subscriber`."""

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        """Write the line."""
        _ = tx
        LOG.info("Event %s: %s of %s", delivery.id, delivery.event.kind, delivery.event.subject_id)


def _facts(record: RequestRecord) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route or None,
        "status": record.status,
        "ms": round(record.seconds * 1000, 1),
        "database_ms": round(record.timing.database_seconds * 1000, 1),
        "statements": record.timing.statements,
        "client": record.client,
    }
    if record.timing.waiting_seconds >= LOGGED_WAIT:
        changes["pool_ms"] = round(record.timing.waiting_seconds * 1000, 1)
    if record.person_id is not None:
        changes["person_id"] = str(record.person_id)
    if record.trace_id:
        changes["trace_id"] = record.trace_id
    if record.code:
        changes["code"] = record.code
    return changes


def with_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A line that is written while a request is answered, with the request's id."""
    record = CURRENT_REQUEST.get()
    if record is not None:
        event["request_id"] = record.request_id
    return event


def without_message(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The error of a line as its type and stack, and what PostgreSQL says of it by name."""
    provided = event.pop("exc_info", None)
    error = provided[1] if isinstance(provided, tuple) else provided
    if isinstance(error, BaseException):
        event["errors"] = [_seen(each) for each in _chain(error)]
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, the last first."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    yield from seen


def _seen(error: BaseException) -> dict[str, Any]:
    frames = extract_tb(error.__traceback__)[-MAX_STACK:]
    seen: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."),
        "stack": [f"{_place(frame.filename)}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames],
    }
    for name in ("sqlstate", "constraint_name"):
        value = getattr(error, name, None)
        if value:
            seen[name] = str(value)
    return seen


def _place(filename: str) -> str:
    """A file as it is known by: from its package on, not from where it was installed."""
    parts = Path(filename).parts
    for root in ("site-packages", "src"):
        if root in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(root) :])
    return parts[-1]


def _renderer(*, is_json: bool) -> Processor:
    if is_json:
        return structlog.processors.JSONRenderer(_encoded)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )


def _encoded(event: EventDict, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
