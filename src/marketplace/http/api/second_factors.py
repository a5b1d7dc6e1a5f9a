"""Endpoints for one's own second factor."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete, get, post

from marketplace.core.domain.second_factors import LOW_RECOVERY_CODES
from marketplace.core.errors.second_factors import SecondFactorOff, SecondFactorOn
from marketplace.core.services.second_factors import SecondFactorService
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.fields import SubmittedCode
from marketplace.http.validation.parsing import read_body, read_nothing


class CodeIn(msgspec.Struct, kw_only=True):
    """A code of the authenticator app that is being set up."""

    code: SubmittedCode


class SecondFactorOut(msgspec.Struct):
    """Whether two-step sign-in is on."""

    is_on: bool
    since: Annotated[datetime | None, msgspec.Meta(description="When it was turned on; `null` while it is off.")]
    is_required: Annotated[bool, msgspec.Meta(description="Whether you have no staff rights without it.")]
    recovery_codes_left: int
    is_low: Annotated[bool, msgspec.Meta(description="Whether it's time for new recovery codes: few are left.")]


class SecondFactorSetupOut(msgspec.Struct):
    """What an authenticator app needs, shown once: the same secret in three forms."""

    secret: Annotated[str, msgspec.Meta(description="In base 32 (RFC 4648, 6), to type in.")]
    address: Annotated[str, msgspec.Meta(description="An `otpauth:` address.")]
    picture: Annotated[str, msgspec.Meta(description="The address as a QR code: an SVG document.")]


class RecoveryCodesOut(msgspec.Struct):
    """Recovery codes, shown once. Each works once, instead of a code of the app."""

    recovery_codes: list[str]


class SecondFactorController(Controller):
    """Two-step sign-in: after the password, a code of an authenticator app (TOTP, RFC 6238) is asked for."""

    path = "/api/auth/second-factor"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="get_second_factor", summary="Get your two-step sign-in", opt=opt(Access.SIGNED_IN))
    async def retrieve(
        self, request: Request[Any, Any, Any], factors: FromDishka[SecondFactorService]
    ) -> SecondFactorOut:
        """Whether it is on, and how many recovery codes are left."""
        principal = principal_of(request)
        state = await factors.state(principal)
        is_on, left = state.since is not None, state.recovery_codes_left
        return SecondFactorOut(
            is_on=is_on,
            since=state.since,
            is_required=factors.is_required(principal),
            recovery_codes_left=left,
            is_low=is_on and left <= LOW_RECOVERY_CODES,
        )

    @post(
        "/",
        operation_id="begin_second_factor",
        summary="Begin to set up two-step sign-in",
        opt=opt(Access.SIGNED_IN, proof=Proof.ALWAYS, errors=(SecondFactorOn,)),
    )
    async def begin(
        self, request: Request[Any, Any, Any], factors: FromDishka[SecondFactorService]
    ) -> SecondFactorSetupOut:
        """Makes a secret for an authenticator app, which counts once a code confirms it. Again makes another one."""
        await read_nothing(request)
        setup = await factors.begin(principal_of(request))
        return SecondFactorSetupOut(secret=setup.secret, address=setup.address, picture=setup.picture)

    @post(
        "/confirm",
        status_code=200,
        operation_id="confirm_second_factor",
        summary="Turn on two-step sign-in",
        opt=opt(Access.SIGNED_IN, body=CodeIn, proof=Proof.ALWAYS, errors=(SecondFactorOn, SecondFactorOff)),
    )
    async def confirm(
        self, request: Request[Any, Any, Any], factors: FromDishka[SecondFactorService]
    ) -> RecoveryCodesOut:
        """With a code of the app. Returns recovery codes, and ends all your other logins."""
        data = (await read_body(request, CodeIn)).checked()
        return RecoveryCodesOut(list(await factors.confirm(principal_of(request), data.code)))

    @post(
        "/recovery-codes",
        operation_id="renew_recovery_codes",
        summary="Make new recovery codes",
        opt=opt(Access.SIGNED_IN, proof=Proof.ALWAYS, errors=(SecondFactorOff,)),
    )
    async def renew_codes(
        self, request: Request[Any, Any, Any], factors: FromDishka[SecondFactorService]
    ) -> RecoveryCodesOut:
        """The earlier ones stop working."""
        await read_nothing(request)
        return RecoveryCodesOut(list(await factors.renew_recovery_codes(principal_of(request))))

    @delete(
        "/",
        operation_id="remove_second_factor",
        summary="Turn off two-step sign-in",
        opt=opt(Access.SIGNED_IN, proof=Proof.ALWAYS, errors=(SecondFactorOff,)),
    )
    async def disable(self, request: Request[Any, Any, Any], factors: FromDishka[SecondFactorService]) -> None:
        """The password alone is enough to sign in from then on. Deletes the recovery codes, too."""
        await factors.disable(principal_of(request))
