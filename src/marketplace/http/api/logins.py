"""Endpoints for one's own logins."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete, get
from litestar.params import FromPath

from marketplace.core.domain.principals import Login
from marketplace.core.domain.user_agents import browser_of, system_of
from marketplace.core.errors import NotFound
from marketplace.core.services.logins import LoginService
from marketplace.http.security.authorization import Access, opt, principal_of


class OwnLoginOut(msgspec.Struct):
    """A login: when and from where it was created, and when it expires unless used."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    browser: Annotated[str | None, msgspec.Meta(description="From the user agent; `null` if unknown.")]
    system: Annotated[str | None, msgspec.Meta(description="The operating system, likewise.")]
    is_current: Annotated[bool, msgspec.Meta(description="Whether this request was sent with it.")]


class LoginController(Controller):
    """The devices on which one is signed in."""

    path = "/api/auth/logins"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_logins", summary="List your logins", opt=opt(Access.SIGNED_IN))
    async def list_own(self, request: Request[Any, Any, Any], logins: FromDishka[LoginService]) -> list[OwnLoginOut]:
        """The active ones, newest first, at most 20."""
        principal = principal_of(request)
        return [login_out(login, principal.family_id) for login in await logins.list(principal)]

    @delete(
        "/{login_id:uuid}",
        operation_id="end_login",
        summary="Sign out on another device",
        opt=opt(Access.SIGNED_IN, errors=(NotFound,)),
    )
    async def end(
        self, request: Request[Any, Any, Any], login_id: FromPath[UUID], logins: FromDishka[LoginService]
    ) -> None:
        """Ends a login of yours, including its access tokens, everywhere within a second."""
        await logins.end(principal_of(request), login_id)


def login_out(login: Login, current_id: UUID) -> OwnLoginOut:
    return OwnLoginOut(
        id=login.id,
        created_at=login.created_at,
        expires_at=login.expires_at,
        address=login.address,
        agent=login.agent,
        browser=browser_of(login.agent),
        system=system_of(login.agent),
        is_current=login.id == current_id,
    )
