"""Errors of signing in at identity providers."""

from typing import Literal
from uuid import UUID

from marketplace.core.errors.families import Busy, Conflict, Forbidden

FlowFailure = Literal[
    "expired",
    "cancelled",
    "refused",
    "unavailable",
    "limited",
    "email_unverified",
    "address_in_use",
    "account_inactive",
    "signed_out",
    "taken",
    "too_many",
    "not_fresh",
    "another_account",
]
"""Why a person came back from a provider without what they went for. It is in the address of a page."""


class LastWayIn(Conflict):
    """No one could sign in to the account any more."""

    code = "last_way_in"
    sentence = "This is the only way to sign in to your account. Set a password or add another way first."


class ProviderUnavailable(Busy):
    """The provider does not answer, or not as OpenID Connect asks for."""

    code = "provider_unavailable"
    sentence = "This service doesn't answer right now. Sign in another way, or try again later."


class IdentityTaken(Conflict):
    """The account at the provider is connected to an account already."""

    code = "identity_taken"
    sentence = "This is connected to another account already."


class SignInFailed(Forbidden):
    """A person came back from a provider, and can't be signed in. The audit log says the `fact`, and of whom."""

    code = "sign_in_failed"
    sentence = "You couldn't be signed in."

    def __init__(self, failure: FlowFailure, fact: str | None = None, account_id: UUID | None = None) -> None:
        super().__init__()
        self.failure: FlowFailure = failure
        self.fact = fact or failure
        self.account_id = account_id
