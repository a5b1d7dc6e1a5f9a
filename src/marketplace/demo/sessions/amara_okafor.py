"""Amara Okafor helps small firms in Lagos and elsewhere."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
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
        Bring the last quote you regret.
        """,
        duration=120,
        price="85.00",
        seats=12,
        tags=("pricing", "freelancing", "negotiation"),
        hours=WeeklyHoursBuilder(weekly=("Tue 17:00-19:00",), notice=12, horizon=60),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="Office hour for first-time founders",
        text="""
        You set the agenda; I bring fourteen years of running a small firm and most of the mistakes. Recent
        questions: whether to take on a partner, how to let a supplier go, what to write to forty customers
        after a bad week.

        Send me three lines the day before so that I have slept on them. If I am not the right person I will say so,
        and try to name somebody who is.
        """,
        duration=30,
        price="45.00",
        seats=1,
        tags=("mentoring", "startups", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Tue Wed Thu 09:00-12:00 every 45", "Fri 14:00-16:00 every 45"),
            exceptions=("Wed+1", "Mon+2 14:00-17:00 every 45"),
            buffer_after=15,
            notice=24,
            horizon=28,
        ),
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

        No slides. Only you, a glass of water, and a sentence about who will be listening to the real thing.
        """,
        duration=90,
        price="60.00",
        seats=8,
        tags=("pitching", "startups", "speaking"),
        hours=WeeklyHoursBuilder(weekly=("Wed 18:00-19:30",), notice=6, horizon=60),
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="A cash-flow forecast on one page",
        text="""
        Profit is an opinion, cash is a fact, and most small firms that fail were profitable on paper. We build a
        thirteen-week forecast in a plain spreadsheet, with your own numbers, and learn to read the week in which it
        turns red.

        Have your last three bank statements beside you. They stay on your own screen: I never need to see a figure
        to help with the structure.

        No accounting knowledge is expected. If you can add up a shopping bill you can do this. The same workshop
        takes place on two Saturdays; one of them is enough.
        """,
        duration=150,
        price="110.00",
        seats=10,
        tags=("finance", "small-business", "spreadsheets"),
        hours=WeeklyHoursBuilder(
            extras=("Sat+0 10:00-12:30", "Sat+2 10:00-12:30"), buffer_after=30, notice=12, horizon=60
        ),
        cancellation_notice=72,
    ),
    DemoSession(
        creator="amara.okafor",
        category="business",
        title="Hiring your first employee",
        text="""
        The first employee is the hardest, because there is nobody to ask how you did it last time. We go
        through the advert, the interview, the trial day, the contract and the first month, with examples of
        each that went well and one of mine that went badly.

        Employment law differs from country to country and I am not a lawyer. What I can give you is the list of
        questions to ask one, which tends to halve the bill.

        It is meant for owners who have been doing everything themselves and dread handing over the keys. If there is
        a job advert in your drawer already, bring it: we rewrite two of them together.
        """,
        duration=120,
        price="75.00",
        seats=20,
        tags=("hiring", "small-business", "leadership"),
        hours=WeeklyHoursBuilder(weekly=("Thu 16:00-18:00",), notice=6, horizon=60),
        cancellation_notice=48,
    ),
)
