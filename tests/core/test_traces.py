"""Request spans are recorded only where an endpoint for them is configured."""

import time
from http import HTTPStatus

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from marketplace.telemetry.database_timing import DatabaseTiming
from marketplace.telemetry.request_log import RequestRecord
from marketplace.telemetry.traces import Traces

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


def a_request_record(**changes: object) -> RequestRecord:
    record = RequestRecord(request_id="a" * 32, method="POST", client="203.0.113.9", route="/api/bookings", status=201)
    record.started = time.perf_counter()
    record.seconds = 0.02
    for name, value in changes.items():
        setattr(record, name, value)
    return record


def test_request_is_a_span_of_its_incoming_trace_with_its_statements_as_children() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    record = a_request_record(parent=f"00-{TRACE}-{PARENT}-01")
    record.timing = DatabaseTiming(timeline=[(record.started + 0.001, 0.002), (record.started + 0.004, 0.003)])

    traces.trace(record)
    traces.end()

    *statements, request = exporter.get_finished_spans()
    assert (request.name, request.kind) == ("POST /api/bookings", SpanKind.SERVER)
    assert request.parent is not None
    assert (f"{request.parent.trace_id:032x}", f"{request.parent.span_id:016x}") == (TRACE, PARENT)
    assert record.trace_id == TRACE
    assert [span.parent for span in statements] == [request.context] * 2
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == HTTPStatus.CREATED
    assert request.attributes["marketplace.request_id"] == "a" * 32
    assert request.start_time is not None
    assert abs(request.start_time / 1e9 - time.time()) < 10
    spans = [(span.start_time or 0, span.end_time or 0) for span in (statements[0], request)]
    assert [round((end - start) / 1e6) for start, end in spans] == [2, 20]


def test_request_without_valid_trace_parent_starts_a_new_trace() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    first, second = a_request_record(), a_request_record(parent="00-nonsense")
    traces.trace(first)
    traces.trace(second)
    traces.end()

    assert [span.parent for span in exporter.get_finished_spans()] == [None, None]
    assert len({first.trace_id, second.trace_id}) == 2


def test_server_error_is_an_error_in_trace_and_refusal_is_not() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    traces.trace(a_request_record(status=409, code="sold_out"))
    traces.trace(a_request_record(status=503, code="busy"))
    traces.end()

    refused, failed = exporter.get_finished_spans()
    assert (refused.status.status_code, failed.status.status_code) == (StatusCode.UNSET, StatusCode.ERROR)
    assert refused.attributes is not None
    assert refused.attributes["error.type"] == "sold_out"
