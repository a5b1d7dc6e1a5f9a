"""Endpoints for e-mail addresses and forgotten passwords."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get, post

from marketplace.core.domain.users import Email
from marketplace.core.errors import BadEmailToken, EmailTaken, RateLimited
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.email_addresses import EmailAddressService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.users import UserService
from marketplace.http.security import rate_limits
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.security.origin import origin_of
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import EmailTokenField, SubmittedPassword
from marketplace.http.validation.parsing import read_body, read_nothing


class ForgottenPasswordIn(msgspec.Struct, kw_only=True):
    """The email address of an account."""

    email: Email


class EmailTokenIn(msgspec.Struct, kw_only=True):
    """The token of a mailed link."""

    token: EmailTokenField


class EmailChangeIn(msgspec.Struct, kw_only=True):
    """A new email address, and the current password."""

    email: Email
    current_password: SubmittedPassword


class VerifiedEmailOut(msgspec.Struct):
    """The address that is verified now."""

    email: Email
    is_changed: Annotated[bool, msgspec.Meta(description="Whether the account had another address before.")]


class MailStateOut(msgspec.Struct):
    """What is known about mail to your address."""

    refused_at: Annotated[
        datetime | None,
        msgspec.Meta(description="When a mail server refused your address, within 30 days; otherwise `null`."),
    ]


class EmailAddressController(Controller):
    """Verifying and changing one's email address, and forgotten passwords."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/forgot-password",
        status_code=204,
        operation_id="forgot_password",
        summary="Send a link that sets a new password",
        opt=opt(Access.PUBLIC, body=ForgottenPasswordIn, errors=(RateLimited,)),
    )
    async def forgot_password(
        self,
        request: Request[Any, Any, Any],
        addresses: FromDishka[EmailAddressService],
        limits: FromDishka[RateLimitService],
    ) -> None:
        """The response is the same, in the same time, whether or not an account has this address.

        The link works once, for an hour, and until the password changes. It also verifies the address.
        """
        data = (await read_body(request, ForgottenPasswordIn)).checked()
        await limits.check(*rate_limits.forgotten_password(request, data.email))
        await addresses.request_reset(data.email)

    @post(
        "/verify-email",
        status_code=200,
        operation_id="verify_email",
        summary="Verify an email address",
        opt=opt(Access.PUBLIC, body=EmailTokenIn, errors=(BadEmailToken, EmailTaken)),
    )
    async def verify(
        self, request: Request[Any, Any, Any], addresses: FromDishka[EmailAddressService]
    ) -> VerifiedEmailOut:
        """With the token of a mailed link, which works once. A change of address takes effect here.

        Every invalid link gets the same response.
        """
        data = (await read_body(request, EmailTokenIn)).checked()
        verified = await addresses.verify(data.token, origin_of(request))
        return VerifiedEmailOut(email=verified.email, is_changed=verified.is_changed)

    @post(
        "/verify-email/send",
        status_code=204,
        operation_id="send_verification",
        summary="Send a link that verifies your email address",
        opt=opt(Access.SIGNED_IN, errors=(RateLimited,)),
    )
    async def send_verification(
        self,
        request: Request[Any, Any, Any],
        addresses: FromDishka[EmailAddressService],
        limits: FromDishka[RateLimitService],
    ) -> None:
        """At most 3 a day. Does nothing if the address is verified."""
        await read_nothing(request)
        principal = principal_of(request)
        await limits.check(*rate_limits.verification(request, principal))
        await addresses.request_verification(principal)

    @get(
        "/email",
        operation_id="get_mail_state",
        summary="Get what is known about your address",
        opt=opt(Access.SIGNED_IN),
    )
    async def retrieve(
        self, request: Request[Any, Any, Any], addresses: FromDishka[EmailAddressService]
    ) -> MailStateOut:
        """While your address counts as refused, only links to verify it or to set a new password go there."""
        return MailStateOut(refused_at=await addresses.refused_at(principal_of(request)))

    @post(
        "/email",
        status_code=204,
        operation_id="change_email",
        summary="Change your email address",
        opt=opt(
            Access.SIGNED_IN,
            body=EmailChangeIn,
            proof=Proof.WITH_SECOND_FACTOR,
            errors=(EmailTaken, RateLimited),
        ),
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        addresses: FromDishka[EmailAddressService],
        users: FromDishka[UserService],
        guesses: FromDishka[SignInLimits],
        limits: FromDishka[RateLimitService],
        refusals: FromDishka[RefusalService],
    ) -> None:
        """Sends a link to the new address. It becomes yours once you verify it; only the newest link works."""
        principal = principal_of(request)
        parsed = await read_body(request, EmailChangeIn)
        guess = guesses.account(request, await users.profile(principal))
        async with refusals.of_password_changes(principal), guess:
            if not parsed.is_valid:
                parsed.checked(await addresses.validate_change(principal, parsed.values))
            data = parsed.checked()
            send = await addresses.prepare_change(principal, email=data.email, current_password=data.current_password)
        await limits.check(*rate_limits.email_change(request, principal, data.email))
        await send()
