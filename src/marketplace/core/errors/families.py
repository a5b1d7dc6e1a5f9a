"""The families of business errors, and what is wrong with a request as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import ClassVar

FieldErrors = Mapping[str, Sequence[str]]
"""Error messages by field."""


class MarketplaceError(Exception):
    """Base class. `detail` is a sentence for users."""

    code: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.sentence
        super().__init__(self.detail)


class NotFound(MarketplaceError):
    """The object does not exist, or this principal may not know that it does."""

    code = "not_found"
    sentence = "This doesn't exist, or you don't have access to it."


class Conflict(MarketplaceError):
    """The current state of the object does not allow this. `starts` are those of conflicting slots, if any."""

    code = "conflict"
    sentence = "This isn't possible right now."

    def __init__(self, detail: str | None = None, *, starts: Iterable[datetime] = ()) -> None:
        super().__init__(detail)
        self.starts = tuple(sorted(set(starts)))


class Forbidden(MarketplaceError):
    """The principal lacks permission."""

    code = "forbidden"
    sentence = "You don't have permission to do this."


class Invalid(MarketplaceError):
    """The input is invalid; `errors` has every invalid field."""

    code = "invalid"
    sentence = "Some fields aren't valid."

    def __init__(self, errors: FieldErrors | None = None, detail: str | None = None) -> None:
        super().__init__(detail)
        self.errors: FieldErrors = errors or {}


class Busy(MarketplaceError):
    """A lock or connection was not available in time. Nothing was written; retrying may succeed."""

    code = "busy"
    sentence = "The service is busy. Nothing was changed; try again in a moment."


class Overloaded(Busy):
    """Too much heavy work waits already. `retry_after` is in whole seconds, at least one."""

    code = "overloaded"
    sentence = "Too many large requests are waiting. Nothing was changed; try again in a moment."

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.retry_after = max(1, ceil(wait))


class PasswordsBusy(Busy):
    """Too many passwords wait to be hashed. This one was not looked at."""


class OutcomeUnknown(MarketplaceError):
    """The connection was lost during commit, or when the answer was read after it: the change may have been made."""

    code = "outcome_unknown"
    sentence = (
        "The connection was lost before the change was confirmed. It may have been made; check before you try again."
    )


class TransactionConflict(Busy):
    """The database aborted this transaction in favour of another (deadlock, lock timeout): retry once."""


class StaleRead(Busy):
    """The slot changed between reading and writing: read it again and decide again."""
