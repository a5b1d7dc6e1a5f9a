"""Builds the services of accounts: registration, sign-in, addresses, and what people may know of themselves."""

from dataclasses import dataclass

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.bootstrap.passkey_services import PasskeyServices, build_passkey_services
from marketplace.bootstrap.second_factor_services import SecondFactorServices, build_second_factors
from marketplace.core.ports.storage import Storage
from marketplace.core.services.account_deletion import AccountDeletionService
from marketplace.core.services.account_mails import TokenMails
from marketplace.core.services.admin.users import UserAdminService
from marketplace.core.services.api_keys import ApiKeyService
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.current_passwords import CurrentPasswords
from marketplace.core.services.email_addresses import EmailAddressService
from marketplace.core.services.identities import IdentityService
from marketplace.core.services.logins import LoginService
from marketplace.core.services.new_accounts import NewAccounts
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.password_resets import ResetService
from marketplace.core.services.personal_data import PersonalDataService
from marketplace.core.services.provider_proofs import ProviderProofs
from marketplace.core.services.provider_sign_ins import ProviderSignIns
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.sign_ins import SignIns
from marketplace.core.services.tokens import PrincipalCache, TokenService
from marketplace.core.services.usernames import UsernameService
from marketplace.core.services.users import UserService
from marketplace.core.services.ways_in import WaysInReader


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServices:
    """Services of accounts, and what others share with them."""

    new_messages: NewMessages
    usernames: UsernameService
    users: UserService
    tokens: TokenService
    logins: LoginService
    second_factors: SecondFactorServices
    api_keys: ApiKeyService
    identities: IdentityService
    provider_sign_ins: ProviderSignIns
    passkeys: PasskeyServices
    resets: ResetService
    email_addresses: EmailAddressService
    account_mails: TokenMails
    personal_data: PersonalDataService
    user_admin: UserAdminService


def build_account_services(
    storage: Storage, adapters: Adapters, options: ServiceOptions, memory: PrincipalCache, limits: RateLimitService
) -> AccountServices:
    """Build the services of accounts over `storage` and the shared cache of principals."""
    begin, clock, ids, passwords = storage.unit_of_work, adapters.clock, adapters.ids, adapters.passwords
    usernames = UsernameService(unit_of_work=begin, confusables=adapters.confusables, clock=clock)
    current_passwords = CurrentPasswords(unit_of_work=begin, passwords=passwords, clock=clock, ids=ids)
    new_messages = NewMessages(ids=ids, host=options.addresses.host, is_on=adapters.mailer is not None)
    new_accounts = NewAccounts(usernames=usernames, new_messages=new_messages, audit=AuditWriter(begin, clock, ids))
    users = UserService(
        unit_of_work=begin,
        users=storage.users,
        principal_cache=memory,
        current_passwords=current_passwords,
        passwords=passwords,
        syntax=adapters.syntax,
        usernames=usernames,
        new_accounts=new_accounts,
        clock=clock,
        ids=ids,
    )
    sign_ins = SignIns(
        unit_of_work=begin,
        access_tokens=adapters.access_tokens,
        challenges=adapters.challenges,
        new_messages=new_messages,
        clock=clock,
        ids=ids,
        lifetimes=options.login_lifetimes,
    )
    issuers = [each.issuer for each in adapters.identity_providers.configured]
    ways_in = WaysInReader(issuers, has_passkeys=options.relying_party is not None)
    identities = IdentityService(
        unit_of_work=begin,
        identities=storage.identities,
        ways_in=ways_in,
        new_messages=new_messages,
        principal_cache=memory,
        clock=clock,
        ids=ids,
    )
    tokens = TokenService(
        unit_of_work=begin,
        users=storage.users,
        principals=storage.principals,
        principal_cache=memory,
        passwords=passwords,
        access_tokens=adapters.access_tokens,
        refresh_tokens=adapters.refresh_tokens,
        sign_ins=sign_ins,
        clock=clock,
        ids=ids,
        lifetimes=options.login_lifetimes,
        staff_second_factor=options.staff_second_factor,
    )
    second_factors = build_second_factors(storage, adapters, options, memory, sign_ins, new_messages)
    provider_sign_ins = ProviderSignIns(
        unit_of_work=begin,
        users=storage.users,
        identities=storage.identities,
        limits=storage.rate_limits,
        providers=adapters.identity_providers,
        seals=adapters.flow_seals,
        syntax=adapters.syntax,
        connections=identities,
        proofs=ProviderProofs(
            unit_of_work=begin,
            principals=storage.principals,
            reauthentication=second_factors.reauthentication,
            principal_cache=memory,
        ),
        sign_ins=sign_ins,
        new_accounts=new_accounts,
        usernames=usernames,
        clock=clock,
        ids=ids,
    )
    email_addresses = EmailAddressService(
        unit_of_work=begin,
        tokens=storage.email_tokens,
        users=storage.users,
        messages=storage.messages,
        current_passwords=current_passwords,
        syntax=adapters.syntax,
        new_messages=new_messages,
        limits=limits,
        clock=clock,
        ids=ids,
    )
    return AccountServices(
        new_messages=new_messages,
        usernames=usernames,
        users=users,
        tokens=tokens,
        second_factors=second_factors,
        logins=LoginService(unit_of_work=begin, logins=storage.logins, principal_cache=memory, clock=clock, ids=ids),
        api_keys=ApiKeyService(
            unit_of_work=begin,
            keys=storage.api_keys,
            principal_cache=memory,
            new_messages=new_messages,
            clock=clock,
            ids=ids,
        ),
        identities=identities,
        provider_sign_ins=provider_sign_ins,
        passkeys=build_passkey_services(
            storage, adapters, options, memory, sign_ins, second_factors.reauthentication, ways_in, new_messages
        ),
        resets=ResetService(
            unit_of_work=begin,
            resets=storage.resets,
            email_tokens=storage.email_tokens,
            users=storage.users,
            principal_cache=memory,
            passwords=passwords,
            clock=clock,
            ids=ids,
        ),
        email_addresses=email_addresses,
        account_mails=TokenMails(addresses=options.addresses, clock=clock),
        user_admin=UserAdminService(
            unit_of_work=begin,
            directory=storage.users,
            availabilities=storage.availabilities,
            audit_log=storage.audit,
            users=users,
            email_addresses=email_addresses,
            usernames=usernames,
            principal_cache=memory,
            clock=clock,
            ids=ids,
        ),
        personal_data=PersonalDataService(
            unit_of_work=begin,
            users=storage.users,
            catalog=storage.catalog,
            bookings=storage.booking_lists,
            payments=storage.payments,
            conversations=storage.conversations,
            mails=storage.messages,
            favourites=storage.favourites,
            waitlists=storage.waitlists,
            reports=storage.reports,
            reviews=storage.reviews,
            logins=storage.logins,
            api_keys=storage.api_keys,
            identities=storage.identities,
            passkeys=storage.passkeys,
            second_factors=storage.second_factors,
            clock=clock,
            ids=ids,
        ),
    )


def build_account_deletion(
    storage: Storage, adapters: Adapters, accounts: AccountServices, sessions: SessionService, memory: PrincipalCache
) -> AccountDeletionService:
    """Build the service that deletes accounts, and archives sessions with them."""
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    return AccountDeletionService(
        unit_of_work=begin,
        users=storage.users,
        sessions=sessions,
        usernames=accounts.usernames,
        current_passwords=CurrentPasswords(unit_of_work=begin, passwords=adapters.passwords, clock=clock, ids=ids),
        new_messages=accounts.new_messages,
        principal_cache=memory,
        clock=clock,
        ids=ids,
    )
