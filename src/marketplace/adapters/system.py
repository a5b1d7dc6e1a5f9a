"""The machine's clock, and new ids."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


class SystemClock:
    """`Clock` of this machine."""

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)


class UuidSeven:
    """`Ids` as UUID version 7."""

    def new(self) -> UUID:
        """See the port."""
        return uuid_utils.compat.uuid7()
