"""Notices of the simulated provider: when they are sent, again, or not."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec

from marketplace.adapters.payments.simulated.records import Notice, SimulatedPayment

RETRIES = tuple(timedelta(seconds=each) for each in (2, 10, 60, 600, 3600, 6 * 3600, 24 * 3600, 48 * 3600))
"""Pauses after attempts that were not accepted; after the last, a notice is only sent by hand."""
MAX_ANSWER = 200


class Notices:
    """All notices by ID, oldest first."""

    def __init__(self, time: Callable[[], datetime], save: Callable[[Notice], None]) -> None:
        self._time = time
        self._save = save
        self._all: dict[str, Notice] = {}
        self._waiting: set[str] = set()

    def __iter__(self) -> Iterator[Notice]:
        return iter(self._all.values())

    def find(self, notice_id: str) -> Notice | None:
        return self._all.get(notice_id)

    def of(self, payment_id: str) -> tuple[Notice, ...]:
        return tuple(notice for notice in self._all.values() if notice.payment_id == payment_id)

    def put(self, notice: Notice) -> None:
        """Keep a notice as it is, such as one that was stored."""
        self._all[notice.id] = notice
        (self._waiting.discard if notice.due_at is None else self._waiting.add)(notice.id)

    def add(self, payment: SimulatedPayment, kind: str, *, copies: int = 1, is_held: bool = False) -> None:
        """Add a notice of a change, sent at once unless it is held."""
        at = self._time()
        self._change(
            Notice(
                id=f"evt_{secrets.token_hex(12)}",
                kind=kind,
                payment_id=payment.id,
                reference=payment.reference,
                created_at=at,
                due_at=None if is_held else at,
                copies=copies,
            )
        )

    def due(self) -> tuple[Notice, ...]:
        """Return the notices whose time has come."""
        at = self._time()
        waiting = (self._all[notice_id] for notice_id in self._waiting)
        return tuple(sorted((each for each in waiting if each.due_at and each.due_at <= at), key=lambda each: each.id))

    def started(self, notice: Notice) -> Notice:
        """Return the notice as one that is on its way."""
        return self._change(msgspec.structs.replace(notice, due_at=None, attempts=notice.attempts + 1))

    def ended(self, notice: Notice, answer: str, *, is_accepted: bool) -> None:
        """Record the answer; send it again after a pause if it was not accepted, and at once if there are copies."""
        at, pause = self._time(), RETRIES[notice.attempts - 1] if notice.attempts <= len(RETRIES) else None
        notice = msgspec.structs.replace(notice, last_answer=answer[:MAX_ANSWER])
        if not is_accepted:
            self._change(msgspec.structs.replace(notice, due_at=None if pause is None else at + pause))
            return
        copies = notice.copies - 1
        self._change(
            msgspec.structs.replace(notice, accepted_at=at, copies=max(copies, 0), due_at=at if copies > 0 else None)
        )

    def send(self, notice_id: str, after: timedelta = timedelta()) -> None:
        """Send a notice, again if it was sent before. Raises `KeyError`."""
        self._change(msgspec.structs.replace(self._all[notice_id], due_at=self._time() + after))

    def _change(self, notice: Notice) -> Notice:
        self.put(notice)
        self._save(notice)
        return notice
