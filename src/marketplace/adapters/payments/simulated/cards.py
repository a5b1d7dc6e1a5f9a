"""Test cards of the simulated provider. None is a real card."""

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """What the bank does with a card."""

    PAYS = "pays"
    DECLINES = "declines"
    CHALLENGES = "challenges"
    """It asks the learner to confirm (3-D Secure)."""
    HANGS = "hangs"
    """The payment is made, but the page never answers and no notice is sent until it is asked for."""
    PAYS_TWICE = "pays_twice"
    """The card is charged twice, and each notice is sent twice."""
    RETURNS_LATE = "returns_late"
    """It pays, and a refund takes days to arrive."""
    LATE = "late"
    """The payment is made minutes after the learner left, even if the page was closed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card number and what it does. `decline_reason` is the provider's code."""

    number: str
    behaviour: Behaviour
    does: str
    decline_reason: str | None = None


CARDS = (
    Card(number="4242424242424242", behaviour=Behaviour.PAYS, does="Pays"),
    Card(
        number="4000000000009995",
        behaviour=Behaviour.DECLINES,
        does="Declined: insufficient funds",
        decline_reason="insufficient_funds",
    ),
    Card(
        number="4000000000000069",
        behaviour=Behaviour.DECLINES,
        does="Declined: the card has expired",
        decline_reason="expired_card",
    ),
    Card(number="4000002500003155", behaviour=Behaviour.CHALLENGES, does="Asks to confirm (3-D Secure)"),
    Card(number="4000000000000259", behaviour=Behaviour.HANGS, does="Pays, but the page never answers"),
    Card(number="4000000000005126", behaviour=Behaviour.PAYS_TWICE, does="Pays twice"),
    Card(number="4000000000007726", behaviour=Behaviour.RETURNS_LATE, does="Pays, and refunds take two days"),
    Card(number="4000000000003220", behaviour=Behaviour.LATE, does="Pays some minutes later"),
)
_BY_NUMBER = {card.number: card for card in CARDS}
DECLINES = {
    "insufficient_funds": "There isn't enough money on this card.",
    "expired_card": "This card has expired.",
    "incorrect_number": "This isn't the number of a test card. Use one of those below.",
    "authentication_failed": "The bank didn't get your confirmation.",
}
"""Reasons in words for the card page."""


def card_of(number: str) -> Card:
    """Return the card with a number, in which spaces and hyphens do not count; an unknown number is declined."""
    digits = number.replace(" ", "").replace("-", "")
    unknown = Card(
        number=digits, behaviour=Behaviour.DECLINES, does="Declined: unknown", decline_reason="incorrect_number"
    )
    return _BY_NUMBER.get(digits, unknown)
