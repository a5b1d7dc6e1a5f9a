"""Grace Mitchell left software for the hills above Auckland."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="grace.mitchell",
        category="technology",
        title="Passwords, passkeys and your parents",
        text="""
        A whole family can move to a password manager in one sitting, without shouting; I have seen it done,
        twice with my own. We go through it in the order that works: the e-mail account first, then the bank,
        then all the rest as it comes up.

        Ask anything, however basic. This one is free because the people who need it most would never pay for it.
        Bring the parent, if you can, and the notebook with the passwords in it.
        """,
        duration=60,
        price="0.00",
        seats=30,
        tags=("security", "passwords", "family", "free"),
        hours=WeeklyHoursBuilder(weekly=("Wed 18:00-19:00", "Sat 15:00-16:00"), notice=0),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="grace.mitchell",
        category="fitness",
        title="Trail running with your eyes open",
        text="""
        Road runners look up; trail runners read three steps ahead. I take you through short films from the hills
        above Auckland and we practise seeing the line: where to put the foot on roots, on scree, in mud, and when
        to walk.

        Then we do twenty minutes of ankle and balance work on a rolled-up towel. It is harder than it sounds. If you
        can run for half an hour on a road, you are ready for both.
        """,
        duration=60,
        price="20.00",
        seats=16,
        tags=("running", "trail", "balance"),
        hours=WeeklyHoursBuilder(weekly=("Sat 09:00-10:00", "Tue 19:00-20:00"), exceptions=("Tue+1",), notice=2),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="grace.mitchell",
        category="technology",
        title="Better photographs with the phone you have",
        text="""
        Clean the lens. That is the first tip, and it is free. The others are about light, about getting closer, and
        about the one setting on your phone that is hidden for no good reason.

        We look at two pictures from each of you and improve them together, first by cropping and light, then by
        going out for fifteen minutes and taking them again. Any phone of the last eight years is good enough.
        """,
        duration=90,
        price="29.00",
        seats=15,
        tags=("photography", "phone", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sun 10:00-11:30",), notice=6),
    ),
    DemoSession(
        creator="grace.mitchell",
        category="technology",
        title="Build a weather station with a Raspberry Pi",
        text="""
        I wrote software for twenty years and nothing I shipped has pleased me as much as the little box that tells me
        how cold it is on the porch. We build one: a Pi, a sensor for temperature and pressure, and a page that your
        phone can open.

        You need any Pi with a network, the sensor (I name two good ones, both cost less than lunch) and four wires.
        No soldering. Children from about ten with a patient adult do very well.

        It is one afternoon, offered on two Sundays so that a parcel that comes late is no tragedy.
        """,
        duration=180,
        price="56.00",
        seats=10,
        tags=("raspberry-pi", "electronics", "weekend", "family"),
        hours=WeeklyHoursBuilder(
            extras=("Sun+0 13:00-16:00", "Sun+2 13:00-16:00"), buffer_after=15, notice=12, horizon=60
        ),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="grace.mitchell",
        category="wellbeing",
        title="An evening without screens, planned together",
        text="""
        Yes, we meet on a screen in order to put it away. In an hour each of us plans one evening of the coming week:
        where the phone will sleep, what the hands will do instead, and what to tell the people who expect an answer.

        I am pausing this one while I rewrite it after the last group's very honest feedback.
        """,
        duration=60,
        price="9.00",
        seats=22,
        tags=("habits", "digital-balance", "evening"),
        hours=WeeklyHoursBuilder(weekly=("Thu 19:00-20:00",), notice=2),
        cancellation_notice=4,
        status="inactive",
    ),
)
