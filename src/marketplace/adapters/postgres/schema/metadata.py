"""The metadata of all tables, which Alembic compares with the database."""

from sqlalchemy import MetaData

from marketplace.adapters.postgres.schema.admin_tables import AuditEntryTable
from marketplace.adapters.postgres.schema.login_tables import TokenFamilyTable
from marketplace.adapters.postgres.schema.tables import UserTable

TABLES = (UserTable, TokenFamilyTable, AuditEntryTable)
METADATA: MetaData = TABLES[0].metadata
