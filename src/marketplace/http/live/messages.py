"""Messages of the event stream format (WHATWG HTML, 9.2.5)."""

import random
from typing import Any
from uuid import UUID

import msgspec

HEARTBEAT = b":\n\n"
"""A comment. It keeps proxies from closing an idle connection, and shows the server that a client has left."""
RETRY_FROM, RETRY_TO = 1_000, 5_000
"""Milliseconds until a client reconnects, at random: all clients of a process that ends would come at once."""


def retry_message() -> bytes:
    return b"retry: %d\n\n" % random.randint(RETRY_FROM, RETRY_TO)  # noqa: S311 - spreads load


def event_message(name: str, session_id: UUID, version: str, **more: Any) -> bytes:
    """Encode an event. JSON has no line breaks, so its data is one line."""
    data = msgspec.json.encode({"session": session_id, **more})
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (version.encode(), name.encode(), data)
