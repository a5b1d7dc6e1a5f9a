"""Endpoints for signing in at identity providers."""

from typing import Annotated, Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.language_tags import Locale
from marketplace.core.domain.rate_limits import REGISTRATION
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.tokens import SecondFactorDue
from marketplace.core.errors import Busy, ImpersonatedReadOnly, NotFound, RateLimited
from marketplace.core.errors.identities import ProviderUnavailable, SignInFailed
from marketplace.core.errors.second_factors import BadChallenge, ReauthenticationRequired
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.provider_sign_ins import ProviderSignIns
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.http.api.provider_trips import (
    FLOW_HEADER,
    ProviderTripOut,
    arrival,
    departure,
    redirect_uri,
    returned,
)
from marketplace.http.security import rate_limits
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.security.flow_cookie import FlowCookie
from marketplace.http.security.origin import origin_of
from marketplace.http.security.refresh_cookie import COOKIE_HEADER, RefreshCookie
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import NextPath
from marketplace.http.validation.parsing import read_nothing, read_optional_body


class ProviderOut(msgspec.Struct):
    """A service that people can sign in with."""

    name: str
    label: Annotated[str, msgspec.Meta(description="For a button: “Continue with …”.")]
    is_available: Annotated[bool, msgspec.Meta(description="Whether it answers.")]
    can_reauthenticate: Annotated[
        bool, msgspec.Meta(description="Whether it can ask you to sign in again, to confirm that it's you.")
    ]


class ProviderTripIn(msgspec.Struct, kw_only=True):
    """Where to go afterwards, and settings of an account that is created."""

    next: NextPath = None
    time_zone: TimeZone = "UTC"
    locale: Locale = None


class ProofTripIn(msgspec.Struct, kw_only=True):
    """Where to go afterwards."""

    next: NextPath = None


class ChallengeOut(msgspec.Struct):
    """What stands for the first factor, to send with a code of one of `methods`."""

    challenge: str
    methods: list[str]


class ProviderController(Controller):
    """Signing in at identity providers. Their answer comes to an address of this site, in the person's browser."""

    path = "/api/auth/oidc"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_providers", summary="List services to sign in with", opt=opt(Access.PUBLIC))
    async def list_all(self, sign_ins: FromDishka[ProviderSignIns]) -> list[ProviderOut]:
        """In the operator's order. Empty if people sign in here only."""
        available = await sign_ins.available()
        return [
            ProviderOut(
                name=each.name,
                label=each.label,
                is_available=each.name in available,
                can_reauthenticate=each.can_reauthenticate,
            )
            for each in sign_ins.configured
        ]

    @post(
        "/{provider:str}",
        status_code=200,
        operation_id="begin_provider_sign_in",
        summary="Sign in with a service",
        opt=opt(
            Access.PUBLIC,
            body=ProviderTripIn,
            is_body_optional=True,
            errors=(NotFound, ProviderUnavailable, RateLimited),
            headers=FLOW_HEADER,
        ),
    )
    async def begin(
        self,
        request: Request[Any, Any, Any],
        provider: FromPath[str],
        sign_ins: FromDishka[ProviderSignIns],
        limits: FromDishka[SignInLimits],
        cookie: FromDishka[FlowCookie],
        addresses: FromDishka[SiteAddresses],
    ) -> Response[ProviderTripOut]:
        """For browsers: open `url` in the same window. The person comes back signed in, by the refresh cookie.

        An account is found by the account at the service, or else by an email address that both have verified; without
        one, it is created. Staff connect a service first.
        """
        trip = (await read_optional_body(request, ProviderTripIn)).checked()
        await limits.provider(request)
        url, sealed = await sign_ins.begin(
            provider,
            redirect_uri=redirect_uri(request, addresses, provider),
            next_path=trip.next,
            time_zone=trip.time_zone,
            locale=trip.locale,
        )
        return departure(request, cookie, url, sealed)

    @post(
        "/{provider:str}/connect",
        status_code=200,
        operation_id="begin_provider_connection",
        summary="Connect a service to your account",
        opt=opt(
            Access.SIGNED_IN,
            proof=Proof.ALWAYS,
            errors=(NotFound, ProviderUnavailable, RateLimited, ImpersonatedReadOnly),
            headers=FLOW_HEADER,
        ),
    )
    async def connect(
        self,
        request: Request[Any, Any, Any],
        provider: FromPath[str],
        sign_ins: FromDishka[ProviderSignIns],
        limits: FromDishka[SignInLimits],
        cookie: FromDishka[FlowCookie],
        addresses: FromDishka[SiteAddresses],
    ) -> Response[ProviderTripOut]:
        """For browsers: open `url` in the same window. It is connected if this login is still active then."""
        await read_nothing(request)
        await limits.provider(request)
        url, sealed = await sign_ins.begin(
            provider, redirect_uri=redirect_uri(request, addresses, provider), principal=principal_of(request)
        )
        return departure(request, cookie, url, sealed)

    @post(
        "/{provider:str}/reauthenticate",
        status_code=200,
        operation_id="begin_provider_proof",
        summary="Prove at a service that it's you",
        opt=opt(
            Access.SIGNED_IN,
            body=ProofTripIn,
            is_body_optional=True,
            errors=(NotFound, ProviderUnavailable, RateLimited, ReauthenticationRequired),
            headers=FLOW_HEADER,
        ),
    )
    async def prove(
        self,
        request: Request[Any, Any, Any],
        provider: FromPath[str],
        sign_ins: FromDishka[ProviderSignIns],
        limits: FromDishka[SignInLimits],
        cookie: FromDishka[FlowCookie],
        addresses: FromDishka[SiteAddresses],
    ) -> Response[ProviderTripOut]:
        """For browsers, after 403 `reauthentication_required` with `provider` among its `methods`.

        Open `url` in the same window: the service asks the person to sign in there again. They come back
        to `next`, whose query then says what came of it: `proof` is `done`, or why not, and `provider` the service.
        """
        trip = (await read_optional_body(request, ProofTripIn)).checked()
        await limits.provider(request)
        url, sealed = await sign_ins.begin_proof(
            provider,
            principal_of(request),
            redirect_uri=redirect_uri(request, addresses, provider),
            next_path=trip.next,
        )
        return departure(request, cookie, url, sealed)

    @get(
        "/{provider:str}/callback",
        status_code=303,
        operation_id="finish_provider_sign_in",
        summary="Come back from a service",
        opt=opt(
            Access.PUBLIC,
            errors=(NotFound,),
            headers={"Location": "A page of this site, which says what came of it.", **COOKIE_HEADER},
        ),
    )
    async def come_back(  # noqa: PLR0913, PLR0917 - one argument per service
        self,
        request: Request[Any, Any, Any],
        provider: FromPath[str],
        sign_ins: FromDishka[ProviderSignIns],
        limits: FromDishka[RateLimitService],
        sign_in_limits: FromDishka[SignInLimits],
        refusals: FromDishka[RefusalService],
        flow_cookie: FromDishka[FlowCookie],
        refresh_cookie: FromDishka[RefreshCookie],
    ) -> Response[bytes]:
        """Where the service sends the browser, with `state` and `code` or `error`; no client calls it."""
        known = next((each for each in sign_ins.configured if each.name == provider), None)
        if known is None:
            raise NotFound
        kept = sign_ins.flow_of(provider, flow_cookie.sealed_of(request))
        flow = kept[0] if kept else None
        origin, network = origin_of(request), rate_limits.client_network(request)
        try:
            async with refusals.of_provider_sign_ins(known.issuer, origin, network):
                registration = rate_limits.per_network(REGISTRATION, request)
                login = await sign_ins.finish(kept, returned(request), origin, lambda: limits.check(*registration))
        except SignInFailed as error:
            return arrival(request, flow_cookie, flow, error.failure, known)
        except RateLimited:
            return arrival(request, flow_cookie, flow, "limited", known)
        except Busy:
            return arrival(request, flow_cookie, flow, "unavailable", known)
        if isinstance(login, SecondFactorDue):
            response = arrival(request, flow_cookie, flow, "second_factor", known)
            flow_cookie.keep_challenge(request, response, login)
            return response
        response = arrival(request, flow_cookie, flow, "done", known)
        if login is not None:
            await refresh_cookie.replace(request, response, login.tokens.refresh)
            sign_in_limits.remember(request, response, login.user.email)
        return response

    @post(
        "/second-factor",
        status_code=200,
        operation_id="take_second_factor_challenge",
        summary="Get the challenge of a second factor",
        opt=opt(Access.PUBLIC, errors=(BadChallenge,)),
    )
    async def take_challenge(
        self, request: Request[Any, Any, Any], cookie: FromDishka[FlowCookie]
    ) -> Response[ChallengeOut]:
        """For browsers that came back from a service and are asked for a code. It is handed out once."""
        await read_nothing(request)
        found = cookie.challenge_of(request)
        if found is None:
            raise BadChallenge
        response = Response(ChallengeOut(challenge=found[0], methods=found[1]))
        cookie.drop_challenge(request, response)
        return response
