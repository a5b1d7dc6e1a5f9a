"""Limits of sign-ins and of guesses at accounts, whichever door they come by.

A device that has signed in to an account before is counted on its own, and no limit of its network or of the account
holds for it: strangers can lock no one out there. All others are counted by network, and wait for each other's guesses.
"""

from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Request, Response

from marketplace.core.domain.known_devices import KnownDevice
from marketplace.core.domain.rate_limits import (
    DEVICE_ATTEMPTS,
    GUESSES_PER_DAY,
    PASSKEY_CHALLENGES,
    PASSWORD_CHANGE,
    PROVIDER_SIGN_IN,
    SIGN_IN,
    SIGN_IN_TO_ACCOUNT,
    SIGN_INS,
    SIGN_INS_TO_ACCOUNT,
    Attempt,
)
from marketplace.core.domain.users import User, fold
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.http.security.device_cookie import DeviceCookie
from marketplace.http.security.rate_limits import client_network, per_network

Guess = AbstractAsyncContextManager[None]
"""A block that a guess could pass, see `RateLimitService.guessing`. Entering it raises `RateLimited`."""
AnyRequest = Request[Any, Any, Any]


class SignInLimits:
    """Counts sign-ins and guesses, and remembers devices."""

    def __init__(self, limits: RateLimitService, devices: DeviceCookie) -> None:
        self._limits = limits
        self._devices = devices

    def password(self, request: AnyRequest, email: str) -> Guess:
        """Guard a sign-in by password."""
        device = self._devices.known_for(request, email)
        by = _by(request, device, email)
        guess, any_outcome = Attempt(SIGN_IN_TO_ACCOUNT, by), Attempt(SIGN_INS_TO_ACCOUNT, by)
        if device is not None:
            return self._limits.guessing(guess, always=[any_outcome])
        return self._limits.guessing(
            guess,
            *per_network(SIGN_IN, request),
            always=[any_outcome, *per_network(SIGN_INS, request)],
            account=fold(email),
        )

    def account(self, request: AnyRequest, user: User) -> Guess:
        """Guard a guess at the password or a code of an account, by people who know the password or are signed in."""
        device = self._devices.known_for(request, user.email)
        by, subject = _by(request, device, user.email), str(user.id) if device is None else f"{user.id} {device.id}"
        return self._limits.guessing(
            Attempt(SIGN_IN_TO_ACCOUNT, by),
            *(per_network(SIGN_IN, request) if device is None else ()),
            Attempt(PASSWORD_CHANGE, subject),
            Attempt(GUESSES_PER_DAY, subject),
            always=[Attempt(SIGN_INS_TO_ACCOUNT, by)],
        )

    def passkey(self, request: AnyRequest) -> Guess:
        """Guard a sign-in with a passkey, counted together with those by password."""
        by_device = self._by_device(request)
        if by_device:
            return self._limits.guessing(*by_device)
        return self._limits.guessing(*per_network(SIGN_IN, request), always=per_network(SIGN_INS, request))

    async def passkey_challenge(self, request: AnyRequest) -> None:
        """Count a challenge. Raises `RateLimited`."""
        await self._limits.check(*(self._by_device(request) or per_network(PASSKEY_CHALLENGES, request)))

    async def provider(self, request: AnyRequest) -> None:
        """Count a way to an identity provider. Raises `RateLimited`."""
        await self._limits.check(*(self._by_device(request) or per_network(PROVIDER_SIGN_IN, request)))

    def remember(self, request: AnyRequest, response: Response[Any], email: str) -> None:
        """Make the browser of a sign-in known for the account, or of a new password that a mailed link has set."""
        self._devices.keep(request, response, email)

    def _by_device(self, request: AnyRequest) -> tuple[Attempt, ...]:
        """Return an attempt of a device that is known for any account: which one it will be is not known yet."""
        device = self._devices.known_for_any(request)
        return () if device is None else (Attempt(DEVICE_ATTEMPTS, device.account),)


def _by(request: AnyRequest, device: KnownDevice | None, email: str) -> str:
    return f"{client_network(request) if device is None else f'device {device.id}'} {fold(email)}"
