"""Traces of the real program, as a collector receives them."""

import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ports import free_port
from postgres.servers import becomes_true, environment
from programs import Program

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


class Collector(HTTPServer):
    """Collects the received spans."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Receiver)

    def spans(self) -> list[Any]:
        """Return the spans of all requests."""
        batches = [ExportTraceServiceRequest.FromString(body) for body in self.sent]
        scopes = [scope for batch in batches for one in batch.resource_spans for scope in one.scope_spans]
        return [span for scope in scopes for span in scope.spans]


class Receiver(BaseHTTPRequestHandler):
    """Receive one export."""

    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(httpx.codes.OK)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing: tests inspect the spans."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


async def test_request_and_its_statements_reach_collector_under_trace_of_client(
    database: str, collector: Collector, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "server.log"
    provided = environment(database, port=port, shutdown_delay=0) | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}"
    }
    program = Program(["serve", "--no-migrate"], provided, log)
    try:
        assert await becomes_true(lambda: log.exists() and "Started worker" in log.read_text(), 90)
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/api/sessions/?search=whisper", headers=headers)).is_success
    finally:
        program.send_signal(signal.SIGTERM)
        # remaining spans are exported before it ends
        assert await becomes_true(lambda: program.poll() is not None, 90)

    spans = collector.spans()
    [request] = [span for span in spans if span.name == "GET /api/sessions"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert request.span_id in {span.parent_span_id for span in spans if span.name == "statement"}
    assert not any(b"whisper" in body for body in collector.sent)
    [line] = [line for line in map(json.loads, log.read_text().splitlines()) if line.get("route") == "/api/sessions"]
    assert line["trace_id"] == TRACE
