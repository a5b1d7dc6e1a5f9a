"""Account endpoints."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, patch, post, put

from marketplace.core.domain.language_tags import Languages, Locale
from marketplace.core.domain.passwords import NewPassword
from marketplace.core.domain.principals import Role
from marketplace.core.domain.rate_limits import REGISTRATION, UNPROVEN_MAILS
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.users import Avatar, Bio, Email, FirstName, LastName, NewUsername, Username
from marketplace.core.errors import AlreadyACreator, EmailTaken, RateLimited, UsernameTaken
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.users import UserService
from marketplace.http.answers import Answer, Ask, json_answer
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.security.origin import origin_of
from marketplace.http.security.rate_limits import per_network
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import SubmittedPassword
from marketplace.http.validation.parsing import read_body, read_nothing

EmailVerifiedAt = Annotated[
    datetime | None, msgspec.Meta(description="When the email address was verified; `null` if it isn't.")
]


class RegistrationIn(msgspec.Struct, kw_only=True):
    """A new account."""

    email: Email
    password: NewPassword
    username: NewUsername = ""
    role: Role = "user"
    first_name: FirstName = ""
    last_name: LastName = ""
    time_zone: TimeZone = "UTC"
    locale: Locale = None


class ProfileIn(msgspec.Struct, kw_only=True):
    """Changes to your account. Fields you don't send stay as they are."""

    username: Username
    avatar: Avatar = None
    first_name: FirstName = ""
    last_name: LastName = ""
    time_zone: TimeZone = "UTC"
    bio: Bio = ""
    languages: Languages = ()
    locale: Locale = None


class PasswordChangeIn(msgspec.Struct, kw_only=True):
    """The current and the new password."""

    current_password: SubmittedPassword
    new_password: NewPassword


class RegisteredOut(msgspec.Struct):
    """The created account."""

    id: UUID
    email: Email
    username: Username
    role: Role
    first_name: FirstName
    last_name: LastName


class PublicUserOut(msgspec.Struct):
    """A user's public details."""

    id: UUID
    username: Username
    role: Role
    avatar: Avatar
    first_name: FirstName
    last_name: LastName


class ProfileOut(msgspec.Struct):
    """Your account. `impersonated_by` is the staff member who views the site as you with this login."""

    id: UUID
    email: Email
    username: Username
    role: Role
    avatar: Avatar
    first_name: FirstName
    last_name: LastName
    time_zone: TimeZone
    bio: Bio
    languages: Languages
    is_staff: bool
    is_superuser: bool
    date_joined: datetime
    email_verified_at: EmailVerifiedAt
    locale: Locale
    has_password: Annotated[
        bool, msgspec.Meta(description="`false` if you sign in another way only; a link for a forgotten one sets one.")
    ]
    impersonated_by: PublicUserOut | None = None


class ContactOut(PublicUserOut):
    """A user's details, as the other party of a booking and staff see them.

    `email` is `null` for the parties, unless the marketplace shares addresses.
    """

    email: Email | None


async def get_profile(ask: Ask, users: UserService) -> Answer:
    """Answer with the caller's account."""
    principal = principal_of(ask)
    profile, impersonator = await users.profile(principal), await users.impersonator(principal)
    by = None if impersonator is None else converted(impersonator, PublicUserOut)
    return json_answer(converted(profile, ProfileOut, {"impersonated_by": by}))


class UserController(Controller):
    """One's own account."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/register",
        operation_id="register",
        summary="Create an account",
        opt=opt(Access.PUBLIC, body=RegistrationIn, errors=(EmailTaken, UsernameTaken, RateLimited)),
    )
    async def register(
        self, request: Request[Any, Any, Any], users: FromDishka[UserService], limits: FromDishka[RateLimitService]
    ) -> RegisteredOut:
        """Open to anyone. Email address and username are unique, ignoring case.

        A username must not look like another account's, or mix scripts such as Latin and Cyrillic. Without one, it is
        derived from the names, with a number if it is taken.
        """
        parsed = await read_body(request, RegistrationIn)
        data = parsed.checked(users.validate_registration(parsed.values))
        await limits.check(*per_network(REGISTRATION, request))
        is_mailed = await limits.allows(*per_network(UNPROVEN_MAILS, request))
        user = await users.register(**msgspec.structs.asdict(data), origin=origin_of(request), is_mailed=is_mailed)
        return msgspec.convert(user, RegisteredOut, from_attributes=True)

    @get("/profile", operation_id="get_profile", summary="Get your account", opt=opt(Access.SIGNED_IN, scope="read"))
    async def profile(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> Response[ProfileOut]:
        """The caller's account."""
        return (await get_profile(Ask(request.scope), users)).response()

    @put(
        "/profile",
        operation_id="replace_profile",
        summary="Update your account",
        opt=opt(Access.SIGNED_IN, scope="profile:write", body=ProfileIn, errors=(UsernameTaken,)),
    )
    async def replace_profile(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """`username` is required. Other fields you don't send stay as they are.

        An old username stays reserved for you for 90 days.
        """
        return await self._change(request, users)

    @patch(
        "/profile",
        operation_id="change_profile",
        summary="Update parts of your account",
        opt=opt(Access.SIGNED_IN, scope="profile:write", body=ProfileIn, is_partial=True, errors=(UsernameTaken,)),
    )
    async def change_profile(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """Fields you don't send stay as they are. An old username stays reserved for you for 90 days."""
        return await self._change(request, users, partial=True)

    @post(
        "/password",
        status_code=204,
        operation_id="change_password",
        summary="Change your password",
        opt=opt(Access.SIGNED_IN, body=PasswordChangeIn, proof=Proof.WITH_SECOND_FACTOR, errors=(RateLimited,)),
    )
    async def password(
        self,
        request: Request[Any, Any, Any],
        users: FromDishka[UserService],
        limits: FromDishka[SignInLimits],
        refusals: FromDishka[RefusalService],
    ) -> None:
        """Ends all other logins of the caller; this one stays active.

        With two-step sign-in on, this login must have been proved within the last minutes: see
        `/api/auth/reauthenticate/`.
        """
        principal = principal_of(request)
        parsed = await read_body(request, PasswordChangeIn)
        guess = limits.account(request, await users.profile(principal))
        async with refusals.of_password_changes(principal), guess:
            if not parsed.is_valid:
                parsed.checked(await users.validate_password_change(principal, parsed.values))
            data = parsed.checked()
            await users.change_password(
                principal, current_password=data.current_password, new_password=data.new_password
            )

    @post(
        "/become-creator",
        status_code=200,
        operation_id="become_creator",
        summary="Become a creator",
        opt=opt(Access.SIGNED_IN, errors=(AlreadyACreator,)),
    )
    async def become_creator(self, request: Request[Any, Any, Any], users: FromDishka[UserService]) -> ProfileOut:
        """Bookings and logins stay as they are."""
        await read_nothing(request)
        return msgspec.convert(await users.become_creator(principal_of(request)), ProfileOut, from_attributes=True)

    async def _change(
        self, request: Request[Any, Any, Any], users: UserService, *, partial: bool = False
    ) -> ProfileOut:
        principal = principal_of(request)
        parsed = await read_body(request, ProfileIn, partial=partial, stored=await users.profile(principal))
        changes = parsed.changes(users.validate_username(parsed.values))
        user = await users.change_profile(principal, changes)
        return msgspec.convert(user, ProfileOut, from_attributes=True)
