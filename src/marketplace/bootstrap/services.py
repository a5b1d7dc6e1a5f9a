"""Builds all services over one storage, for the container, the shell, the demo and the tests."""

from dataclasses import replace

from marketplace.bootstrap.account_services import build_account_deletion, build_account_services
from marketplace.bootstrap.admin_services import build_admin_services
from marketplace.bootstrap.bulk_services import build_bulk_services
from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.bootstrap.payment_services import build_payment_services
from marketplace.bootstrap.service_set import Services
from marketplace.bootstrap.waitlist_services import build_waitlist
from marketplace.core.ports.storage import Storage
from marketplace.core.services.acting_keys import bound_to_keys
from marketplace.core.services.admin.bookings import BookingAdminService
from marketplace.core.services.admin.bulk_runner import BulkActors
from marketplace.core.services.admin.impersonation import ImpersonationService
from marketplace.core.services.admin.logins import LoginAdminService
from marketplace.core.services.admin.messages import MessageAdminService
from marketplace.core.services.admin.reviews import ReviewAdminService
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.admin.ways_in import WaysInAdminService
from marketplace.core.services.avatars import AvatarService
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.calendars import CalendarService
from marketplace.core.services.cancellation_quotes import CancellationQuotes
from marketplace.core.services.conversations import ConversationService
from marketplace.core.services.creator_hours import CreatorHoursService
from marketplace.core.services.creators import CreatorService
from marketplace.core.services.events import EventRelay
from marketplace.core.services.favourites import FavouriteService
from marketplace.core.services.idempotency import IdempotencyService
from marketplace.core.services.inbox import InboxService
from marketplace.core.services.letters import Letters
from marketplace.core.services.mail_delivery import MailDelivery
from marketplace.core.services.materialized_availability import MaterializedAvailabilityService
from marketplace.core.services.message_decider import MessageDecider
from marketplace.core.services.notifications import NotificationService
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.picture_sweeps import PictureSweeper
from marketplace.core.services.pictures import PictureService, PictureStores
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.reminders import ReminderService
from marketplace.core.services.reports import ReportService
from marketplace.core.services.reviews import ReviewService
from marketplace.core.services.schedules import ScheduleService
from marketplace.core.services.seat_changes import SeatChanges
from marketplace.core.services.sent_messages import SentMessageService
from marketplace.core.services.session_words import SessionWordsService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.share_cards import ShareCardService
from marketplace.core.services.sitemaps import SitemapService
from marketplace.core.services.slots import SlotService
from marketplace.core.services.subscriptions import PreferenceService, SubscriptionService
from marketplace.core.services.summaries import SummaryService
from marketplace.core.services.terms import TermsService
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.zones import ZoneService
from marketplace.telemetry.request_log import note_quota


def build_services(storage: Storage, adapters: Adapters, options: ServiceOptions) -> Services:
    """Build all services over `storage`. They share one cache of principals and are otherwise stateless."""
    storage = replace(storage, unit_of_work=bound_to_keys(storage.unit_of_work, adapters.clock))
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    memory = PrincipalCache(clock)
    limits = RateLimitService(
        unit_of_work=begin,
        limits=storage.rate_limits,
        clock=clock,
        is_on=options.rate_limit,
        observe=note_quota,
    )
    counts = PersonalCounts(limits, options.limits)
    accounts = build_account_services(storage, adapters, options, memory, limits)
    users, usernames, tokens = accounts.users, accounts.usernames, accounts.tokens
    sessions = SessionService(
        unit_of_work=begin,
        catalog=storage.catalog,
        bookings=storage.booking_lists,
        clock=clock,
        ids=ids,
        categories=options.categories,
        only_verified="publishing" in options.requires_verified,
        max_sessions=options.limits.max_sessions,
    )
    bookings = BookingService(
        unit_of_work=begin,
        quotes=storage.booking_quotes,
        lists=storage.booking_lists,
        users=storage.users,
        waitlists=storage.waitlists,
        clock=clock,
        ids=ids,
        only_verified="booking" in options.requires_verified,
        pay_within=options.payments.pay_within if options.payments else None,
        max_live=options.limits.max_live_bookings,
    )
    stores = PictureStores(
        unit_of_work=begin, encoder=adapters.encoder, store=adapters.objects, limits=limits, clock=clock
    )
    session_admin = SessionAdminService(
        unit_of_work=begin,
        catalog=storage.catalog,
        queue=storage.reports,
        audit_log=storage.audit,
        waitlists=storage.waitlists,
        clock=clock,
        ids=ids,
    )
    materialized_availability = MaterializedAvailabilityService(unit_of_work=begin, clock=clock)
    decider = MessageDecider(new_messages=accounts.new_messages, clock=clock)
    letters = Letters(addresses=options.addresses, unsubscribe_tokens=adapters.unsubscribe_tokens, clock=clock)
    actors = BulkActors(
        users=users, accounts=accounts.user_admin, sessions=sessions, moderation=session_admin, bookings=bookings
    )
    bulk, bulk_runner = build_bulk_services(storage, adapters, options, memory, actors)
    payments = build_payment_services(storage, adapters, options, accounts.new_messages, limits, counts)
    waitlist, waitlist_jobs = build_waitlist(storage, adapters, options)
    notifications = NotificationService(unit_of_work=begin, feeds=storage.notifications, clock=clock, ids=ids)
    return Services(
        users=users,
        usernames=usernames,
        tokens=tokens,
        logins=accounts.logins,
        api_keys=accounts.api_keys,
        identities=accounts.identities,
        provider_sign_ins=accounts.provider_sign_ins,
        **accounts.passkeys.named(),
        resets=accounts.resets,
        email_addresses=accounts.email_addresses,
        personal_data=accounts.personal_data,
        account_deletion=build_account_deletion(storage, adapters, accounts, sessions, memory),
        account_mails=accounts.account_mails,
        avatars=AvatarService(unit_of_work=begin, stores=stores, principal_cache=memory, clock=clock),
        sessions=sessions,
        pictures=PictureService(unit_of_work=begin, catalog=storage.catalog, stores=stores, clock=clock, ids=ids),
        picture_sweeper=PictureSweeper(unit_of_work=begin, store=adapters.objects, clock=clock),
        share_cards=ShareCardService(sessions=sessions, painter=adapters.cards, store=adapters.objects),
        schedules=ScheduleService(unit_of_work=begin, availabilities=storage.availabilities, clock=clock),
        slots=SlotService(
            unit_of_work=begin, availabilities=storage.availabilities, lists=storage.booking_lists, clock=clock, ids=ids
        ),
        creator_hours=CreatorHoursService(unit_of_work=begin, hours=storage.hours, clock=clock),
        creators=CreatorService(creators=storage.creators),
        waitlist=waitlist,
        waitlist_jobs=waitlist_jobs,
        favourites=FavouriteService(unit_of_work=begin, lists=storage.favourites, clock=clock),
        materialized_availability=materialized_availability,
        bookings=bookings,
        seat_changes=SeatChanges(
            unit_of_work=begin,
            lists=storage.booking_lists,
            clock=clock,
            pay_within=options.payments.pay_within if options.payments else None,
        ),
        cancellation_quotes=CancellationQuotes(lists=storage.booking_lists, payments=storage.payments, clock=clock),
        conversations=ConversationService(
            unit_of_work=begin,
            conversations=storage.conversations,
            bookings=storage.booking_lists,
            audit_log=storage.audit,
            limits=limits,
            new_messages=accounts.new_messages,
            clock=clock,
            ids=ids,
        ),
        notifications=notifications,
        calendars=CalendarService(
            unit_of_work=begin,
            bookings=storage.booking_lists,
            feeds=storage.feeds,
            calendars=adapters.calendars,
            clock=clock,
            addresses=options.addresses,
        ),
        events=EventRelay(
            unit_of_work=begin,
            clock=clock,
            subscribers=(decider, notifications, waitlist_jobs, payments.payment_decider, *adapters.subscribers),
        ),
        new_messages=accounts.new_messages,
        mail=MailDelivery(
            unit_of_work=begin,
            mailer=adapters.mailer,
            composer=adapters.composer,
            letters=letters,
            account_mails=accounts.account_mails,
            clock=clock,
        ),
        reminders=ReminderService(unit_of_work=begin, new_messages=accounts.new_messages, clock=clock),
        inbox=InboxService(storage.inbox, is_on=options.has_inbox),
        subscriptions=SubscriptionService(unit_of_work=begin, tokens=adapters.unsubscribe_tokens, clock=clock),
        preferences=PreferenceService(unit_of_work=begin, lists=storage.messages, clock=clock),
        sent_messages=SentMessageService(lists=storage.messages, bookings=storage.booking_lists, clock=clock),
        sitemaps=SitemapService(listed=storage.listed_sessions, clock=clock),
        summaries=SummaryService(summaries=storage.summaries, users=storage.users, clock=clock),
        reports=ReportService(unit_of_work=begin, queue=storage.reports, counts=counts, clock=clock, ids=ids),
        reviews=ReviewService(
            unit_of_work=begin,
            lists=storage.reviews,
            catalog=storage.catalog,
            bookings=storage.booking_lists,
            counts=counts,
            clock=clock,
            ids=ids,
        ),
        rate_limits=limits,
        personal_counts=counts,
        idempotency=IdempotencyService(unit_of_work=begin, clock=clock),
        user_admin=accounts.user_admin,
        session_admin=session_admin,
        review_admin=ReviewAdminService(unit_of_work=begin, lists=storage.reviews, clock=clock, ids=ids),
        booking_admin=BookingAdminService(lists=storage.booking_lists, audit_log=storage.audit),
        message_admin=MessageAdminService(
            unit_of_work=begin,
            lists=storage.messages,
            bookings=storage.booking_lists,
            clock=clock,
            ids=ids,
            is_on=adapters.mailer is not None,
        ),
        ways_in_admin=WaysInAdminService(
            users=storage.users,
            second_factors=storage.second_factors,
            passkeys=storage.passkeys,
            identities=storage.identities,
        ),
        login_admin=LoginAdminService(
            unit_of_work=begin, principal_cache=memory, new_messages=accounts.new_messages, clock=clock, ids=ids
        ),
        impersonations=ImpersonationService(
            unit_of_work=begin,
            tokens=tokens,
            principal_cache=memory,
            access_tokens=adapters.access_tokens,
            clock=clock,
            ids=ids,
        ),
        bulk=bulk,
        bulk_actors=actors,
        bulk_runner=bulk_runner,
        zones=ZoneService(
            unit_of_work=begin,
            promised_slots=storage.promised_slots,
            availability=materialized_availability,
            former_zones=adapters.former_zones,
            clock=clock,
        ),
        terms=TermsService(unit_of_work=begin, clock=clock),
        session_words=SessionWordsService(unit_of_work=begin, clock=clock),
        **payments.named(),
        **accounts.second_factors.named(),
        **build_admin_services(storage, adapters, limits, counts),
    )
