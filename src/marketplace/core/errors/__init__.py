"""Business errors, in five families; `http/problems.py` maps each family to a status.

A concrete error has a stable `code` for clients and a sentence for users.
"""

from datetime import timedelta
from decimal import Decimal
from math import ceil

from marketplace.core.errors.families import Busy as Busy
from marketplace.core.errors.families import Conflict as Conflict
from marketplace.core.errors.families import FieldErrors as FieldErrors
from marketplace.core.errors.families import Forbidden as Forbidden
from marketplace.core.errors.families import Invalid as Invalid
from marketplace.core.errors.families import MarketplaceError as MarketplaceError
from marketplace.core.errors.families import NotFound as NotFound
from marketplace.core.errors.families import OutcomeUnknown as OutcomeUnknown
from marketplace.core.errors.families import Overloaded as Overloaded
from marketplace.core.errors.families import PasswordsBusy as PasswordsBusy
from marketplace.core.errors.families import StaleRead as StaleRead
from marketplace.core.errors.families import TransactionConflict as TransactionConflict


class KeyReused(Invalid):
    """The `Idempotency-Key` was already used with another body."""

    code = "idempotency_key_reused"
    sentence = "This Idempotency-Key was already used for a different request. Use a new one."


class NotSignedIn(Forbidden):
    """The access token is missing, invalid, expired or revoked."""

    code = "not_signed_in"
    sentence = "Sign in to continue: the access token is missing, expired or no longer valid."


class BadCredentials(NotSignedIn):
    """Wrong e-mail address or password. One message for both, so that it does not reveal which accounts exist."""

    code = "bad_credentials"
    sentence = "Incorrect email or password."


class BadRefreshToken(NotSignedIn):
    """The refresh token is unknown, expired, revoked or already used."""

    code = "bad_refresh_token"
    sentence = "You've been signed out. Sign in again."


class BadResetToken(NotSignedIn):
    """The reset token is unknown, expired, used, void, or of an inactive account. One message for all cases."""

    code = "bad_reset_token"
    sentence = "This link doesn't work anymore. Ask for a new one."


class BadEmailToken(NotSignedIn):
    """The token of a mail is unknown, expired, used, or for an address that was changed. One message for all cases."""

    code = "bad_email_token"
    sentence = "This link doesn't work anymore. Send another one."


class NoRefreshToken(NotSignedIn):
    """No refresh token in the body or a cookie."""

    code = "no_refresh_token"
    sentence = "The request has no refresh token, in its body or in a cookie."


class NotACreator(Forbidden):
    """The principal is not a creator."""

    code = "not_a_creator"
    sentence = "Only creators can do this. You can become a creator in your profile."


class NotStaff(Forbidden):
    """Only staff can use the back office."""

    code = "not_staff"
    sentence = "Only staff can do this."


class NotSuperuser(Forbidden):
    """Only superusers can change rights and staff accounts."""

    code = "not_superuser"
    sentence = "Only superusers can do this."


class ImpersonatedReadOnly(Forbidden):
    """Impersonated logins are read-only."""

    code = "impersonated_read_only"
    sentence = (
        "You're viewing the site as another user, so you can't change anything. Sign out to return to your own account."
    )


class MissingScope(Forbidden):
    """The request has an API key without the scope that the route needs, or the route takes no key."""

    code = "missing_scope"
    sentence = "This API key lacks the scope that this needs."


class EmailUnverified(Forbidden):
    """The installation requires a verified e-mail address for this."""

    code = "email_unverified"
    sentence = "Verify your email address first: open the link in our mail, or send another."


class OwnSession(Forbidden):
    """Creators cannot book their own sessions."""

    code = "own_session"
    sentence = "You can't book your own session."


class NotYours(Forbidden):
    """Visible to this principal, but owned by another user."""

    code = "not_yours"
    sentence = "This belongs to another user."


class RateLimited(Forbidden):
    """Too many attempts. `retry_after` is in whole seconds, at least one."""

    code = "rate_limited"
    sentence = "Too many attempts. Try again later."

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(1, ceil(wait.total_seconds()))
        minutes = ceil(self.retry_after / 60)
        super().__init__(
            f"Too many attempts. Try again in {minutes} minutes."
            if minutes > 1
            else "Too many attempts. Try again in a minute."
        )


class EmailTaken(Conflict):
    """E-mail addresses are unique after NFKC and case folding."""

    code = "email_taken"
    sentence = "An account with this email address already exists."


class UsernameTaken(Conflict):
    """Usernames are unique after NFKC and case folding, look-alikes and given-up names included."""

    code = "username_taken"
    sentence = "This username is taken."


class AlreadyACreator(Conflict):
    """The account already has the role `creator`."""

    code = "illegal_transition"
    sentence = "This account is already a creator account."


class AlreadyReported(Conflict):
    """A user can report a session once."""

    code = "already_reported"
    sentence = "You've already reported this session."


class TooManyBookings(Conflict):
    """A person has a bounded number of upcoming live bookings."""

    code = "too_many_bookings"
    sentence = "You've reached the maximum number of upcoming bookings. Cancel one, or wait until one is over."


class TooManySessions(Conflict):
    """A creator has a bounded number of sessions that are not archived."""

    code = "too_many_sessions"
    sentence = "You've reached the maximum number of sessions. Archive one to create another."


class ExportTooLarge(Conflict):
    """More rows match an export than one file may have."""

    code = "export_too_large"
    sentence = "Too many rows match for one file. Use filters, such as dates, and export the list in parts."


class TooManyFavourites(Conflict):
    """A person keeps a bounded number of sessions."""

    code = "too_many_favourites"
    sentence = "You've reached the maximum number of favourites. Remove one to add another."


class TooManyApiKeys(Conflict):
    """A person has a bounded number of live API keys."""

    code = "too_many_api_keys"
    sentence = "You've reached the maximum number of API keys. Revoke one to create another."


class PriceChanged(Conflict):
    """The session costs something else than the buyer saw. `price` is the new price per seat."""

    code = "price_changed"
    sentence = "The price has changed. Nothing was booked."

    def __init__(self, price: Decimal) -> None:
        super().__init__(f"The price has changed to {price} a seat. Nothing was booked.")
        self.price = price


class SoldOut(Conflict):
    """Fewer seats are left than requested."""

    code = "sold_out"
    sentence = "There aren't enough seats left at this time."


class AlreadyBooked(Conflict):
    """A user can have one live booking per slot."""

    code = "already_booked"
    sentence = "You already have a booking at this time."


class CreatorUnavailable(Conflict):
    """Another booked slot of the creator overlaps."""

    code = "creator_unavailable"
    sentence = "The creator isn't available at this time. Choose another time."


class NotBookable(Conflict):
    """The session cannot be booked at this time."""

    code = "not_bookable"
    sentence = "This session can't be booked at this time."


class TooLate(Conflict):
    """The deadline has passed."""

    code = "too_late"
    sentence = "It's too late to do this."


class IllegalTransition(Conflict):
    """The current status does not allow this transition."""

    code = "illegal_transition"
    sentence = "The booking's status doesn't allow this."


class ConversationClosed(Conflict):
    """The parties of a booking can write until 30 days after its end."""

    code = "conversation_closed"
    sentence = "This conversation is closed: you could write until 30 days after the session or its cancellation."


class HasUpcomingBookings(Conflict):
    """The change would affect upcoming bookings."""

    code = "has_upcoming_bookings"
    sentence = "This session has upcoming bookings."


class AddressesMissing(Conflict):
    """The creator cannot come to learners who have booked without an address."""

    code = "addresses_missing"
    sentence = "Learners have booked without an address that you could come to. Cancel these bookings first."
