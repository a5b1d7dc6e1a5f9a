"""A marketplace that one identity provider signs in to."""

from dataclasses import dataclass, field
from itertools import count

import pytest

from builders import Services, services_over, stored_login
from due_jobs import run_due
from fakes import MovableClock
from known_providers import KnownProviders, Traveller, a_proof
from marketplace.core.domain.identities import ProvedIdentity
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.errors.identities import FlowFailure, SignInFailed
from marketplace.core.ports.storage import Storage

OTHER_ISSUER = "https://other.example.org"
_numbers = count(1)


def number() -> str:
    return str(next(_numbers))


@dataclass(slots=True)
class World:
    """A marketplace that one provider signs in to."""

    storage: Storage
    providers: KnownProviders = field(default_factory=KnownProviders)
    clock: MovableClock = field(default_factory=MovableClock)
    services: Services = field(init=False)
    traveller: Traveller = field(init=False)

    def __post_init__(self) -> None:
        self.services = services_over(self.storage, identity_providers=self.providers, clock=self.clock)
        self.traveller = Traveller(self.services.provider_sign_ins, self.providers)

    async def signed_in(self, account: User) -> Principal:
        return account.principal((await stored_login(self.storage, account, number())).id)

    async def owner_of(self, proof: ProvedIdentity) -> User | None:
        found = await self.storage.identities.find(proof.issuer, proof.subject)
        return None if found is None else await self.storage.users.get(found.user_id)

    async def kinds_of_mail_to(self, account: User) -> list[MessageKind]:
        return [each.kind for each in (await self.storage.messages.of_user(account.id, 100, None)).items]


@dataclass(slots=True)
class WatchedProviders(KnownProviders):
    """Notes how many transactions are open when it is asked."""

    open_transactions: list[int] = field(default_factory=list)
    found_open: list[int] = field(default_factory=list)

    def require(self, name: str) -> None:
        self.found_open.append(len(self.open_transactions))
        KnownProviders.require(self, name)


def a_mailbox() -> str:
    return f"ada{number()}@mailbox.example.org"


def a_new_proof(**changes: object) -> ProvedIdentity:
    return a_proof(f"person-{number()}", **{"email": a_mailbox()} | changes)


async def failure_of(world: World, departed: tuple[str, str], proof: ProvedIdentity) -> FlowFailure:
    with pytest.raises(SignInFailed) as failed:
        await world.traveller.come_back(departed, proof)
    return failed.value.failure


async def reset_token(world: World, account: User) -> str:
    """Mint the token of a forgotten password's mail."""
    find = {"find_forgetful": world.services.email_addresses.find_forgetful}
    await run_due(world.storage.job_queue, world.clock.now(), find)
    page = await world.storage.messages.of_user(account.id, 100, None)
    message = next(each for each in page.items if each.kind is MessageKind.PASSWORD_RESET)
    async with world.storage.unit_of_work() as tx:
        mail = await world.services.account_mails.mint(tx, message)
    assert mail is not None
    return mail.link.partition("#")[2]
