"""An OpenID Connect issuer of the tests, which says whatever a test wants."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit
from uuid import uuid4

import httpx
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from fakes import NOW
from marketplace.adapters.identity.client import ProviderClient
from marketplace.adapters.identity.oidc import OidcProvider
from marketplace.identity_settings import ProviderSettings

ISSUER = "https://issuer.example.org"
CLIENT_ID, CLIENT_SECRET = "marketplace:1", "a secret, of sorts"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}) for kid in ("one", "two"))
CURVE_KEY = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
Answer = tuple[int, dict[str, str], bytes]
JSON = {"content-type": "application/json"}


def json_answer(document: object, status: int = 200) -> Answer:
    return status, JSON, json.dumps(document).encode()


@dataclass
class LyingIssuer:
    """`claims` and `userinfo` replace what is true, `None` removes it; `answers` replace whole answers by path."""

    issuer: str = ISSUER
    subject: str = "person-1"
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    published: list[Any] = field(default_factory=lambda: [KEY, CURVE_KEY])
    sign: Callable[["LyingIssuer", dict[str, Any]], str] | None = None
    now: Callable[[], datetime] = lambda: NOW
    asked: list[str] = field(default_factory=list)
    is_slow: bool = False
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def provider(self, **changes: Any) -> OidcProvider:
        """Return the adapter that asks this issuer."""
        values: dict[str, Any] = {
            "name": "example",
            "label": "Example",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        settings = ProviderSettings(**values | {name: each for name, each in changes.items() if name in values})
        rest = {name: each for name, each in changes.items() if name not in values}
        deadline = rest.pop("deadline", 5.0)
        client = ProviderClient(self.issuer, httpx.ASGITransport(self), deadline)
        return OidcProvider(settings, client, **rest)

    def consent(self, url: str) -> dict[str, str]:
        """Return what the browser brings back from the address of an authorization request."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        code = uuid4().hex
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        message = await receive()
        path, body = scope["path"], message.get("body", b"")
        self.asked.append(path)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if path in self.answers:
            status, sent, content = self.answers[path]()
        else:
            status, sent, content = self._answer(path, body, headers)
        if self.is_slow:
            while (await receive())["type"] != "http.disconnect":
                pass
        encoded = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        match path:
            case "/.well-known/openid-configuration":
                return json_answer(self._metadata())
            case "/jwks":
                return json_answer({"keys": [each.as_dict(private=False) for each in self.published]})
            case "/token":
                return self._token(body, headers)
            case "/userinfo":
                return json_answer(without_none({"sub": self.subject} | self.userinfo))
        return json_answer({"error": "not_found"}, 404)

    def _metadata(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        addresses = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        userinfo = {"userinfo_endpoint": f"{self.issuer}/userinfo"}
        return without_none({"issuer": self.issuer, **addresses, **userinfo} | self.metadata)

    def _token(self, body: bytes, headers: dict[str, str]) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != shown or asked["redirect_uri"] != form["redirect_uri"]:
            return json_answer({"error": "invalid_grant"}, 400)
        basic = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode().partition(":")
        assert (unquote_plus(basic[0]), unquote_plus(basic[2])) == (CLIENT_ID, CLIENT_SECRET)
        token = (self.sign or signed)(self, self.claims_for(asked["nonce"]))
        return json_answer({"access_token": "access", "token_type": "Bearer", "id_token": token})

    def claims_for(self, nonce: str) -> dict[str, Any]:
        at = int(self.now().timestamp())
        true = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "exp": at + 300, "iat": at, "nonce": nonce}
        return without_none(true | self.claims)


def signed(issuer: LyingIssuer, claims: dict[str, Any]) -> str:
    header = without_none({"alg": "RS256", "kid": issuer.key.kid} | issuer.header)
    key = issuer.key
    if key.get("alg") != header["alg"]:
        key = type(key).import_key(key.as_dict(private=True) | {"alg": header["alg"]})
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def unsigned(_: LyingIssuer, claims: dict[str, Any]) -> str:
    header = {"alg": "none", "kid": KEY.kid}
    return ".".join([*(encoded(json.dumps(each).encode()) for each in (header, claims)), ""])


def signed_with_public_key(_: LyingIssuer, claims: dict[str, Any]) -> str:
    """Use the public key as the secret of an HMAC, which a careless verifier takes for a signature."""
    header = {"alg": "HS256", "kid": KEY.kid}
    content = ".".join(encoded(json.dumps(each).encode()) for each in (header, claims))
    return f"{content}.{encoded(hmac.digest(KEY.as_pem(private=False), content.encode(), hashlib.sha256))}"


def signed_by_another(issuer: LyingIssuer, claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": issuer.key.kid}
    return jwt.encode(header, claims, OTHER_KEY, algorithms=["RS256"])


def signed_with_escapes(issuer: LyingIssuer, claims: dict[str, Any]) -> str:
    """Escape surrogates, which the library cannot write."""
    header = {"alg": "RS256", "kid": issuer.key.kid}
    return jws.serialize_compact(header, json.dumps(claims).encode(), issuer.key, algorithms=["RS256"])


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
