"""Sofia Nováková programs in Prague, and explains it."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="Git without fear",
        text="""
        Git is easier once you have seen it drawn. With three pictures and one command at a time we get to
        where you can undo a commit, resolve a conflict, and explain to a colleague what rebase does and when
        you would rather not.

        We break a repository on purpose, several times, because the calm comes from having repaired it. Useful from
        the first week of a first job to the tenth year of copying the folder "just in case".

        Please have git and an editor ready, and two hours in which nobody needs you.
        """,
        duration=120,
        price="59.00",
        seats=14,
        tags=("git", "developers", "workflow"),
        hours=WeeklyHoursBuilder(weekly=("Wed 17:00-19:00", "Sat 14:00-16:00"), notice=4, horizon=60),
        is_popular=True,
    ),
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="Python for people with a spreadsheet problem",
        text="""
        You have a folder of exports, you copy and paste every Monday, and you suspect that a computer could do it.
        It can. We write about thirty lines that read your files, add them up and write the table you need.

        No programming experience is expected, only that you know your own spreadsheet. Install Python beforehand
        with my two-page guide; if that goes wrong, come a quarter of an hour early and we fix it together.

        You leave with a script that works on your data and, more important, with the feeling that you may change it.
        """,
        duration=150,
        price="78.00",
        seats=10,
        tags=("python", "spreadsheets", "automation", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sat 09:00-11:30",), buffer_before=15, notice=24, horizon=60),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="A technical interview, rehearsed",
        text="""
        I interview you for forty minutes as I have interviewed about three hundred people: one small problem, some
        questions about something you built, one about something that failed. Then we swap roles, and I tell you what
        I wrote down and why.

        Tell me the level and the language when you book. You hear the truth here, in a friendly room, before it
        counts.
        """,
        duration=75,
        price="120.00",
        seats=1,
        tags=("interviews", "career", "developers", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Fri 16:00-20:30 every 90", "Thu 18:00-21:00 every 90"),
            exceptions=("Fri+0 10:00-13:00 every 90", "Mon+2"),
            buffer_after=15,
            notice=24,
        ),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="Read a Postgres query plan with me",
        text="""
        Bring a slow query. We put EXPLAIN ANALYZE in front of it and read the answer from the inside out: what was
        estimated, what came, where the time went. In most sessions one index or one rewritten condition takes the
        query from seconds to milliseconds.

        For developers who write SQL at work, alone or as a team at a time that suits the team: propose one, and I
        answer the same day. If your data is confidential, bring the plan alone; it is usually enough.
        """,
        duration=90,
        price="88.00",
        seats=8,
        tags=("postgres", "sql", "performance", "developers"),
        hours=WeeklyHoursBuilder(weekly=("Tue 10:00-11:30 16:00-17:30",), notice=24),
        is_open=True,
        requires_confirmation=True,
    ),
    DemoSession(
        creator="sofia.novakova",
        category="business",
        title="Your first hundred days as a freelance developer",
        text="""
        When I left my job I knew how to program and nothing else. I tell you what somebody should have told
        me: how to find the second client before the first one ends, what belongs in a contract, how to say
        that a deadline will not hold while there is still time.

        I share my real templates (offer, statement of work, invoice, the polite third reminder), and we rewrite one
        of them for your situation. Half of the time is for questions, and we do talk about money.
        """,
        duration=90,
        price="58.00",
        seats=15,
        tags=("freelancing", "contracts", "developers"),
        hours=WeeklyHoursBuilder(extras=("Thu+0 12:00-13:30", "Thu+2 12:00-13:30"), notice=4, horizon=60),
    ),
)
