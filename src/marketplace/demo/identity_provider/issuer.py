"""The demo's issuer: authorization code with PKCE (RFC 7636), for the one client that is the marketplace."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT_ID = "marketplace"
CODE_TTL = timedelta(minutes=1)
TOKEN_TTL = timedelta(minutes=5)
CALLBACK = "/api/auth/oidc/demo/callback/"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Refused(Exception):
    """A request that the issuer does not answer as asked. The text is an error of RFC 6749."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Who someone says they are."""

    email: str
    is_verified: bool
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issued:
    person: Claimed
    asked: dict[str, str]
    expires_at: datetime


class DemoIssuer:
    """Issues codes and ID tokens. Everything is in memory; the key is made at the start."""

    def __init__(self, address: str, now: Callable[[], datetime]) -> None:
        self.address = address
        self._now = now
        self._key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"})
        self._codes: dict[str, _Issued] = {}

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, object]:
        return {"keys": [self._key.as_dict(private=False)]}

    def check(self, asked: dict[str, str]) -> None:
        """Raise `Refused` if a request is not of the marketplace on this machine."""
        target = urlsplit(asked.get("redirect_uri", ""))
        is_ours = target.scheme == "http" and target.hostname in LOOPBACK and target.path == CALLBACK
        has_challenge = asked.get("code_challenge_method") == "S256" and bool(asked.get("code_challenge"))
        if not (is_ours and asked.get("client_id") == CLIENT_ID and asked.get("response_type") == "code"):
            raise Refused("invalid_request")
        if not (has_challenge and asked.get("state") and asked.get("nonce")):
            raise Refused("invalid_request")

    def answer(self, asked: dict[str, str], person: Claimed | None) -> str:
        """Return the address to go back to: with a code, or with an error if no one was chosen."""
        values = {"state": asked["state"], "iss": self.address}
        if person is None:
            return f"{asked['redirect_uri']}?{urlencode(values | {'error': 'access_denied'})}"
        code = secrets.token_urlsafe(24)
        self._codes = {each: issued for each, issued in self._codes.items() if issued.expires_at > self._now()}
        self._codes[code] = _Issued(person=person, asked=asked, expires_at=self._now() + CODE_TTL)
        return f"{asked['redirect_uri']}?{urlencode(values | {'code': code})}"

    def exchange(self, form: dict[str, str]) -> dict[str, object]:
        """Return the tokens of a code, which works once. Raises `Refused`."""
        issued = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if issued is None or issued.expires_at <= self._now() or issued.asked["code_challenge"] != shown:
            raise Refused("invalid_grant")
        if form.get("redirect_uri") != issued.asked["redirect_uri"]:
            raise Refused("invalid_grant")
        claims = self._claims(issued)
        header = {"alg": "ES256", "kid": self._key.kid}
        return {
            "access_token": secrets.token_urlsafe(24),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_TTL.total_seconds()),
            "id_token": jwt.encode(header, claims, self._key, algorithms=["ES256"]),
        }

    def _claims(self, issued: _Issued) -> dict[str, object]:
        person, at = issued.person, self._now()
        return {
            "iss": self.address,
            "sub": hashlib.sha256(person.email.lower().encode()).hexdigest()[:24],
            "aud": CLIENT_ID,
            "iat": int(at.timestamp()),
            "exp": int((at + TOKEN_TTL).timestamp()),
            "auth_time": int((issued.expires_at - CODE_TTL).timestamp()),
            "nonce": issued.asked["nonce"],
            "email": person.email,
            "email_verified": person.is_verified,
            "given_name": person.first_name,
            "family_name": person.last_name,
        }
