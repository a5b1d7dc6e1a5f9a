"""Tells clients what is left of the rate limits that their request was counted for.

`RateLimit-Policy` and `RateLimit` are lists of strings with parameters (structured fields, RFC 9651), as in
draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4: quota `q` and window `w` of each limit, what remains `r` and
the time `t` until all of it is there again, in seconds. A limit of what is open at one time has a unit `qu`, no times.
"""

from collections.abc import Iterable
from http import HTTPStatus
from math import ceil
from typing import Any

from marketplace.core.domain.rate_limits import Quota

RATE_LIMIT_HEADERS = {
    "RateLimit": (
        'What is left of each limit of this request: `"sign_in";r=299;t=900` has 299 more within 900 seconds. '
        "Absent if limits are off, or if the proxy answered."
    ),
    "RateLimit-Policy": 'The limits: `"sign_in";q=300;w=900` allows 300 within 900 seconds.',
}
"""Names and descriptions."""


def quota_headers(start: Any, quotas: dict[str, Quota]) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response for the limits that were noted while it was made.

    There are none if a shared cache may keep it, or if it sends the client elsewhere.
    """
    if start["status"] // 100 == HTTPStatus.MULTIPLE_CHOICES // 100 or _is_shared(start.get("headers", ())):
        return []
    shown = [*quotas.values()]
    if start["status"] == HTTPStatus.TOO_MANY_REQUESTS:
        # no other limit may reset later than `Retry-After` (section 6 of the draft)
        shown = [quota for quota in shown if not quota.remaining]
    if not shown:
        return []
    policies, left = ", ".join(map(_policy, shown)), ", ".join(map(_left, shown))
    return [(b"ratelimit-policy", policies.encode()), (b"ratelimit", left.encode())]


def _policy(quota: Quota) -> str:
    limit = quota.limit
    bound = 'qu="concurrent-requests"' if limit.is_concurrent else f"w={ceil(limit.span.total_seconds())}"
    return f'"{limit.name}";q={limit.maximum};{bound}'


def _left(quota: Quota) -> str:
    time = "" if quota.limit.is_concurrent else f";t={max(0, ceil(quota.resets_in.total_seconds()))}"
    return f'"{quota.limit.name}";r={quota.remaining}{time}'


def _is_shared(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"cache-control" and (b"public" in value or b"s-maxage" in value) for name, value in headers
    )
