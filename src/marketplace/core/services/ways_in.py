"""The ways to sign in to an account, as a transaction sees them."""

from collections.abc import Collection

from marketplace.core.domain.users import User
from marketplace.core.domain.ways_in import WaysIn
from marketplace.core.ports.unit_of_work import Transaction


class WaysInReader:
    """Counts ways in. Identities of issuers that are not configured can't be used, so they don't count."""

    def __init__(self, issuers: Collection[str]) -> None:
        self._issuers = frozenset(issuers)

    def counts(self, issuer: str) -> bool:
        return issuer in self._issuers

    async def of(self, tx: Transaction, account: User) -> WaysIn:
        """Return the ways to sign in to an account, which the transaction has acquired."""
        identities = await tx.identities.of_user(account.id)
        return WaysIn(
            has_password=account.has_password, identities=sum(self.counts(each.issuer) for each in identities)
        )
