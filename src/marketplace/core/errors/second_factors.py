"""Errors of second factors and of step-up authentication."""

from collections.abc import Sequence

from marketplace.core.errors import Conflict, Forbidden, NotSignedIn


class SecondFactorRequired(NotSignedIn):
    """The first factor was right. `challenge` stands for it when one of `methods` proves the second."""

    code = "second_factor_required"
    sentence = "Enter a code from your authenticator app, or a recovery code."

    def __init__(self, challenge: str = "", methods: Sequence[str] = ()) -> None:
        super().__init__()
        self.challenge = challenge
        self.methods = tuple(methods)


class BadChallenge(NotSignedIn):
    """The challenge is forged, expired, used, or of an account whose password changed. One message for all cases."""

    code = "bad_challenge"
    sentence = "This took too long, or your password has changed. Sign in again from the start."


class BadSecondFactor(NotSignedIn):
    """The code is wrong, expired or used. One message for all cases."""

    code = "bad_second_factor"
    sentence = "This code isn't right, or was used before. Wait for the next one."


class ReauthenticationRequired(Forbidden):
    """The login was proved too long ago for what a borrowed device must not do. One of `methods` proves it again."""

    code = "reauthentication_required"
    sentence = "Confirm that it's you first."

    def __init__(self, methods: Sequence[str] = ()) -> None:
        super().__init__()
        self.methods = tuple(methods)


class SecondFactorSetupRequired(Forbidden):
    """The installation requires a second factor of staff, and this account has none."""

    code = "second_factor_setup_required"
    sentence = "Staff need two-step sign-in here. Set it up in your profile first."


class SecondFactorOn(Conflict):
    """Two-step sign-in is on already."""

    code = "second_factor_on"
    sentence = "Two-step sign-in is on already. Turn it off first to set it up again."


class SecondFactorOff(Conflict):
    """Two-step sign-in is off, or its setup was not started."""

    code = "second_factor_off"
    sentence = "Two-step sign-in isn't on."
