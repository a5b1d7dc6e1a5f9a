"""Daniel Park coaches in Los Angeles: bodies, careers and a little film."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="daniel.park",
        category="business",
        title="Rehearse your salary negotiation with me",
        text="""
        The first offer is hardly ever the last one. I should know: for twelve years I wrote such letters, at
        two film studios, and there was always room left in them.

        We spend ninety minutes on yours: what to ask for besides money, in which order, and the exact words. I
        play the recruiter twice, once friendly and once not. Of the clients who told me what came of it, most
        earned the price of this session back in the first month.

        Everything stays between us. I confirm within a day and turn down anyone I could be recruiting against.
        """,
        duration=90,
        price="240.00",
        seats=1,
        tags=("negotiation", "career", "salary", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Wed 15:00-19:00 every 120", "Fri 10:00-14:00 every 120"),
            exceptions=("Wed+1",),
            buffer_before=15,
            buffer_after=15,
            notice=24,
        ),
        requires_confirmation=True,
        cancellation_notice=48,
    ),
    DemoSession(
        creator="daniel.park",
        category="fitness",
        title="The twenty-minute desk reset",
        text="""
        By noon your eyes have looked at one distance for three hours and your shoulders have crept up to meet
        them. We undo that in twenty minutes, with no mat and nothing that your colleagues would film.

        It costs less than the coffee you would have had instead. Join in office clothes, and mute me if a call comes
        in; half the group does that every day.
        """,
        duration=20,
        price="4.00",
        seats=30,
        tags=("office", "mobility", "posture"),
        hours=WeeklyHoursBuilder(weekly=("Mon Tue Wed Thu Fri 12:00-12:20",), notice=0, horizon=14),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="daniel.park",
        category="fitness",
        title="Handstands, starting with your feet on the wall",
        text="""
        The fear goes first, the balance comes later. You learn how to fall out of a handstand before you learn to
        get into one, and after that the wall is a friend.

        Each class has the same three parts: wrists, a line drill lying on the floor, and five minutes upside down in
        small portions. People between nineteen and sixty-eight have got there; the usual time is ten weeks, not
        ten days.

        Clear a piece of wall and tell the dog. If you have high blood pressure or a shoulder that clicks, ask me
        first.
        """,
        duration=60,
        price="25.00",
        seats=10,
        tags=("handstand", "calisthenics", "strength"),
        hours=WeeklyHoursBuilder(weekly=("Tue Thu 07:00-08:00", "Sat 09:00-10:00"), exceptions=("Sat+1",), notice=8),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="daniel.park",
        category="wellbeing",
        title="A guided walk in your ear",
        text="""
        Put me in one ear and leave the house. For forty minutes I say a little about pace and breath and where
        to rest your eyes, and then I stop talking, which is the point.

        It began as a phone call to a friend after her divorce. There are now some twenty of us, in nine countries, in
        the rain and in the dark, and nobody has to say a word. A route that you know is best.
        """,
        duration=40,
        price="8.00",
        seats=25,
        tags=("walking", "audio", "calm"),
        hours=WeeklyHoursBuilder(weekly=("Sun 08:00-08:40", "Wed 20:00-20:40"), notice=0),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="daniel.park",
        category="technology",
        title="Cut your first short film on a laptop",
        text="""
        In three hours you turn forty clips of somebody else's wedding into a film of two minutes. You learn
        the four cuts that do ninety per cent of the work, and why you should throw away your favourite shot.

        I supply the footage, since people edit their own children badly. The program is free and runs on any laptop
        made in the last six years; install it the day before and open it once.

        Later, when you cut your own material, send it to me. I answer with a list of times at which I looked away.
        """,
        duration=180,
        price="72.00",
        seats=8,
        tags=("video", "editing", "film", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sun 13:00-16:00",), weeks=(-2, 3), buffer_after=15, notice=24),
        cancellation_notice=48,
    ),
)
