"""Check that the database answers, has the schema that this program expects, and about the same time."""

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.schema.revisions import newest_revision
from marketplace.core.domain.clock_offset import ClockOffset
from marketplace.core.errors import Busy


class PostgresReadiness:
    """`Readiness` over the pool."""

    def __init__(self, database: Database, offset: ClockOffset | None = None) -> None:
        self._database = database
        self._offset = offset or ClockOffset()

    async def check(self) -> None:
        if self._offset.is_wide:
            seconds = abs(self._offset.ahead.total_seconds())
            raise Busy(f"The clock of this machine is {seconds:.0f} seconds off the database's.")
        row = await self._database.fetchrow("SELECT to_regclass('alembic_version') IS NOT NULL AS migrated")
        if row is None or not row["migrated"]:
            raise Busy("The database has no tables yet: run `marketplace migrate`.")
        version = await self._database.fetchrow("SELECT version_num FROM alembic_version")
        if version is None or version["version_num"] < newest_revision():
            raise Busy("The database is older than this program: run `marketplace migrate`.")
