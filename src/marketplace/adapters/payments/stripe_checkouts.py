"""What Stripe is asked for a Checkout page."""

from datetime import timedelta
from typing import Any

from marketplace.adapters.payments.minor_units import STRIPE
from marketplace.adapters.payments.stripe_reports import PAYMENT_ID
from marketplace.core.ports.payment_providers import Charge

MIN_PAGE = timedelta(minutes=30)
"""How long a Checkout page lives at least; `void` ends it earlier."""
MAX_TITLE = 250
LANGUAGES = "bg cs da de el en es et fi fr hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv th tr vi zh"
"""Of Stripe's page; others follow the browser."""


def checkout_of(charge: Charge) -> Any:
    """Return the parameters of a Checkout session. A repeat has the same, or its key would be refused."""
    ours = {PAYMENT_ID: str(charge.payment_id)}
    language = charge.locale.partition("-")[0]
    return {
        "mode": "payment",
        # others are paid later than the seat can be held, and can't be authorized
        "payment_method_types": ["card"],
        # or the learner is asked for another currency than ours
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": str(charge.payment_id),
        "metadata": ours,
        "payment_intent_data": {
            "capture_method": "manual" if charge.captures_later else "automatic",
            "metadata": ours,
        },
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": charge.currency.lower(),
                    "unit_amount": STRIPE.to_provider(charge.amount, charge.currency),
                    "product_data": {"name": charge.title[:MAX_TITLE]},
                },
            }
        ],
        "success_url": charge.return_url,
        "cancel_url": charge.return_url,
        "expires_at": int((charge.expires_at + MIN_PAGE).timestamp()),
        "locale": language if language in LANGUAGES.split() else "auto",
    }
