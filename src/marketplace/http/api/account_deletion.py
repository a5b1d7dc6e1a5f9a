"""The endpoint that deletes one's own account."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete

from marketplace.core.errors import HasUpcomingBookings, RateLimited
from marketplace.core.errors.admin import LastSuperuser
from marketplace.core.services.account_deletion import AccountDeletionService
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.users import UserService
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import SubmittedPassword
from marketplace.http.validation.parsing import read_body


class DeletionIn(msgspec.Struct, kw_only=True):
    """The current password."""

    password: SubmittedPassword


class AccountDeletionController(Controller):
    """Deleting one's own account."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @delete(
        "/profile",
        operation_id="delete_account",
        summary="Delete your account",
        opt=opt(
            Access.SIGNED_IN,
            body=DeletionIn,
            proof=Proof.WITH_SECOND_FACTOR,
            errors=(HasUpcomingBookings, LastSuperuser, RateLimited),
        ),
    )
    async def delete(
        self,
        request: Request[Any, Any, Any],
        deletion: FromDishka[AccountDeletionService],
        users: FromDishka[UserService],
        limits: FromDishka[SignInLimits],
        refusals: FromDishka[RefusalService],
    ) -> None:
        """Final. Ends every login, archives your sessions, and erases your details and what you wrote.

        Bookings and their amounts stay, with a "Deleted user" as party. Cancel upcoming bookings first: your own, and
        those of your sessions.
        """
        principal = principal_of(request)
        parsed = await read_body(request, DeletionIn)
        guess = limits.account(request, await users.profile(principal))
        async with refusals.of_password_changes(principal), guess:
            if not parsed.is_valid:
                parsed.checked(await deletion.validate(principal, parsed.values))
            await deletion.delete(principal, parsed.checked().password)
