"""How many connections a process of the server takes, and how long and large the head of a request may be."""

import logging
import resource

from granian.http import HTTP1Settings

from marketplace.settings import PREFIX, Settings

LOG = logging.getLogger(__name__)

ROOM = 1_024
"""Connections of a process besides streams: requests, idle connections of proxies, health."""
BACKLOG = 4_096
"""Connections that wait to be accepted, as the kernel's own limit: clients of streams reconnect together."""
HEADS = HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024)
"""Milliseconds until the head of a request has to be complete, from its connection or first byte; bytes of a head.

The bytes are also those of a body that a connection holds unread, so they bound the memory of all connections.
"""
OTHER_FILES = 512
"""Files of a process besides connections of clients: to the database, logs, libraries."""


def max_connections(settings: Settings) -> int:
    """Return granian's `backpressure`: it counts connections, so each stream takes one until it ends.

    Beyond it nothing is accepted, health included. Streams are refused before, at `live_streams`.
    """
    return settings.live_streams + ROOM


def raise_file_limit(settings: Settings) -> None:
    """Raise the limit of open files as far as the processes need and may; log a warning if it stays too low."""
    needed = max_connections(settings) + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    if raised < needed:
        LOG.warning(
            "%d files may be open, but %sLIVE_STREAMS=%d needs %d. Raise the limit (ulimit -n), or lower the setting.",
            raised,
            PREFIX,
            settings.live_streams,
            needed,
        )
