"""Errors of the back office."""

from marketplace.core.errors import Conflict, Forbidden


class StaffTarget(Forbidden):
    """Staff accounts cannot be impersonated."""

    code = "staff_target"
    sentence = "You can't view the site as a staff member."


class Oneself(Forbidden):
    """Not allowed on one's own account, to prevent lockout and privilege escalation."""

    code = "oneself"
    sentence = "You can't do this to your own account."


class LastSuperuser(Conflict):
    """No active superuser would be left."""

    code = "last_superuser"
    sentence = "This is the last active superuser."


class AccountInactive(Conflict):
    """The account is deactivated."""

    code = "account_inactive"
    sentence = "This account is deactivated."


class HasSessions(Conflict):
    """A creator with unarchived sessions cannot be demoted."""

    code = "has_sessions"
    sentence = "This creator still has sessions. Archive them first."


class NoLongerMatches(Conflict):
    """A previewed row of a bulk action does not match its filters anymore."""

    code = "no_longer_matches"
    sentence = "This row was in the preview, but doesn't match the filters anymore."


class NotListed(Conflict):
    """Only sessions in the catalog can be featured."""

    code = "not_listed"
    sentence = "This session isn't in the catalog."
