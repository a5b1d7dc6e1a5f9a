"""Builds the service of waitlists."""

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.core.ports.storage import Storage
from marketplace.core.services.new_bookings import NewBookings
from marketplace.core.services.waitlist import WaitlistService


def build_waitlist(storage: Storage, adapters: Adapters, options: ServiceOptions) -> WaitlistService:
    """Build it with the rules of booking that the options set."""
    only_verified = "booking" in options.requires_verified
    new_bookings = NewBookings(
        unit_of_work=storage.unit_of_work,
        quotes=storage.booking_quotes,
        lists=storage.booking_lists,
        clock=adapters.clock,
        ids=adapters.ids,
        only_verified=only_verified,
        pay_within=options.payments.pay_within if options.payments else None,
    )
    return WaitlistService(
        unit_of_work=storage.unit_of_work,
        waitlists=storage.waitlists,
        availabilities=storage.availabilities,
        bookings=storage.booking_lists,
        new_bookings=new_bookings,
        clock=adapters.clock,
        ids=adapters.ids,
        only_verified=only_verified,
    )
