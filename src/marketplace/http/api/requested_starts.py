"""The start that a booking asks for: an instant, or a local time that the server converts with its own zone data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.wall_time import instant
from marketplace.core.domain.zone_names import zone_named
from marketplace.core.errors import FieldErrors, Invalid
from marketplace.core.services.bookings import BookingService
from marketplace.http.answers import HasScope
from marketplace.http.idempotency import validate_key
from marketplace.http.validation.fields import LocalStart, Start
from marketplace.http.validation.parsing import ParsedBody

EITHER = "Send either `booking_date`, or `local_start` with `time_zone`."


class StartIn(msgspec.Struct, kw_only=True):
    """A start: `booking_date`, or `local_start` with `time_zone`.

    A local time that occurs twice, because the clocks are set back, means the first; book the second by `booking_date`.
    """

    booking_date: Start | None = None
    local_start: LocalStart | None = None
    time_zone: TimeZone | None = None


@dataclass(frozen=True, slots=True)
class RequestedStart:
    """A requested start and the body's field that has it."""

    at: datetime
    field: str

    @contextmanager
    def errors_named(self) -> Iterator[None]:
        """Report errors of the start under the field that was sent."""
        try:
            yield
        except Invalid as error:
            if "booking_date" not in error.errors:
                raise
            raise Invalid(self._named(error.errors)) from error

    def validate(self, bookings: BookingService) -> FieldErrors:
        """Return error messages for the start."""
        return self._named(bookings.validate({"booking_date": self.at}))

    def _named(self, errors: FieldErrors) -> FieldErrors:
        return {self.field if name == "booking_date" else name: sentences for name, sentences in errors.items()}


def requested_start(request: HasScope, parsed: ParsedBody[Any], bookings: BookingService) -> tuple[RequestedStart, Any]:
    """Return the start of a body with the fields of `StartIn`, and the body. Raises `Invalid` with all errors.

    The service checks the start itself, after it has looked up the key; here only if something else is invalid.
    """
    start, errors = _start_of(parsed)
    errors = {**validate_key(request), **errors}
    if start is not None and (errors or not parsed.is_valid):
        errors |= start.validate(bookings)
    data = parsed.checked(errors)
    if start is None:
        raise Invalid({"booking_date": [EITHER]})
    return start, data


def _start_of(parsed: ParsedBody[Any]) -> tuple[RequestedStart | None, dict[str, Any]]:
    sent = parsed.values
    local = {name for name in ("local_start", "time_zone") if name in sent or not parsed.is_valid_for(name)}
    has_instant = "booking_date" in sent or not parsed.is_valid_for("booking_date")
    if has_instant == bool(local):
        return None, {name: [EITHER] for name in ("booking_date", *sorted(local))}
    if has_instant:
        return (RequestedStart(sent["booking_date"], "booking_date") if "booking_date" in sent else None), {}
    missing = {"local_start", "time_zone"} - local
    if missing or not parsed.is_valid_for("local_start", "time_zone"):
        return None, {name: [EITHER] for name in missing}
    at = instant(sent["local_start"].replace(tzinfo=zone_named(sent["time_zone"])))
    if at is None:
        return None, {"local_start": [f"The clocks in {sent['time_zone']} skip this time. Choose another."]}
    return RequestedStart(at, "local_start"), {}
