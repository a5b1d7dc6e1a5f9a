"""Log lines in both formats."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any
from uuid import UUID

import asyncpg

from marketplace.settings import Settings
from marketplace.telemetry.database_timing import DatabaseTiming
from marketplace.telemetry.logs import configure_logs, request_logger, writes_json
from marketplace.telemetry.request_log import CURRENT_REQUEST, RequestRecord

PERSON = UUID(int=7)
SECRET = "ada@example.org"
JSON = Settings(log_format="json")


@contextmanager
def logging_to(settings: Settings) -> Iterator[io.StringIO]:
    """Capture stderr, and restore the logging of this process afterwards."""
    root = logging.getLogger()
    handlers, level, alembic = root.handlers[:], root.level, logging.getLogger("alembic").level
    try:
        with redirect_stderr(io.StringIO()) as written:
            configure_logs(settings)
            yield written
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("alembic").setLevel(alembic)
        logging.captureWarnings(capture=False)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def a_request_record(**changes: Any) -> RequestRecord:
    defaults = {"request_id": "a" * 32, "method": "GET", "client": "203.0.113.9", "route": "/api/sessions"}
    return RequestRecord(**{**defaults, "status": 200, "seconds": 0.01234, **changes})


def test_a_request_is_one_line_of_json() -> None:
    with logging_to(JSON) as written:
        tell = request_logger(JSON)
        tell(a_request_record(person_id=PERSON, timing=DatabaseTiming(timeline=[(1.0, 0.002), (2.0, 0.003)])))

    [line] = lines(written)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": "a" * 32,
        "method": "GET",
        "route": "/api/sessions",
        "status": 200,
        "ms": 12.3,
        "database_ms": 5.0,
        "statements": 2,
        "client": "203.0.113.9",
        "person_id": str(PERSON),
    }


def test_failures_are_warnings_and_healthy_probes_are_not_logged() -> None:
    with logging_to(JSON) as written:
        tell = request_logger(JSON)
        tell(a_request_record(status=503, code="busy"))
        tell(a_request_record(route="/health/ready"))
        tell(a_request_record(route="/health/ready", status=503))

    assert [(line["level"], line["route"]) for line in lines(written)] == [
        ("warning", "/api/sessions"),
        ("warning", "/health/ready"),
    ]


def test_log_level_filters_lines() -> None:
    quiet, talkative = Settings(log_format="json", log_level="error"), Settings(log_format="json", log_level="debug")
    with logging_to(quiet) as written:
        request_logger(quiet)(a_request_record(status=503))
        logging.getLogger("marketplace.x").warning("no")
        logging.getLogger("marketplace.x").error("yes")
    assert [line["event"] for line in lines(written)] == ["yes"]

    with logging_to(talkative) as written:
        request_logger(talkative)(a_request_record(route="/health/live"))
    assert [line["level"] for line in lines(written)] == ["debug"]


def test_logged_error_has_type_and_stack_without_user_input() -> None:
    with logging_to(JSON) as written:
        try:
            try:
                int(SECRET)
            except ValueError as error:
                failed = asyncpg.UniqueViolationError(f"Key (email)=({SECRET}) already exists")
                failed.constraint_name = "uq_users_email_folded"
                raise failed from error
        except asyncpg.UniqueViolationError:
            logging.getLogger("marketplace.http").exception("GET /api/sessions failed")

    [line] = lines(written)
    assert (line["level"], line["logger"]) == ("error", "marketplace.http")
    outer, inner = line["errors"]
    assert outer["type"] == "asyncpg.exceptions.UniqueViolationError"
    assert (outer["sqlstate"], outer["constraint_name"]) == ("23505", "uq_users_email_folded")
    assert inner["type"] == "ValueError"
    assert "int(SECRET)" in inner["stack"][-1]
    assert SECRET not in written.getvalue()


def test_log_line_during_a_request_has_its_id() -> None:
    with logging_to(JSON) as written:
        under_way = CURRENT_REQUEST.set(a_request_record(request_id="the-one-asked"))
        logging.getLogger("marketplace.http").warning("Trouble")
        CURRENT_REQUEST.reset(under_way)
        logging.getLogger("marketplace.http").warning("None")

    first, second = lines(written)
    assert first["request_id"] == "the-one-asked"
    assert "request_id" not in second


def test_cyclic_error_chain_is_logged_once() -> None:
    first, second = KeyError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    with logging_to(JSON) as written:
        logging.getLogger("marketplace").error("failed", exc_info=first)

    assert len(lines(written)[0]["errors"]) == 2


def test_lines_of_libraries_and_warnings_are_json_too_and_keep_line_breaks_in() -> None:
    with logging_to(JSON) as written:
        logging.getLogger("asyncio").error("Task exception\nwas never %s", "retrieved")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old", UserWarning, stacklevel=1)

    first, second = lines(written)
    assert first["event"] == "Task exception\nwas never retrieved"
    assert second["logger"] == "py.warnings"


def test_log_format_is_text_on_terminal_and_json_elsewhere() -> None:
    with redirect_stderr(io.StringIO()):
        assert writes_json(Settings())
        assert not writes_json(Settings(log_format="text"))
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    with redirect_stderr(terminal):
        assert not writes_json(Settings())
        assert writes_json(JSON)


def test_text_log_has_error_message() -> None:
    with logging_to(Settings(log_format="text")) as written:
        try:
            int("x")
        except ValueError:
            logging.getLogger("marketplace").exception("failed")

    assert "invalid literal for int()" in written.getvalue()
    assert sys.stderr is not written


def test_request_is_one_line_in_text_log() -> None:
    settings = Settings(log_format="text")
    with logging_to(settings) as written:
        request_logger(settings)(a_request_record(status=409, code="sold_out"))

    [line] = written.getvalue().splitlines()
    assert "sold_out" in line
    assert "/api/sessions" in line
