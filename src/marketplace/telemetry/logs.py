"""Structured logs on stderr: JSON lines for programs, columns on a terminal.

Log lines contain no request bodies, queries, secrets or e-mail addresses. JSON lines record the type and stack of an
exception but not its message, which may quote user input; on a terminal the full Python traceback is shown.
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

TIMESTAMPER = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
LOG = logging.getLogger(__name__)

COMMON_PROCESSORS: tuple[Processor, ...] = (structlog.processors.add_log_level, TIMESTAMPER)
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


def writes_json(settings: Settings) -> bool:
    """Return whether to log JSON: `log_format` if set, otherwise when stderr is not a terminal."""
    return settings.log_format == "json" or (settings.log_format is None and not sys.stderr.isatty())


def request_logger(settings: Settings) -> RequestObserver:
    """Log one line per request: server errors as warnings, successful health probes at debug level."""
    log = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[*COMMON_PROCESSORS, _renderer(is_json=writes_json(settings))],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
    ).bind()

    def log_request(record: RequestRecord) -> None:
        write = log.info
        if record.status >= SERVER_ERROR:
            write = log.warning
        elif record.route.startswith("/health/"):
            write = log.debug
        write("request", **_request_fields(record))

    return log_request


class LoggedEvents:
    """Subscriber that logs the kind and ids of each delivered event."""

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        _ = tx
        LOG.debug("Event %s: %s of %s", delivery.id, delivery.event.kind, delivery.event.subject_id)


def _request_fields(record: RequestRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route or None,
        "status": record.status,
        "ms": round(record.seconds * 1000, 1),
        "database_ms": round(record.timing.database_seconds * 1000, 1),
        "statements": record.timing.statements,
        "client": record.client,
    }
    if record.timing.waiting_seconds >= MIN_LOGGED_WAIT:
        fields["pool_ms"] = round(record.timing.waiting_seconds * 1000, 1)
    if record.person_id is not None:
        fields["person_id"] = str(record.person_id)
    if record.trace_id:
        fields["trace_id"] = record.trace_id
    if record.code:
        fields["code"] = record.code
    return fields


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
