"""The steps of a marketplace that takes payments: what may happen next, and how often."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from contracts.interruptions import CrashError
from contracts.paid_marketplace import PaidMarketplace
from marketplace.adapters.payments.simulated.cards import CARDS

NEWEST = (0, 0, 0, 1, 2, 3)
PAYS = CARDS[0].number
NUMBERS = (*(card.number for card in CARDS), *(PAYS,) * 4)
PEOPLE = ("learner", "creator", "staff")
MINUTES = (1, 1, 3, 14, 16, 45, 300, 1440, 4400, 10_100)
STEPS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "book_and_open": (4, (range(4), range(4), range(4), (1, 1, 2))),
    "book_and_pay": (4, (range(4), range(4), range(4), (1, 1, 2))),
    "open_page": (2, (NEWEST,)),
    "use_card": (4, (NEWEST, NUMBERS)),
    "confirm_card": (1, (NEWEST,)),
    "act": (5, (NEWEST, PEOPLE, ("cancel", "confirm", "confirm", "decline", "complete"))),
    "move": (2, (NEWEST, PEOPLE, range(4))),
    "change_seats": (3, (NEWEST, (1, 1, 2, 3))),
    "refund_by_staff": (1, (NEWEST, (1, 30, 50, 100))),
    "refund_in_dashboard": (1, (NEWEST, (1, 30, 100))),
    "dispute": (1, (NEWEST,)),
    "win_dispute": (1, (NEWEST,)),
    "lose_dispute": (1, (NEWEST,)),
    "fail": (
        4,
        (
            ("open", "capture", "void", "refund", "refund", "look_up", "list"),
            ("before", "after", "never", "twice", "500"),
            (1, 1, 2, 9),
        ),
    ),
    "receive": (7, (range(6), (0, 1, 1, 1, 2))),
    "relay": (3, ()),
    "work": (6, ()),
    "wait": (6, (MINUTES,)),
    "crash": (3, (("call", "answer", "answer", "commit", "committed"), range(4))),
    "meanwhile": (4, (("call", "answer", "committed"), range(2), NEWEST, range(8))),
}
"""Steps by name: how often each is taken, and what each of its arguments is chosen from."""
WEIGHTED = tuple(name for name, (weight, _) in STEPS.items() for _ in range(weight))
Step = tuple[Any, ...]
"""A name and its arguments."""

FIRST: Step = ("book_and_pay", 0, 0, 3, 2)
"""Later steps need a booking."""

STRATEGY: st.SearchStrategy[Step] = st.sampled_from(WEIGHTED).flatmap(
    lambda name: st.tuples(st.just(name), *(st.sampled_from(list(each)) for each in STEPS[name][1]))
)


def random_step(random: Random) -> Step:
    name = random.choice(WEIGHTED)
    return (name, *(random.choice(each) for each in STEPS[name][1]))


async def take(market: PaidMarketplace, step: Step) -> None:
    """Take a step; a crash ends it."""
    name, *arguments = step
    try:
        await (HOW[name](market, *arguments) if name in HOW else getattr(market, name)(*arguments))
    except CrashError:
        await market.find_booked()


async def book_and_open(market: PaidMarketplace, *order: int) -> None:
    if await market.book(*order):
        await market.open_page(0)


async def book_and_pay(market: PaidMarketplace, *order: int) -> None:
    if await market.book(*order):
        await market.open_page(0)
        await market.use_card(0, PAYS)
        await market.receive(-1, 1)


async def crash(market: PaidMarketplace, point: str, passes: int) -> None:
    """Let the process end at a point, soon."""
    market.interruptions.arm(point, passes, None)


async def meanwhile(market: PaidMarketplace, point: str, passes: int, which: int, what: int) -> None:
    """Let something else happen while another step is at a point, soon."""
    happens: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: market.use_card(which, PAYS),
        lambda: market.act(which, "learner", "cancel"),
        lambda: market.act(which, "creator", "confirm"),
        lambda: market.receive(0, 1),
        market.work,
        lambda: market.wait(3),
        lambda: market.refund_in_dashboard(which, 30),
        lambda: market.change_seats(which, 1),
    )
    market.interruptions.arm(point, passes, happens[what])


async def win_dispute(market: PaidMarketplace, which: int) -> None:
    await market.close_dispute(which, is_won=True)


async def lose_dispute(market: PaidMarketplace, which: int) -> None:
    await market.close_dispute(which, is_won=False)


HOW: dict[str, Callable[..., Awaitable[None]]] = {
    "book_and_open": book_and_open,
    "book_and_pay": book_and_pay,
    "crash": crash,
    "meanwhile": meanwhile,
    "win_dispute": win_dispute,
    "lose_dispute": lose_dispute,
}
