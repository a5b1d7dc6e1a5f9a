"""The ways to sign in to an account, as a transaction sees them."""

from collections.abc import Collection

from marketplace.core.domain.users import User
from marketplace.core.domain.ways_in import WaysIn
from marketplace.core.ports.unit_of_work import Transaction


class WaysInReader:
    """Counts ways in. Those that can't be used with the present settings don't count.

    So do identities of issuers that are not configured, and passkeys at an address that has none.
    """

    def __init__(self, issuers: Collection[str], *, has_passkeys: bool) -> None:
        self._issuers = frozenset(issuers)
        self._has_passkeys = has_passkeys

    def counts(self, issuer: str) -> bool:
        return issuer in self._issuers

    async def of(self, tx: Transaction, account: User) -> WaysIn:
        """Return the ways to sign in to an account, which the transaction has acquired."""
        identities = await tx.identities.of_user(account.id)
        return WaysIn(
            has_password=account.has_password,
            passkeys=await tx.passkeys.count(account.id) if self._has_passkeys else 0,
            identities=sum(self.counts(each.issuer) for each in identities),
        )
