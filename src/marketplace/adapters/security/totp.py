"""One-time passwords of authenticator apps."""

from datetime import datetime
from io import BytesIO

import pyotp
import segno
from pyotp.utils import strings_equal

from marketplace.core.domain.second_factors import DRIFT, STEP

SECONDS = int(STEP.total_seconds())


class PyotpTotp:
    """`Totp` by pyotp: SHA-1, 6 digits and 30 seconds, which every app knows. `issuer` is shown in the app."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        codes, current = pyotp.TOTP(secret, interval=SECONDS), int(now.timestamp()) // SECONDS
        # every step is compared, so that the time says nothing of the secret
        steps = range(current - DRIFT, current + DRIFT + 1)
        matching = [step for step in steps if strings_equal(codes.generate_otp(step), code)]
        return max(matching, default=None)

    def address(self, secret: str, account: str) -> str:
        return pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=account, issuer_name=self._issuer)

    def picture(self, address: str) -> str:
        written = BytesIO()
        segno.make_qr(address).save(written, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
        return written.getvalue().decode()
