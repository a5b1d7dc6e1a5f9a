"""The cookie by which a device that has signed in before is known."""

from secrets import token_urlsafe
from typing import Any

from litestar import Request, Response

from marketplace.core.domain.known_devices import KNOWN_FOR, KnownDevice, with_sign_in
from marketplace.core.ports.security import DeviceSeals
from marketplace.core.ports.system import Clock
from marketplace.http.security.cookie_names import PREFIX, CookieNames
from marketplace.settings import Settings

NAME = "marketplace_device"
PATH = "/api/auth/"
LAX: Any = "Lax"
"""Sent with the navigation that comes back from an identity provider, which adds to it. `Any`: as in `flow_cookie`."""
DEVICE_HEADER = (
    f"The cookie `{PREFIX}{NAME}` makes the browser known, so that guesses of others do not slow its sign-ins."
    " Over plain http its name has no prefix."
)


class DeviceCookie:
    """Reads and writes the cookie. It is `Secure` except over plain HTTP in development."""

    def __init__(self, settings: Settings, seals: DeviceSeals, clock: Clock) -> None:
        self._names = CookieNames(settings)
        self._seals = seals
        self._clock = clock

    def known_for(self, request: Request[Any, Any, Any], email: str) -> KnownDevice | None:
        """Return what makes the device known for an account, or `None` if it is not."""
        now = self._clock.now()
        return next((each for each in self._read(request) if each.is_for(email, now)), None)

    def known_for_any(self, request: Request[Any, Any, Any]) -> KnownDevice | None:
        """Return what makes the device known for the account that signed in last, or `None`."""
        now = self._clock.now()
        return next((each for each in self._read(request) if now < each.until), None)

    def keep(self, request: Request[Any, Any, Any], response: Response[Any], email: str) -> None:
        """Remember a sign-in."""
        known = with_sign_in(self._read(request), email, token_urlsafe(12), self._clock.now())
        response.set_cookie(
            self._names.name_for(request, NAME),
            self._seals.seal(known),
            path=PATH,
            max_age=int(KNOWN_FOR.total_seconds()),
            httponly=True,
            samesite=LAX,
            secure=self._names.is_secure(request),
        )

    def _read(self, request: Request[Any, Any, Any]) -> tuple[KnownDevice, ...]:
        return self._seals.open(request.cookies.get(self._names.name_for(request, NAME), ""))
