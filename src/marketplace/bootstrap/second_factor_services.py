"""Builds the services of second factors and of step-up."""

from dataclasses import dataclass, fields
from typing import Any

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.second_factors import SecondFactorAdminService
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.second_factor_codes import SecondFactorCodes
from marketplace.core.services.second_factor_sign_ins import SecondFactorSignIns
from marketplace.core.services.second_factors import SecondFactorService
from marketplace.core.services.sign_ins import SignIns
from marketplace.core.services.tokens import PrincipalCache


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorServices:
    """Services of second factors and of step-up."""

    second_factors: SecondFactorService
    second_factor_sign_ins: SecondFactorSignIns
    second_factor_admin: SecondFactorAdminService
    reauthentication: ReauthenticationService

    def named(self) -> dict[str, Any]:
        """Return the services by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def build_second_factors(
    storage: Storage,
    adapters: Adapters,
    options: ServiceOptions,
    memory: PrincipalCache,
    sign_ins: SignIns,
    new_messages: NewMessages,
) -> SecondFactorServices:
    """Build the services of second factors, which share the check of codes."""
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    codes = SecondFactorCodes(
        unit_of_work=begin,
        totp=adapters.totp,
        secret_box=adapters.secret_box,
        new_messages=new_messages,
        clock=clock,
        ids=ids,
    )
    return SecondFactorServices(
        second_factors=SecondFactorService(
            unit_of_work=begin,
            second_factors=storage.second_factors,
            totp=adapters.totp,
            secret_box=adapters.secret_box,
            codes=codes,
            principal_cache=memory,
            clock=clock,
            ids=ids,
            staff_second_factor=options.staff_second_factor,
        ),
        second_factor_sign_ins=SecondFactorSignIns(
            unit_of_work=begin, users=storage.users, sign_ins=sign_ins, codes=codes, clock=clock, ids=ids
        ),
        second_factor_admin=SecondFactorAdminService(
            unit_of_work=begin, codes=codes, principal_cache=memory, clock=clock, ids=ids
        ),
        reauthentication=ReauthenticationService(
            unit_of_work=begin,
            users=storage.users,
            second_factors=storage.second_factors,
            passkeys=storage.passkeys,
            has_passkeys=options.relying_party is not None,
            identities=storage.identities,
            reauthenticating=[
                each.issuer for each in adapters.identity_providers.configured if each.can_reauthenticate
            ],
            passwords=adapters.passwords,
            codes=codes,
            principal_cache=memory,
            clock=clock,
            ids=ids,
            within=options.reauthenticate_after,
        ),
    )
