"""Builds the services of waitlists."""

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.core.ports.storage import Storage
from marketplace.core.services.new_bookings import NewBookings
from marketplace.core.services.waitlist import WaitlistService
from marketplace.core.services.waitlist_jobs import WaitlistJobs


def build_waitlist(
    storage: Storage, adapters: Adapters, options: ServiceOptions
) -> tuple[WaitlistService, WaitlistJobs]:
    """Build them with the rules of booking that the options set."""
    jobs = WaitlistJobs(unit_of_work=storage.unit_of_work, clock=adapters.clock)
    only_verified = "booking" in options.requires_verified
    new_bookings = NewBookings(
        unit_of_work=storage.unit_of_work,
        quotes=storage.booking_quotes,
        lists=storage.booking_lists,
        waitlists=storage.waitlists,
        clock=adapters.clock,
        ids=adapters.ids,
        only_verified=only_verified,
        pay_within=options.payments.pay_within if options.payments else None,
        max_live=options.limits.max_live_bookings,
    )
    service = WaitlistService(
        unit_of_work=storage.unit_of_work,
        waitlists=storage.waitlists,
        availabilities=storage.availabilities,
        bookings=storage.booking_lists,
        new_bookings=new_bookings,
        jobs=jobs,
        clock=adapters.clock,
        ids=adapters.ids,
        only_verified=only_verified,
    )
    return service, jobs
