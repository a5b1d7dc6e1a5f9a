"""The endpoint for a copy of one's data."""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get
from litestar.response import Stream

from marketplace.core.domain.identities import IdentityProvider
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.rate_limits import DATA_EXPORT, Attempt
from marketplace.core.errors import ImpersonatedReadOnly, Overloaded, RateLimited
from marketplace.core.ports.system import Clock
from marketplace.core.services.personal_data import Part, PersonalDataService
from marketplace.core.services.provider_sign_ins import ProviderSignIns
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.http.api.api_keys import api_key_out
from marketplace.http.api.booking_views import BookingHistoryOut, BookingViews
from marketplace.http.api.identities import identity_out
from marketplace.http.api.logins import login_out
from marketplace.http.api.passkey_structs import PasskeyOut
from marketplace.http.api.payments import own_payment_out
from marketplace.http.api.reports import ReportOut
from marketplace.http.api.reviews import OwnReviewOut, ReviewReportOut
from marketplace.http.api.sessions import session_out
from marketplace.http.api.users import ProfileOut
from marketplace.http.conversions import converted
from marketplace.http.heavy_work import with_turn_of_export
from marketplace.http.problems import SAFE_HEADERS
from marketplace.http.security.authorization import Access, opt, principal_of

JSON = "application/json"
PARTS: tuple[Part, ...] = get_args(Part)


class WrittenMessageOut(msgspec.Struct, rename={"booking_id": "booking"}):
    """A message that the person wrote about a booking."""

    booking_id: UUID
    text: str
    created_at: datetime
    to_everyone: bool


class WrittenAnswerOut(msgspec.Struct, rename={"id": "review", "session_id": "session"}):
    """What the person answered to a review of one of their sessions."""

    id: UUID
    session_id: UUID
    answer: str
    answered_at: datetime


class MailOut(msgspec.Struct, rename={"booking_id": "booking", "session_id": "session"}):
    """A mail to the person: what it was about, not its text, which isn't stored."""

    kind: MessageKind
    booking_id: UUID | None
    session_id: UUID | None
    created_at: datetime
    sent_at: datetime | None


class WaitedForOut(msgspec.Struct, rename={"session_id": "session"}):
    """Seats of a start that the person waited for, of the last months, and what came of it."""

    session_id: UUID
    starts_at: datetime
    seats: int
    status: str
    created_at: datetime
    offered_at: datetime | None
    ended_at: datetime | None


class KeptSecondFactorOut(msgspec.Struct):
    """Two-step sign-in that is on, without its secret."""

    since: datetime
    recovery_codes_left: int


class PersonalDataController(Controller):
    """A copy of one's data."""

    path = "/api/auth/export"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="export_own_data",
        summary="Download your data",
        opt=opt(
            Access.SIGNED_IN,
            errors=(ImpersonatedReadOnly, Overloaded, RateLimited),
            headers={"Content-Disposition": "`attachment`, with a file name."},
            files=(JSON,),
        ),
        middleware=[with_turn_of_export],
    )
    async def export(
        self,
        request: Request[Any, Any, Any],
        data: FromDishka[PersonalDataService],
        limits: FromDishka[RateLimitService],
        clock: FromDishka[Clock],
        views: FromDishka[BookingViews],
        sign_ins: FromDishka[ProviderSignIns],
    ) -> Stream:
        """Five times an hour.

        Your account as `profile`, and lists of your `sessions`, `bookings` with their history, `payments` with their
        receipt numbers and refunds, the `messages` you wrote about bookings, the `mails` to you of the last months,
        `favourites` (IDs of sessions), what you waited for (`waitlist`), `reports`, your `reviews` and `answers` to
        reviews, `review_reports`, active `logins`, `identities` (services to sign in with), and `api_keys`, `passkeys`
        and `second_factors` (two-step sign-in, if it is on) without their secrets.
        """
        principal = principal_of(request)
        if principal.impersonator_id is not None:  # before it counts as one of the person's
            raise ImpersonatedReadOnly
        await limits.check(Attempt(DATA_EXPORT, str(principal.user_id)))
        parts = await data.export(principal)
        name = f"marketplace-data-{clock.now():%Y-%m-%d}.json"
        return Stream(
            _document(parts, _converters(principal, views, sign_ins.configured)),
            media_type=JSON,
            headers={
                **SAFE_HEADERS,
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Accel-Buffering": "no",
            },
        )


def _converters(
    principal: Principal, views: BookingViews, providers: tuple[IdentityProvider, ...]
) -> dict[Part, Callable[[Any], object]]:
    zone = principal.time_zone
    return {
        "profile": lambda user: converted(user, ProfileOut, {"impersonated_by": None}),
        "sessions": lambda session: session_out(session, zone),
        "bookings": lambda booking: views.shown(principal, zone, booking, BookingHistoryOut),
        "payments": own_payment_out,
        "messages": lambda message: converted(message, WrittenMessageOut),
        "mails": lambda mail: converted(mail, MailOut),
        "favourites": str,
        "waitlist": lambda entry: converted(entry, WaitedForOut),
        "reports": lambda report: msgspec.convert(report, ReportOut, from_attributes=True),
        "reviews": lambda review: converted(review, OwnReviewOut),
        "answers": lambda review: converted(review, WrittenAnswerOut),
        "review_reports": lambda report: converted(report, ReviewReportOut),
        "logins": lambda login: login_out(login, principal.family_id),
        "api_keys": api_key_out,
        "identities": lambda identity: identity_out(identity, providers),
        "passkeys": lambda passkey: converted(passkey, PasskeyOut),
        "second_factors": lambda factor: converted(factor, KeptSecondFactorOut),
    }


async def _document(
    parts: AsyncGenerator[tuple[Part, object], None], converters: dict[Part, Callable[[Any], object]]
) -> AsyncGenerator[bytes, None]:
    """Encode the parts as one JSON object, with every list of it even if it is empty."""
    waiting, separator = [*PARTS[1:]], b""
    try:
        async for part, item in parts:
            if part == PARTS[0]:
                yield b'{"profile": ' + msgspec.json.encode(converters[part](item))
                continue
            while part in waiting:
                yield _next_list(waiting)
                separator = b"\n"
            yield separator + msgspec.json.encode(converters[part](item))
            separator = b",\n"
        while waiting:
            yield _next_list(waiting)
        yield b"]}\n"
    finally:
        # a client that disconnects cancels this, and with it the reading
        await parts.aclose()


def _next_list(waiting: list[Part]) -> bytes:
    end = b"" if len(waiting) == len(PARTS) - 1 else b"]"
    return end + b',\n"' + waiting.pop(0).encode() + b'": ['
