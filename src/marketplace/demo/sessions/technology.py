"""Technology."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
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
        hour=9,
        tags=("python", "spreadsheets", "automation", "beginners"),
    ),
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="Git without fear",
        text="""
        Three pictures and one command at a time. By the end you can undo a commit, resolve a conflict, and explain
        to a colleague what rebase does and when you would rather not.

        We break a repository on purpose, several times, because the calm comes from having repaired it. Please have
        git and an editor ready, and an hour in which nobody needs you.
        """,
        duration=120,
        price="59.00",
        seats=14,
        hour=17,
        tags=("git", "developers", "workflow"),
        popular=True,
    ),
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="Postgres: read a query plan with me",
        text="""
        Bring a slow query. We put EXPLAIN ANALYZE in front of it and read the answer from the inside out: what was
        estimated, what came, where the time went. In most sessions one index or one rewritten condition takes the
        query from seconds to milliseconds.

        For developers who write SQL at work. If your data is confidential, bring the plan alone; it is usually
        enough.
        """,
        duration=90,
        price="88.00",
        seats=6,
        hour=16,
        tags=("postgres", "sql", "performance", "developers"),
    ),
    DemoSession(
        creator="sofia.novakova",
        category="technology",
        title="A technical interview, rehearsed",
        text="""
        I interview you for forty minutes as I have interviewed about three hundred people: one small problem, some
        questions about something you built, one about something that failed. Then we swap roles, and I tell you what
        I wrote down and why.

        You hear the truth here, in a friendly room, before it counts.
        """,
        duration=75,
        price="90.00",
        seats=1,
        hour=18,
        tags=("interviews", "career", "developers"),
    ),
    DemoSession(
        creator="grace.mitchell",
        category="technology",
        title="Raspberry Pi weekend: a weather station",
        text="""
        I wrote software for twenty years and nothing I shipped has pleased me as much as the little box that tells me
        how cold it is on the porch. We build one: a Pi, a sensor for temperature and pressure, and a page that your
        phone can open.

        You need any Pi with a network, the sensor (I name two good ones, both cost less than lunch) and four wires.
        No soldering. Children from about ten with a patient adult do very well.
        """,
        duration=180,
        price="56.00",
        seats=10,
        hour=13,
        tags=("raspberry-pi", "electronics", "weekend", "family"),
    ),
    DemoSession(
        creator="grace.mitchell",
        category="technology",
        title="Better photographs with the phone you have",
        text="""
        Clean the lens. That is the first tip, and it is free. The others are about light, about getting closer, and
        about the one setting on your phone that is hidden for no good reason.

        We look at two pictures from each of you and improve them together, first by cropping and light, then by
        going out for fifteen minutes and taking them again.
        """,
        duration=90,
        price="29.00",
        seats=15,
        hour=10,
        tags=("photography", "phone", "beginners"),
    ),
    DemoSession(
        creator="grace.mitchell",
        category="technology",
        title="Passwords, passkeys and your parents",
        text="""
        How to move a whole family to a password manager in one sitting, without shouting. We go through it in the
        order that works: the e-mail account first, then the bank, then all the rest as it comes up.

        Ask anything, however basic. This one is free because the people who need it most would never pay for it.
        """,
        duration=60,
        price="0.00",
        seats=35,
        hour=18,
        tags=("security", "passwords", "family", "free"),
    ),
)
