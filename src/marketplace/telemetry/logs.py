"""Structured logs on stderr: JSON lines for programs, columns on a terminal.

Log lines contain no request bodies, queries, secrets or e-mail addresses. JSON lines record the type and stack of an
exception but not its message, which may quote user input; on a terminal the full Python traceback is shown.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any
from uuid import UUID

import msgspec
import structlog
from msgspec import UNSET, UnsetType
from structlog.typing import EventDict, Processor, WrappedLogger

from marketplace.core.domain.events import Delivery
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.settings import Settings
from marketplace.telemetry.gathered_lines import GatheredLines
from marketplace.telemetry.request_log import CURRENT_REQUEST, RequestObserver, RequestRecord

TIMESTAMPER = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
LOG = logging.getLogger(__name__)

COMMON_PROCESSORS: tuple[Processor, ...] = (structlog.processors.add_log_level, TIMESTAMPER)
LEVELS = ("debug", "info", "warning", "error")
SERVER_ERROR = 500
MIN_LOGGED_WAIT = 0.001
"""Seconds; shorter waits for a connection are not logged."""
MAX_FRAMES = 40
"""Frames logged per exception."""
GRANIAN_LOGGING: dict[str, Any] = {"version": 1, "loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""Propagates the server's own log lines to the root logger."""


def configure_logs(settings: Settings) -> None:
    """Configure the root logger; replaces all its handlers."""
    is_json = writes_json(settings)
    chain: list[Processor] = [add_request_id, *COMMON_PROCESSORS, structlog.stdlib.add_logger_name]
    if is_json:
        chain.append(redact_exceptions)
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
    # Alembic logs at INFO on every run, even when there is nothing to migrate.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every request to a provider


def writes_json(settings: Settings) -> bool:
    """Return whether to log JSON: `log_format` if set, otherwise when stderr is not a terminal."""
    return settings.log_format == "json" or (settings.log_format is None and not sys.stderr.isatty())


class _RequestLine(msgspec.Struct, frozen=True, gc=False):
    request_id: str
    method: str
    route: str | None
    status: int
    ms: float
    database_ms: float
    statements: int
    client: str
    pool_ms: float | UnsetType
    person_id: UUID | UnsetType
    trace_id: str | UnsetType
    code: str | UnsetType
    event: str
    level: str
    time: datetime


def request_logger(settings: Settings, lines: GatheredLines | None = None) -> RequestObserver:
    """Log one line per request: server errors as warnings, successful health probes at debug level.

    Lines of JSON are gathered in `lines`, but warnings are written at once.
    """
    gathered = GatheredLines(sys.stderr) if lines is None else lines
    logged = LEVELS[LEVELS.index(settings.log_level) :]
    encode, render = msgspec.json.Encoder().encode, _renderer(is_json=False)
    is_json = writes_json(settings)

    def log_request(record: RequestRecord) -> None:
        level = "info"
        if record.status >= SERVER_ERROR:
            level = "warning"
        elif record.route.startswith("/health/"):
            level = "debug"
        if level not in logged:
            return
        line = _request_line(record, level)
        if is_json:
            gathered.add(encode(line) + b"\n", is_urgent=level == "warning")
        else:
            gathered.add(str(render(None, level, msgspec.to_builtins(line))).encode() + b"\n", is_urgent=True)

    return log_request


class LoggedEvents:
    """Subscriber that logs the kind and ids of each delivered event."""

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        _ = tx
        for each in deliveries:
            LOG.debug("Event %s: %s of %s", each.id, each.event.kind, each.event.subject_id)


def _request_line(record: RequestRecord, level: str) -> _RequestLine:
    timing = record.timing
    waited = timing.waiting_seconds
    # by position: the fields are those above, in order
    return _RequestLine(
        record.request_id,
        record.method,
        record.route or None,
        record.status,
        round(record.seconds * 1000, 1),
        round(timing.database_seconds * 1000, 1),
        timing.statements,
        record.client,
        round(waited * 1000, 1) if waited >= MIN_LOGGED_WAIT else UNSET,
        record.person_id or UNSET,
        record.trace_id or UNSET,
        record.code or UNSET,
        "request",
        level,
        datetime.now(UTC),
    )


def add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add the id of the current request, if any."""
    record = CURRENT_REQUEST.get()
    if record is not None:
        event["request_id"] = record.request_id
    return event


def redact_exceptions(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by type, stack, SQLSTATE and constraint of each exception in the chain, without messages."""
    exc_info = event.pop("exc_info", None)
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["errors"] = [_describe(each) for each in _exception_chain(error)]
    return event


def _exception_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and its causes, most recent first; each once, even in a cycle."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    yield from seen


def _describe(error: BaseException) -> dict[str, Any]:
    frames = extract_tb(error.__traceback__)[-MAX_FRAMES:]
    description: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."),
        "stack": [f"{_module_path(frame.filename)}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames],
    }
    for name in ("sqlstate", "constraint_name"):
        value = getattr(error, name, None)
        if value:
            description[name] = str(value)
    return description


def _module_path(filename: str) -> str:
    """Return the path of a source file relative to its installation directory."""
    parts = Path(filename).parts
    for root in ("site-packages", "src"):
        if root in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(root) :])
    return parts[-1]


def _renderer(*, is_json: bool) -> Processor:
    if is_json:
        return structlog.processors.JSONRenderer(_to_json)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )


def _to_json(event: EventDict, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
