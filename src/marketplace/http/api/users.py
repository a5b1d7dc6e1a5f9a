"""Accounts over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get, patch, post, put

from marketplace.core.domain.fields import WebAddress
from marketplace.core.domain.rate_limits import PASSWORD_CHANGE, Attempt
from marketplace.core.domain.users import Email, FirstName, LastName, NewPassword, Role, TimeZone, Username
from marketplace.core.errors import AlreadyACreator, EmailTaken, RateLimited, UsernameTaken
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.users import UserService
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.security.origin import origin_of
from marketplace.http.security.rate_limits import registration
from marketplace.http.validation.fields import GivenPassword
from marketplace.http.validation.parsing import read_body, read_nothing


class RegistrationIn(msgspec.Struct, kw_only=True):
    """A new account."""

    email: Email
    username: Username
    password: NewPassword
    role: Role = "user"
    first_name: FirstName = ""
    last_name: LastName = ""


class ProfileIn(msgspec.Struct, kw_only=True):
    """What a person may change of their account. What is not sent stays as it is."""

    username: Username
    avatar: WebAddress = None
    first_name: FirstName = ""
    last_name: LastName = ""
    time_zone: TimeZone = "UTC"


class PasswordChangeIn(msgspec.Struct, kw_only=True):
    """The password as it is and as it shall be."""

    current_password: GivenPassword
    new_password: NewPassword


class RegisteredOut(msgspec.Struct):
    """An account that was just made."""

    id: UUID
    email: Email
    username: Username
    role: Role
    first_name: FirstName
    last_name: LastName


class PublicUserOut(msgspec.Struct):
    """What anyone may see of a person."""

    id: UUID
    username: Username
    role: Role
    avatar: WebAddress
    first_name: FirstName
    last_name: LastName


class ProfileOut(msgspec.Struct):
    """A person's own account. `impersonated_by` is who of the staff sees the site as this person by this login."""

    id: UUID
    email: Email
    username: Username
    role: Role
    avatar: WebAddress
    first_name: FirstName
    last_name: LastName
    time_zone: TimeZone
    is_staff: bool
    is_superuser: bool
    date_joined: datetime
    impersonated_by: PublicUserOut | None = None


class ContactOut(PublicUserOut):
    """What the other party of a booking sees of a person."""

    email: Email


class UserController(Controller):
    """One's own account."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/register",
        operation_id="register",
        summary="Make an account",
        opt=opt(Access.PUBLIC, body=RegistrationIn, errors=(EmailTaken, UsernameTaken, RateLimited)),
    )
    async def register(
        self, request: Request[Any, Any, Any], users: FromDishka[UserService], limits: FromDishka[RateLimitService]
    ) -> RegisteredOut:
        """Anyone may. E-mail address and username are unique whatever their case."""
        parsed = await read_body(request, RegistrationIn)
        data = parsed.checked(users.validate_registration(parsed.values))
        await limits.check(registration(request))
        user = await users.register(**msgspec.structs.asdict(data), origin=origin_of(request))
        return msgspec.convert(user, RegisteredOut, from_attributes=True)

    @get("/profile", operation_id="get_profile", summary="Read one's own account", opt=opt(Access.SIGNED_IN))
    async def profile(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """The caller's account."""
        principal = principal_of(request)
        profile = msgspec.convert(await users.profile(principal), ProfileOut, from_attributes=True)
        profile.impersonated_by = msgspec.convert(
            await users.impersonator(principal), PublicUserOut | None, from_attributes=True
        )
        return profile

    @put(
        "/profile",
        operation_id="replace_profile",
        summary="Change one's own account",
        opt=opt(Access.SIGNED_IN, body=ProfileIn, errors=(UsernameTaken,)),
    )
    async def replace_profile(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """`username` is required; other fields that are not sent stay as they are."""
        parsed = await read_body(request, ProfileIn)
        return await self._change(request, users, parsed.changes())

    @patch(
        "/profile",
        operation_id="change_profile",
        summary="Change parts of one's own account",
        opt=opt(Access.SIGNED_IN, body=ProfileIn, is_partial=True, errors=(UsernameTaken,)),
    )
    async def change_profile(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """Fields that are not sent stay as they are."""
        parsed = await read_body(request, ProfileIn, partial=True)
        return await self._change(request, users, parsed.changes())

    @post(
        "/password",
        status_code=204,
        operation_id="change_password",
        summary="Change one's password",
        opt=opt(Access.SIGNED_IN, body=PasswordChangeIn, errors=(RateLimited,)),
    )
    async def password(
        self,
        request: Request[Any, Any, Any],
        users: FromDishka[UserService],
        limits: FromDishka[RateLimitService],
        refusals: FromDishka[RefusalService],
    ) -> None:
        """Ends every other login of the caller; this one goes on."""
        principal = principal_of(request)
        parsed = await read_body(request, PasswordChangeIn)
        guess = Attempt(PASSWORD_CHANGE, str(principal.user_id))
        async with refusals.of_password_changes(principal), limits.guessing(guess):
            if not parsed.is_good:
                parsed.checked(await users.validate_password_change(principal, parsed.values))
            data = parsed.checked()
            await users.change_password(
                principal, current_password=data.current_password, new_password=data.new_password
            )

    @post(
        "/become-creator",
        status_code=200,
        operation_id="become_creator",
        summary="Turn one's account into a creator's",
        opt=opt(Access.SIGNED_IN, errors=(AlreadyACreator,)),
    )
    async def become_creator(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """Bookings and logins stay as they are."""
        await read_nothing(request)
        return msgspec.convert(await users.become_creator(principal_of(request)), ProfileOut, from_attributes=True)

    async def _change(self, request: Request[Any, Any, Any], users: UserService, changes: dict[str, Any]) -> ProfileOut:
        user = await users.change_profile(principal_of(request), changes)
        return msgspec.convert(user, ProfileOut, from_attributes=True)
