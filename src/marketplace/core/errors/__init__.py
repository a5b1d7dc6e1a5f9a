"""Business errors, in five families; `http/problems.py` maps each family to a status.

A concrete error has a stable `code` for clients and a sentence for users.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import ClassVar

FieldErrors = Mapping[str, Sequence[str]]
"""Error messages by field."""


class MarketplaceError(Exception):
    """Base class. `detail` is a sentence for users."""

    code: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.sentence
        super().__init__(self.detail)


class NotFound(MarketplaceError):
    """The object does not exist, or this principal may not know that it does."""

    code = "not_found"
    sentence = "This doesn't exist, or you don't have access to it."


class Conflict(MarketplaceError):
    """The current state of the object does not allow this. `starts` are those of conflicting slots, if any."""

    code = "conflict"
    sentence = "This isn't possible right now."

    def __init__(self, detail: str | None = None, *, starts: Iterable[datetime] = ()) -> None:
        super().__init__(detail)
        self.starts = tuple(sorted(set(starts)))


class Forbidden(MarketplaceError):
    """The principal lacks permission."""

    code = "forbidden"
    sentence = "You don't have permission to do this."


class Invalid(MarketplaceError):
    """The input is invalid; `errors` has every invalid field."""

    code = "invalid"
    sentence = "Some fields aren't valid."

    def __init__(self, errors: FieldErrors | None = None, detail: str | None = None) -> None:
        super().__init__(detail)
        self.errors: FieldErrors = errors or {}


class Busy(MarketplaceError):
    """A lock or connection was not available in time. Nothing was written; retrying may succeed."""

    code = "busy"
    sentence = "The service is busy. Nothing was changed; try again in a moment."


class PasswordsBusy(Busy):
    """Too many passwords wait to be hashed. This one was not looked at."""


class OutcomeUnknown(MarketplaceError):
    """The connection was lost during commit: the transaction may or may not have been committed."""

    code = "outcome_unknown"
    sentence = (
        "The connection was lost before the change was confirmed. It may have been made; check before you try again."
    )


class TransactionConflict(Busy):
    """The database aborted this transaction in favour of another (deadlock, lock timeout): retry once."""


class StaleRead(Busy):
    """The slot changed between reading and writing: read it again and decide again."""


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


class TooManyFavourites(Conflict):
    """A person keeps a bounded number of sessions."""

    code = "too_many_favourites"
    sentence = "You've reached the maximum number of favourites. Remove one to add another."


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
