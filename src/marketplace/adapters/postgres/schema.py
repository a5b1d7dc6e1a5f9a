"""Every table together, for Alembic to compare with."""

from sqlalchemy import MetaData

from marketplace.adapters.postgres.admin_tables import AuditEntryTable
from marketplace.adapters.postgres.login_tables import TokenFamilyTable
from marketplace.adapters.postgres.tables import UserTable

ONE_OF_EACH_FILE = (UserTable, TokenFamilyTable, AuditEntryTable)
METADATA: MetaData = ONE_OF_EACH_FILE[0].metadata
