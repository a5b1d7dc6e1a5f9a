"""Builds the services of passkeys."""

from dataclasses import dataclass, fields
from typing import Any

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.core.ports.storage import Storage
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.passkey_assertions import PasskeyAssertions
from marketplace.core.services.passkey_challenges import PasskeyChallenges
from marketplace.core.services.passkey_proofs import PasskeyProofs
from marketplace.core.services.passkey_sign_ins import PasskeySignIns
from marketplace.core.services.passkeys import PasskeyService
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.sign_ins import SignIns
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.ways_in import WaysInReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyServices:
    """Services of passkeys."""

    passkeys: PasskeyService
    passkey_sign_ins: PasskeySignIns
    passkey_proofs: PasskeyProofs
    passkey_challenges: PasskeyChallenges

    def named(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def build_passkey_services(  # noqa: PLR0913, PLR0917 - what others build
    storage: Storage,
    adapters: Adapters,
    options: ServiceOptions,
    memory: PrincipalCache,
    sign_ins: SignIns,
    reauthentication: ReauthenticationService,
    ways_in: WaysInReader,
    new_messages: NewMessages,
) -> PasskeyServices:
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    challenges = PasskeyChallenges(
        unit_of_work=begin, verifier=adapters.passkeys, relying_party=options.relying_party, clock=clock
    )
    assertions = PasskeyAssertions(
        unit_of_work=begin,
        directory=storage.passkeys,
        verifier=adapters.passkeys,
        challenges=challenges,
        new_messages=new_messages,
        clock=clock,
    )
    return PasskeyServices(
        passkeys=PasskeyService(
            unit_of_work=begin,
            directory=storage.passkeys,
            verifier=adapters.passkeys,
            challenges=challenges,
            ways_in=ways_in,
            new_messages=new_messages,
            principal_cache=memory,
            clock=clock,
            ids=ids,
        ),
        passkey_sign_ins=PasskeySignIns(
            unit_of_work=begin, assertions=assertions, sign_ins=sign_ins, clock=clock, ids=ids
        ),
        passkey_proofs=PasskeyProofs(
            unit_of_work=begin,
            assertions=assertions,
            reauthentication=reauthentication,
            principal_cache=memory,
            clock=clock,
            ids=ids,
        ),
        passkey_challenges=challenges,
    )
