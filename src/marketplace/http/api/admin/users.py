"""Account endpoints for staff."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, patch, post
from litestar.params import FromPath

from marketplace.core.domain.pages import Page
from marketplace.core.domain.users import (
    validate_rights,
)
from marketplace.core.errors import EmailTaken, NotFound, NotSuperuser, UsernameTaken
from marketplace.core.errors.admin import AccountInactive, HasSessions, LastSuperuser, Oneself
from marketplace.core.services.admin.messages import MessageAdminService
from marketplace.core.services.admin.users import UserAdminService
from marketplace.http.api.admin.audit import AuditEntryOut
from marketplace.http.api.admin.sold_slots import BookedSlotOut, booked_slot_out
from marketplace.http.api.admin.user_structs import (
    AccountDetailsOut,
    AccountOut,
    DeactivationIn,
    DeactivationOut,
    LoginOut,
    ReasonIn,
    RightsIn,
    RoleIn,
    UserChangeIn,
    _deactivation,
    account_of,
)
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, Proof, opt, principal_of, require_recent_proof
from marketplace.http.validation.parsing import read_body, read_query


class UserAdminController(Controller):
    """Accounts."""

    path = "/api/admin/users/{user_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="admin_get_user", summary="Get an account", opt=opt(Access.STAFF, errors=(NotFound,)))
    async def retrieve(
        self,
        user_id: FromPath[UUID],
        users: FromDishka[UserAdminService],
        messages: FromDishka[MessageAdminService],
    ) -> AccountDetailsOut:
        """With its active logins and latest audit log entries."""
        found, log = await users.get(user_id), await users.log(user_id)
        shown = msgspec.convert(found, AccountOut, from_attributes=True)
        return AccountDetailsOut(
            **msgspec.structs.asdict(shown),
            sessions=found.sessions,
            bookings=found.bookings,
            email_verified_at=found.email_verified_at,
            email_refused_at=await messages.refused_at(user_id),
            second_factor_since=found.second_factor_since,
            locale=found.locale,
            deleted_at=found.deleted_at,
            logins=msgspec.convert(found.logins, list[LoginOut], from_attributes=True),
            log=msgspec.convert(log, list[AuditEntryOut], from_attributes=True),
        )

    @patch(
        "/",
        operation_id="admin_change_user",
        summary="Update an account",
        opt=opt(
            Access.STAFF,
            body=UserChangeIn,
            is_partial=True,
            proof=Proof.BY_FIELD,
            errors=(NotFound, NotSuperuser, EmailTaken, UsernameTaken, AccountInactive),
        ),
    )
    async def change(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], users: FromDishka[UserAdminService]
    ) -> AccountOut:
        """Names, bio, languages, email address and username. Only superusers can change other staff accounts.

        To change the email address, your login must have been proved within the last minutes.
        """
        changes = (await read_body(request, UserChangeIn, partial=True)).changes()
        if "email" in changes:
            await require_recent_proof(request)
        reason = changes.pop("reason", "")
        return account_of(await users.change(principal_of(request), user_id, changes, reason))

    @get(
        "/sold-slots",
        operation_id="admin_list_sold_slots",
        summary="List a creator's upcoming booked starts",
        opt=opt(Access.STAFF, query=PageQuery, errors=(NotFound,), headers=LINK),
    )
    async def sold_slots(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        users: FromDishka[UserAdminService],
        cursors: FromDishka[Cursors],
    ) -> Response[list[BookedSlotOut]]:
        """By time, to decide what happens to them before deactivating the account."""
        parsed = read_query(request, PageQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        page = await users.sold_slots(user_id, query.limit, cursors.open(request, query.cursor))
        return cursors.answer(request, Page(tuple(map(booked_slot_out, page.items)), page.next)).response()

    @post(
        "/deactivate",
        status_code=200,
        operation_id="admin_deactivate_user",
        summary="Deactivate an account",
        opt=opt(
            Access.STAFF,
            body=DeactivationIn,
            errors=(NotFound, NotSuperuser, Oneself, LastSuperuser, AccountInactive),
        ),
    )
    async def deactivate(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], users: FromDishka[UserAdminService]
    ) -> DeactivationOut:
        """Its logins end within a second and its sessions leave the catalog.

        Returns the upcoming booked starts. With `cancel_sold_seats`, also cancels their bookings, all or none. This
        works for accounts that are already deactivated, too.
        """
        data = (await read_body(request, DeactivationIn)).checked()
        done = await users.deactivate(
            principal_of(request), user_id, data.reason, cancel_sold_seats=data.cancel_sold_seats
        )
        return _deactivation(done)

    @post(
        "/activate",
        status_code=200,
        operation_id="admin_activate_user",
        summary="Activate an account",
        opt=opt(Access.STAFF, body=ReasonIn, errors=(NotFound, NotSuperuser, Oneself, AccountInactive)),
    )
    async def activate(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], users: FromDishka[UserAdminService]
    ) -> AccountOut:
        """Its sessions return to the catalog. Ended logins stay ended."""
        data = (await read_body(request, ReasonIn)).checked()
        return account_of(await users.activate(principal_of(request), user_id, data.reason))

    @post(
        "/role",
        status_code=200,
        operation_id="admin_change_role",
        summary="Change a user's role",
        opt=opt(Access.STAFF, body=RoleIn, errors=(NotFound, NotSuperuser, Oneself, HasSessions, AccountInactive)),
    )
    async def change_role(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], users: FromDishka[UserAdminService]
    ) -> AccountOut:
        """A creator with unarchived sessions can't be made a learner."""
        data = (await read_body(request, RoleIn)).checked()
        return account_of(await users.change_role(principal_of(request), user_id, data.role, data.reason))

    @post(
        "/rights",
        status_code=200,
        operation_id="admin_change_rights",
        summary="Change permissions",
        opt=opt(
            Access.SUPERUSER,
            body=RightsIn,
            proof=Proof.ALWAYS,
            errors=(NotFound, Oneself, LastSuperuser, AccountInactive),
        ),
    )
    async def change_rights(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], users: FromDishka[UserAdminService]
    ) -> AccountOut:
        """For superusers. They can't change their own permissions or those of the last superuser."""
        parsed = await read_body(request, RightsIn)
        provided = {"is_staff": True, "is_superuser": False} | parsed.values
        errors = validate_rights(is_staff=provided["is_staff"], is_superuser=provided["is_superuser"])
        data = parsed.checked(errors)
        return account_of(
            await users.change_rights(
                principal_of(request),
                user_id,
                is_staff=data.is_staff,
                is_superuser=data.is_superuser,
                reason=data.reason,
            )
        )
