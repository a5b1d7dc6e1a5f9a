"""Traces for OpenTelemetry. Loaded only where an endpoint for them is set; needs the extra `traces`.

A span for each request, as part of the trace that its `traceparent` names (W3C Trace Context), with one for each
statement. Spans are made once the request is over, so they cost it nothing while people wait for locks. What the
SDK reads from variables of its own is left to it: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS.
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
NANO = 1_000_000_000


class Traces:
    """The spans of one process."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        resource = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource)
        # sends from a thread of its own, and drops what an endpoint that is away does not take
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    def trace(self, record: RequestRecord) -> None:
        """Tell of a request, and tell it which trace it is part of. A `RequestObserver`."""
        # of a clock that never jumps, on the one that others go by
        offset = time.time_ns() - time.perf_counter_ns()
        started = int(record.started * NANO) + offset
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
            within = set_span_in_context(span)
            for start, seconds in record.timing.timeline:
                start_time = int(start * NANO) + offset
                self._tracer.start_span(
                    "statement",
                    context=within,
                    kind=SpanKind.CLIENT,
                    attributes={"db.system.name": "postgresql"},
                    start_time=start_time,
                ).end(start_time + int(seconds * NANO))
        span.end(started + int(record.seconds * NANO))
        record.trace_id = format_trace_id(span.get_span_context().trace_id)

    def end(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()
