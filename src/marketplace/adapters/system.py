"""The system clock, and ids."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


class SystemClock:
    """`Clock` of this machine, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class UuidSeven:
    """`Ids` as UUID version 7 (RFC 9562)."""

    def new(self) -> UUID:
        return uuid_utils.compat.uuid7()
