"""Refusals of passkeys."""

from marketplace.core.errors.families import Conflict, Invalid


class PasskeyRefused(Invalid):
    """A passkey was not verified. One sentence for every reason, so that it does not reveal which accounts exist."""

    code = "passkey_refused"
    sentence = "This passkey wasn't accepted. Try again, or use another way."


class PasskeysUnavailable(Conflict):
    """Browsers make no passkeys for the address of this installation."""

    code = "passkeys_unavailable"
    sentence = "Passkeys don't work at this site's address: they need https and a domain name, or localhost."


class TooManyPasskeys(Conflict):
    """A person has a bounded number of passkeys."""

    code = "too_many_passkeys"
    sentence = "You've reached the maximum number of passkeys. Remove one to add another."
