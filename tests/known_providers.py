"""Identity providers of the tests that prove what a test says, and the way to them and back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from marketplace.core.domain.identities import FlowSecrets, IdentityProvider, ProvedIdentity
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin, Principal
from marketplace.core.domain.tokens import SecondFactorDue, SignedIn
from marketplace.core.errors import NotFound
from marketplace.core.errors.identities import ProviderUnavailable
from marketplace.core.services.provider_sign_ins import ProviderSignIns, Returned

ISSUER = "https://login.example.org"
REDIRECT_URI = "https://sessions.example.org/api/auth/oidc/example/callback/"


def a_proof(subject: str = "person-1", **changes: Any) -> ProvedIdentity:
    defaults: dict[str, Any] = {"issuer": ISSUER, "email": "ada@example.org", "is_email_verified": True}
    return ProvedIdentity(**{"subject": subject, "first_name": "Ada", "last_name": "Byron"} | defaults | changes)


@dataclass(slots=True)
class KnownProviders:
    """`IdentityProviders` with one provider: the code that came back is the key of what is proved."""

    proofs: dict[str, ProvedIdentity] = field(default_factory=dict)
    is_away: bool = False
    shown: IdentityProvider = field(
        default_factory=lambda: IdentityProvider(name="example", label="Example", issuer=ISSUER)
    )
    asked: int = 0

    @property
    def configured(self) -> tuple[IdentityProvider, ...]:
        return (self.shown,)

    async def available(self) -> tuple[str, ...]:
        return () if self.is_away else (self.shown.name,)

    async def authorization_url(
        self, name: str, secrets: FlowSecrets, redirect_uri: str, *, again: bool = False
    ) -> str:
        self.require(name)
        if again and not self.shown.can_reauthenticate:
            raise NotFound
        return f"{ISSUER}/authorize?state={secrets.state}&redirect_uri={redirect_uri}{'&prompt=login' * again}"

    async def prove(
        self, name: str, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity:
        _ = issuer, secrets, redirect_uri, now
        self.require(name)
        self.asked += 1
        return self.proofs[code]

    async def close(self) -> None:
        """There is nothing to close."""

    def require(self, name: str) -> None:
        if name != self.shown.name:
            raise NotFound
        if self.is_away:
            raise ProviderUnavailable


async def no_limit() -> None:
    """Let an account be made."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """Goes to the provider and back."""

    sign_ins: ProviderSignIns
    providers: KnownProviders

    async def leave(self, principal: Principal | None = None, **options: Any) -> tuple[str, str]:
        """Return the state of the authorization request, and the cookie."""
        url, sealed = await self.sign_ins.begin("example", redirect_uri=REDIRECT_URI, principal=principal, **options)
        return parse_qs(urlsplit(url).query)["state"][0], sealed

    async def leave_to_prove(self, principal: Principal) -> tuple[str, str]:
        """Return the same, of a person who proves once more that it's them."""
        url, sealed = await self.sign_ins.begin_proof("example", principal, redirect_uri=REDIRECT_URI, next_path=None)
        assert "prompt=login" in url
        return parse_qs(urlsplit(url).query)["state"][0], sealed

    async def come_back(
        self, departed: tuple[str, str], proof: ProvedIdentity, origin: Origin = UNKNOWN_ORIGIN
    ) -> SignedIn | None:
        state, sealed = departed
        code = f"code {len(self.providers.proofs)}"
        self.providers.proofs[code] = proof
        kept = self.sign_ins.flow_of("example", sealed)
        login = await self.sign_ins.finish(kept, Returned(state=state, code=code), origin, no_limit)
        assert not isinstance(login, SecondFactorDue)
        return login

    async def sign_in(self, proof: ProvedIdentity, **options: Any) -> SignedIn:
        signed_in = await self.come_back(await self.leave(**options), proof)
        assert signed_in is not None
        return signed_in

    async def connect(self, principal: Principal, proof: ProvedIdentity) -> None:
        assert await self.come_back(await self.leave(principal), proof) is None
