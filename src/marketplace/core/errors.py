"""Every business error, in five families; `http/problems.py` gives each family its status.

A concrete error has a stable `code` that a client can switch on and a sentence for a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar

FieldErrors = Mapping[str, Sequence[str]]
"""Per field, what is wrong with it, each a sentence for a person."""


class MarketplaceError(Exception):
    """The root of the families. `detail` is a sentence for a person."""

    code: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.sentence
        super().__init__(self.detail)


class NotFound(MarketplaceError):
    """There is no such thing, or this person may not know of it."""

    code = "not_found"
    sentence = "This doesn't exist, or you don't have access to it."


class Conflict(MarketplaceError):
    """A rule of the domain says no to the thing as it stands now. `starts` are those of slots in its way, if told."""

    code = "conflict"
    sentence = "This isn't possible right now."

    def __init__(self, detail: str | None = None, *, starts: Iterable[datetime] = ()) -> None:
        super().__init__(detail)
        self.starts = tuple(sorted(set(starts)))


class Forbidden(MarketplaceError):
    """This person may not."""

    code = "forbidden"
    sentence = "You don't have permission to do this."


class Invalid(MarketplaceError):
    """What was sent is malformed; `errors` names every bad field."""

    code = "invalid"
    sentence = "Some fields aren't valid."

    def __init__(self, errors: FieldErrors | None = None, detail: str | None = None) -> None:
        super().__init__(detail)
        self.errors: FieldErrors = errors or {}


class Busy(MarketplaceError):
    """A lock or the database could not be had in time. Nothing was written; trying again may succeed."""

    code = "busy"
    sentence = "The service is busy. Nothing was changed; try again in a moment."


class OutcomeUnknown(MarketplaceError):
    """The database was lost while it committed: the change was made or was not."""

    code = "outcome_unknown"
    sentence = (
        "The connection was lost before the change was confirmed. It may have been made; check before you try again."
    )


class TransactionConflict(Busy):
    """The database ended this transaction in favour of another (deadlock, lock timeout): worth one more try."""


class StaleRead(Busy):
    """Somebody changed the slot between reading and writing it: read again and decide anew."""


class KeyReused(Invalid):
    """An `Idempotency-Key` that was used for another body."""

    code = "idempotency_key_reused"
    sentence = "This Idempotency-Key was already used for a different request. Use a new one."


class NotSignedIn(Forbidden):
    """No token, or one that is bad, expired or revoked."""

    code = "not_signed_in"
    sentence = "Sign in to continue: the access token is missing, expired or no longer valid."


class BadCredentials(NotSignedIn):
    """Wrong e-mail or password. One message for both, so that it does not tell which addresses have an account."""

    code = "bad_credentials"
    sentence = "Incorrect email or password."


class BadRefreshToken(NotSignedIn):
    """A refresh token that is unknown, expired, revoked or was used before."""

    code = "bad_refresh_token"
    sentence = "You've been signed out. Sign in again."


class BadResetToken(NotSignedIn):
    """A token for a new password that is unknown, expired, used, or of somebody inactive. One message for all."""

    code = "bad_reset_token"
    sentence = "This link doesn't work anymore. Ask for a new one."


class NoRefreshToken(NotSignedIn):
    """No refresh token, neither in the body nor in a cookie."""

    code = "no_refresh_token"
    sentence = "The request has no refresh token, in its body or in a cookie."


class NotACreator(Forbidden):
    """The role `creator` is needed."""

    code = "not_a_creator"
    sentence = "Only creators can do this. You can become a creator in your profile."


class NotStaff(Forbidden):
    """The back office is the staff's."""

    code = "not_staff"
    sentence = "Only staff can do this."


class NotSuperuser(Forbidden):
    """Rights, and the accounts of the staff, are the superusers'."""

    code = "not_superuser"
    sentence = "Only superusers can do this."


class StaffTarget(Forbidden):
    """Who sees the site as somebody else sees it as somebody without rights."""

    code = "staff_target"
    sentence = "You can't view the site as a staff member."


class ImpersonatedReadOnly(Forbidden):
    """Who sees the site as somebody else changes nothing."""

    code = "impersonated_read_only"
    sentence = (
        "You're viewing the site as another user, so you can't change anything. Sign out to return to your own account."
    )


class Oneself(Forbidden):
    """What nobody may do to their own account, lest they lock themselves out or grant themselves rights."""

    code = "oneself"
    sentence = "You can't do this to your own account."


class OwnSession(Forbidden):
    """A creator may not book their own session."""

    code = "own_session"
    sentence = "You can't book your own session."


class NotYours(Forbidden):
    """Visible to this person, but somebody else's."""

    code = "not_yours"
    sentence = "This belongs to another user."


class RateLimited(Forbidden):
    """It was tried too often for now. `retry_after` is in whole seconds, at least one."""

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
    """Usernames are unique after NFKC and case folding."""

    code = "username_taken"
    sentence = "This username is taken."


class AlreadyACreator(Conflict):
    """The account is a creator's already."""

    code = "illegal_transition"
    sentence = "This account is already a creator account."


class LastSuperuser(Conflict):
    """Nobody active would be left who can grant rights."""

    code = "last_superuser"
    sentence = "This is the last active superuser."


class AccountInactive(Conflict):
    """The account is switched off."""

    code = "account_inactive"
    sentence = "This account is deactivated."


class HasSessions(Conflict):
    """Who has sessions that are not archived stays a creator, or nobody could see to them."""

    code = "has_sessions"
    sentence = "This creator still has sessions. Archive them first."


class NotListed(Conflict):
    """Only what the catalog shows can stand on the front page."""

    code = "not_listed"
    sentence = "This session isn't in the catalog."


class AlreadyReported(Conflict):
    """Everybody is heard once about a session."""

    code = "already_reported"
    sentence = "You've already reported this session."


class SoldOut(Conflict):
    """Fewer seats are left than were asked for."""

    code = "sold_out"
    sentence = "There aren't enough seats left at this time."


class AlreadyBooked(Conflict):
    """One live booking per person and slot."""

    code = "already_booked"
    sentence = "You already have a booking at this time."


class CreatorUnavailable(Conflict):
    """The creator holds another seat-taken slot that overlaps."""

    code = "creator_unavailable"
    sentence = "The creator isn't available at this time. Choose another time."


class NotBookable(Conflict):
    """The session cannot be booked at this time at all."""

    code = "not_bookable"
    sentence = "This session can't be booked at this time."


class TooLate(Conflict):
    """The moment until which this was possible has passed."""

    code = "too_late"
    sentence = "It's too late to do this."


class IllegalTransition(Conflict):
    """The booking is not in a state from which this step leads anywhere."""

    code = "illegal_transition"
    sentence = "The booking's status doesn't allow this."


class HasUpcomingBookings(Conflict):
    """Somebody still holds a future seat that this change would take away."""

    code = "has_upcoming_bookings"
    sentence = "This session has upcoming bookings."
