"""The payment provider of this marketplace, if it takes payments."""

from marketplace.core.domain.payment_options import PaymentOptions, ReceiptIssuer
from marketplace.core.errors import NotFound
from marketplace.core.ports.payment_providers import Payments


class PaymentGateway:
    """The provider and the options of payments. Where payments are off, nothing of them is found."""

    def __init__(self, payments: Payments | None, options: PaymentOptions | None) -> None:
        self._payments = payments
        self._options = options

    @property
    def is_on(self) -> bool:
        return self._payments is not None and self._options is not None

    def get(self) -> Payments:
        """Return the provider. Raises `NotFound` if payments are off."""
        if self._payments is None or self._options is None:
            raise NotFound
        return self._payments

    @property
    def commission(self) -> int:
        """The marketplace's commission in basis points."""
        return 0 if self._options is None else self._options.commission

    @property
    def issuer(self) -> ReceiptIssuer | None:
        """Return who issues receipts, if the operator says so."""
        return None if self._options is None else self._options.issuer
