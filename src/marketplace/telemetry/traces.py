"""OpenTelemetry traces. Imported only when an endpoint is set; needs the extra `traces`.

Each request is a span in the trace of its `traceparent` (W3C Trace Context), with a child span per database statement.
Spans are created after the request ends, so they add nothing to the time that locks are held. The SDK reads its own
variables: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS.
"""

import time

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from marketplace.telemetry.request_log import RequestRecord

SERVICE = "marketplace"
SERVER_ERROR = 500
NANOSECONDS = 1_000_000_000


class Traces:
    """Creates and exports the spans of one process."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        resource = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource)
        # Exports from a background thread; spans are dropped if the endpoint is unavailable.
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    def trace(self, record: RequestRecord) -> None:
        """Create the spans of a request and set its `trace_id`. A `RequestObserver`."""
        # Convert monotonic `perf_counter` times to wall-clock time.
        offset = time.time_ns() - time.perf_counter_ns()
        started = int(record.started * NANOSECONDS) + offset
        route = record.route or "none"
        span = self._tracer.start_span(
            f"{record.method} {route}",
            context=self._propagator.extract({"traceparent": record.parent}),
            kind=SpanKind.SERVER,
            attributes={
                "http.request.method": record.method,
                "http.route": route,
                "http.response.status_code": record.status,
                "marketplace.request_id": record.request_id,
            },
            start_time=started,
        )
        if record.status >= SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
        if record.code:
            span.set_attribute("error.type", record.code)
        if span.is_recording():
            context = set_span_in_context(span)
            for start, seconds in record.timing.timeline:
                start_time = int(start * NANOSECONDS) + offset
                self._tracer.start_span(
                    "statement",
                    context=context,
                    kind=SpanKind.CLIENT,
                    attributes={"db.system.name": "postgresql"},
                    start_time=start_time,
                ).end(start_time + int(seconds * NANOSECONDS))
        span.end(started + int(record.seconds * NANOSECONDS))
        record.trace_id = format_trace_id(span.get_span_context().trace_id)

    def end(self) -> None:
        """Export the remaining spans and shut down."""
        self._provider.shutdown()
