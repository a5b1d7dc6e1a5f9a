"""Business."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="Price your work without apologising",
        text="""
        If you have ever sent a quote and lowered it in the same breath, this is for you. We work out what an hour
        of yours really costs, what your client is really buying, and how to say a number and then be quiet.

        The second hour is practice, in pairs: you quote, your partner haggles, then you swap. It is uncomfortable
        for about ten minutes and then people start laughing.

        You take home a one-page price sheet and three sentences for the moment when someone says it is too much.
        """,
        duration=120,
        price="85.00",
        seats=12,
        hour=17,
        tags=("pricing", "freelancing", "negotiation"),
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="Your pitch in ninety seconds",
        text="""
        Everyone gets three attempts in front of the group. After the first I cut half of your words, after the
        second I ask what you want from the listener, and the third is usually good.

        I have raised money twice and been turned down more often than I can count, so you get both sides. Founders
        of bakeries are as welcome as founders of software companies. The shape is the same.
        """,
        duration=90,
        price="60.00",
        seats=8,
        hour=18,
        tags=("pitching", "startups", "speaking"),
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="A cash-flow forecast on one page",
        text="""
        Profit is an opinion, cash is a fact, and most small firms that fail were profitable on paper. We build a
        thirteen-week forecast in a plain spreadsheet, with your own numbers, and learn to read the week in which it
        turns red.

        Bring your last three bank statements. You keep them on your own screen: I never need to see a figure to
        help you with the structure.

        No accounting knowledge is needed. If you can add up a shopping bill you can do this.
        """,
        duration=150,
        price="110.00",
        seats=10,
        hour=10,
        tags=("finance", "small-business", "spreadsheets"),
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="Office hour for first-time founders",
        text="""
        Half an hour with me, you set the agenda. Recent ones: whether to take on a partner, how to let a supplier
        go, what to write to forty customers after a bad week.

        Write me three lines beforehand so that I have slept on it. If I am not the right person I will say so, and
        try to name somebody who is.
        """,
        duration=30,
        price="45.00",
        seats=1,
        hour=9,
        tags=("mentoring", "startups"),
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="Hiring your first employee",
        text="""
        The advert, the interview, the trial day, the contract, and the first month. We go through the five in
        order, with examples of each that went well and one of mine that went badly.

        Employment law differs from country to country and I am not a lawyer. What I can give you is the list of
        questions to ask one, which tends to halve the bill.
        """,
        duration=120,
        price="75.00",
        seats=20,
        hour=16,
        tags=("hiring", "small-business", "leadership"),
    ),
    DemoSession(
        creator="sofia.novakova",
        category="business",
        title="Freelance developer: the first hundred days",
        text="""
        What I wish I had known when I left my job: how to find the second client before the first one ends, what
        belongs in a contract, how to say that a deadline will not hold while there is still time.

        I share my real templates (offer, statement of work, invoice, the polite third reminder), and we rewrite one
        of them for your situation. Half of the time is for questions, and we do talk about money.
        """,
        duration=90,
        price="58.00",
        seats=15,
        hour=19,
        tags=("freelancing", "contracts", "developers"),
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="business",
        title="The numbers behind a market stall",
        text="""
        I ran a food stall in Rabat for six years before I taught anyone to cook. Most stalls that close had a queue.
        What they did not have was a price that paid for the oil, the rain and the unsold bread.

        We take one dish and cost it to the last pinch of cumin, then plan a market day: what to prepare, when to
        stop cooking, what to do with the rest. Bring your own dish if you have one.
        """,
        duration=90,
        price="40.00",
        seats=18,
        hour=18,
        tags=("food-business", "pricing", "markets"),
    ),
)
