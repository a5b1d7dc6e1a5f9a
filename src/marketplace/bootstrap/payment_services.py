"""Builds the services of payments."""

from dataclasses import dataclass, fields
from typing import Any

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.payments import PaymentAdminService
from marketplace.core.services.booking_payments import BookingPayments
from marketplace.core.services.earnings import EarningsService
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.payment_balance import PaymentBalance
from marketplace.core.services.payment_decider import PaymentDecider
from marketplace.core.services.payment_disputes import PaymentDisputes
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.payment_notices import PaymentNotices
from marketplace.core.services.payment_operations import PaymentOperations
from marketplace.core.services.payment_records import ProviderRecords
from marketplace.core.services.payment_settlement import PaymentSettlement
from marketplace.core.services.payments import PaymentService
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.reconciliation import Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentServices:
    """The services of payments. Where payments are off, they find nothing and do nothing."""

    payments: PaymentService
    payment_settlement: PaymentSettlement
    payment_operations: PaymentOperations
    payment_balance: PaymentBalance
    payment_decider: PaymentDecider
    reconciliation: Reconciliation
    earnings: EarningsService
    payment_admin: PaymentAdminService

    def named(self) -> dict[str, Any]:
        """Return the services by name."""
        return {each.name: getattr(self, each.name) for each in fields(PaymentServices)}

    def payment_handlers(self) -> Handlers:
        """Return the handlers of the jobs of payments."""
        return {
            "reconcile_payments": self.reconciliation.run,
            "settle_booking": self.payment_balance.settle,
            "settle_operation": self.payment_operations.settle,
            "settle_payment": self.payment_settlement.settle,
            "sweep_payment_events": self.reconciliation.purge,
        }


def build_payment_services(
    storage: Storage,
    adapters: Adapters,
    options: ServiceOptions,
    new_messages: NewMessages,
    limits: RateLimitService,
    counts: PersonalCounts,
) -> PaymentServices:
    """Build the services of payments over one storage and one provider."""
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    gateway = PaymentGateway(adapters.payments, options.payments)
    bookings = BookingPayments(clock)
    notices = PaymentNotices(new_messages=new_messages, ids=ids)
    balance = PaymentBalance(unit_of_work=begin, bookings=bookings, notices=notices, clock=clock, ids=ids)
    records = ProviderRecords(clock=clock, ids=ids, balance=balance)
    disputes = PaymentDisputes(records=records, balance=balance, clock=clock, ids=ids)
    operations = PaymentOperations(
        unit_of_work=begin,
        gateway=gateway,
        lists=storage.payments,
        users=storage.users,
        balance=balance,
        records=records,
        addresses=options.addresses,
        clock=clock,
    )
    settlement = PaymentSettlement(
        unit_of_work=begin,
        gateway=gateway,
        lists=storage.payments,
        bookings=bookings,
        balance=balance,
        records=records,
        disputes=disputes,
        clock=clock,
    )
    return PaymentServices(
        payments=PaymentService(
            unit_of_work=begin,
            gateway=gateway,
            bookings=storage.booking_lists,
            lists=storage.payments,
            operations=operations,
            settlement=settlement,
            balance=balance,
            addresses=options.addresses,
            limits=limits,
            clock=clock,
            ids=ids,
        ),
        payment_settlement=settlement,
        payment_operations=operations,
        payment_balance=balance,
        payment_decider=PaymentDecider(clock),
        reconciliation=Reconciliation(
            unit_of_work=begin,
            gateway=gateway,
            lists=storage.payments,
            books=storage.ledger,
            settlement=settlement,
            records=records,
            clock=clock,
        ),
        earnings=EarningsService(
            gateway=gateway,
            books=storage.ledger,
            bookings=storage.booking_lists,
            users=storage.users,
            files=adapters.files,
            counts=counts,
        ),
        payment_admin=PaymentAdminService(
            unit_of_work=begin,
            gateway=gateway,
            lists=storage.payments,
            books=storage.ledger,
            bookings=storage.booking_lists,
            directory=storage.users,
            operations=operations,
            balance=balance,
            clock=clock,
            ids=ids,
        ),
    )
