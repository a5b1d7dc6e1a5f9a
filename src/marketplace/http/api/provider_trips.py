"""The ways of a browser to an identity provider, and back to a page of this site."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import MediaType, Request, Response

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.identities import Flow, IdentityProvider
from marketplace.core.services.provider_sign_ins import Returned
from marketplace.http.answers import first_parameter, headers_of
from marketplace.http.security.cookie_names import PREFIX
from marketplace.http.security.flow_cookie import NAME, FlowCookie

SIGN_IN_PAGE, CONNECTIONS_PAGE = "/login", "/profile/security"
FLOW_HEADER = {
    "Set-Cookie": f"The cookie `{PREFIX}{NAME}`, which ties the browser to this attempt for 10 minutes. Over plain http"
    " its name has no prefix."
}


class ProviderTripOut(msgspec.Struct):
    """The address at the service to open."""

    url: str


def redirect_uri(request: Request[Any, Any, Any], addresses: SiteAddresses, provider: str) -> str:
    """Return where a provider sends the browser: at the site's address, whatever host a request names.

    On this machine, both names of it are the site's: the cookie is only sent to the one that set it.
    """
    other = addresses.root.replace("://localhost", "://127.0.0.1", 1)
    hosts = headers_of(request, b"host")
    root = other if hosts and f"http://{hosts[0]}" == other else addresses.root
    return SiteAddresses(root).provider_callback(provider)


def returned(request: Request[Any, Any, Any]) -> Returned:
    return Returned(
        state=first_parameter(request, "state"),
        code=first_parameter(request, "code"),
        error=first_parameter(request, "error"),
        issuer=first_parameter(request, "iss") or None,
    )


def departure(request: Request[Any, Any, Any], cookie: FlowCookie, url: str, sealed: str) -> Response[ProviderTripOut]:
    response = Response(ProviderTripOut(url=url))
    cookie.keep(request, response, sealed)
    return response


def arrival(
    request: Request[Any, Any, Any], cookie: FlowCookie, flow: Flow | None, came: str, provider: IdentityProvider
) -> Response[bytes]:
    """Redirect to the page that says what came of it; the flow is over."""
    if flow is not None and flow.proved_login_id is not None:
        location = _with_query(flow.next or CONNECTIONS_PAGE, {"proof": came, "provider": provider.name})
        return _redirect(request, cookie, location)
    is_connecting = flow is not None and flow.login_id is not None
    values = {"oidc": came, "provider": provider.name}
    if flow is not None and flow.next is not None:
        values["next"] = flow.next
    page = CONNECTIONS_PAGE if is_connecting else SIGN_IN_PAGE
    return _redirect(request, cookie, f"{page}?{urlencode(values)}")


def _with_query(path: str, values: dict[str, str]) -> str:
    """Add values to those that a path of this site has."""
    parts = urlsplit(path)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode(values))))).geturl()


def _redirect(request: Request[Any, Any, Any], cookie: FlowCookie, location: str) -> Response[bytes]:
    response = Response(b"", status_code=303, media_type=MediaType.TEXT, headers={"Location": location})
    cookie.drop(request, response)
    return response
