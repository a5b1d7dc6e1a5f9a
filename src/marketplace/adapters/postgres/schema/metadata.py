"""The metadata of all tables, which Alembic compares with the database."""

from sqlalchemy import MetaData

from marketplace.adapters.postgres.schema.tables.api_keys import ApiKeyTable
from marketplace.adapters.postgres.schema.tables.backoffice import AuditEntryTable
from marketplace.adapters.postgres.schema.tables.bookings import BookingTable
from marketplace.adapters.postgres.schema.tables.calendars import CalendarFeedTable
from marketplace.adapters.postgres.schema.tables.conversations import BookingMessageTable
from marketplace.adapters.postgres.schema.tables.email_tokens import EmailRequestTable
from marketplace.adapters.postgres.schema.tables.favourites import FavouriteTable
from marketplace.adapters.postgres.schema.tables.identities import IdentityTable
from marketplace.adapters.postgres.schema.tables.jobs import JobTable
from marketplace.adapters.postgres.schema.tables.ledger import LedgerTransactionTable
from marketplace.adapters.postgres.schema.tables.logins import TokenFamilyTable
from marketplace.adapters.postgres.schema.tables.messages import MessageTable
from marketplace.adapters.postgres.schema.tables.notifications import NotificationTable
from marketplace.adapters.postgres.schema.tables.passkeys import PasskeyTable
from marketplace.adapters.postgres.schema.tables.payments import PaymentTable
from marketplace.adapters.postgres.schema.tables.pictures import PictureTable
from marketplace.adapters.postgres.schema.tables.reviews import ReviewTable
from marketplace.adapters.postgres.schema.tables.second_factors import SecondFactorTable
from marketplace.adapters.postgres.schema.tables.sessions import SessionTable
from marketplace.adapters.postgres.schema.tables.users import UserTable
from marketplace.adapters.postgres.schema.tables.waitlist import WaitlistEntryTable

TABLES = (
    UserTable,
    TokenFamilyTable,
    SecondFactorTable,
    ApiKeyTable,
    SessionTable,
    PictureTable,
    BookingTable,
    BookingMessageTable,
    CalendarFeedTable,
    EmailRequestTable,
    FavouriteTable,
    IdentityTable,
    JobTable,
    NotificationTable,
    MessageTable,
    PasskeyTable,
    PaymentTable,
    LedgerTransactionTable,
    ReviewTable,
    WaitlistEntryTable,
    AuditEntryTable,
)
"""One of each module of `tables`: importing it adds the others of the module."""
METADATA: MetaData = UserTable.metadata
