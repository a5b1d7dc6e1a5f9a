"""Miriam Vogel repairs, explains and bakes in Berlin."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="miriam.vogel",
        category="technology",
        title="Repair evening for lamps, toasters and the rest",
        text="""
        Put the thing that does not work on the table: a lamp, a toaster, headphones with one dead ear. We find out
        together where the current stops, with a ten-euro meter and some logic, and in two cases out of three we get
        it going again.

        The first half hour is about safety, and nobody skips it. Microwave ovens stay closed.

        Write me what you are bringing and what it does instead of working. A set of small screwdrivers and a
        multimeter are all it takes; a spare fuse has made many people happy.
        """,
        duration=150,
        price="24.00",
        seats=12,
        tags=("repair", "electronics", "sustainability"),
        hours=WeeklyHoursBuilder(weekly=("Thu 18:00-20:30",), buffer_after=15, notice=6),
    ),
    DemoSession(
        creator="miriam.vogel",
        category="technology",
        title="What to hand to an AI at work, and what to keep",
        text="""
        I look after a team of translators, who had every reason to be worried, so this is not a sales talk. We take
        ten ordinary tasks (minutes, a difficult mail, a table of figures, a translation) and try each of them live,
        good result or bad.

        Then you sort your own week into three heaps: hand over, hand over and check, never. Most people go home with
        two hours won and one habit dropped.

        For offices, not for programmers. Bring a real task with the names taken out.
        """,
        duration=90,
        price="55.00",
        seats=20,
        tags=("ai", "office", "productivity"),
        hours=WeeklyHoursBuilder(weekly=("Tue 12:00-13:30", "Thu 09:00-10:30"), exceptions=("Tue+1",), notice=4),
    ),
    DemoSession(
        creator="miriam.vogel",
        category="languages",
        title="German for flat-hunters",
        text="""
        Kaltmiete, Warmmiete, Schufa, Kaution: a hundred words decide whether you are invited to the viewing. We read
        six real adverts, ring a landlord (me), and write the message that gets an answer.

        You also learn what may be asked and what you may politely leave out. I have sat on the other side of the
        table, as the one who chose.

        A2 is enough to begin. Take along the last advert that did not answer you, and we look for the reason.
        """,
        duration=90,
        price="33.00",
        seats=10,
        tags=("german", "housing", "berlin"),
        hours=WeeklyHoursBuilder(weekly=("Mon 19:00-20:30", "Wed 18:00-19:30"), notice=2),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="miriam.vogel",
        category="business",
        title="Meetings that end on time",
        text="""
        An hour-long meeting with eight people costs a working day. I have moderated some two thousand of them and
        collected the seven sentences that bring one to its end without anybody losing face.

        We rehearse them in small groups with awkward parts to play: the one who starts again from the beginning, the
        one who says nothing until minute fifty-eight.

        You take away an agenda template that fits on a sticky note. And yes, we finish at the hour.
        """,
        duration=60,
        price="45.00",
        seats=16,
        tags=("meetings", "facilitation", "leadership"),
        hours=WeeklyHoursBuilder(weekly=("Wed 12:00-13:00",), notice=2, horizon=60),
    ),
    DemoSession(
        creator="miriam.vogel",
        category="cooking",
        title="Rye bread for people whose sourdough died",
        text="""
        Mine died twice, so there is no shame in this room. Rye is the forgiving one: no kneading, no windowpane test,
        and a starter that wakes up from flour and warm water within four days, whatever the forums say.

        During the class we mix, shape and bake a loaf I prepared; you mix your own alongside and bake it tomorrow
        morning. Between the steps there is time for every question about holes, crust and the smell of nail varnish.

        Get a kilo of wholemeal rye, a loaf tin and a jar. If your starter is still breathing, show it to us.
        """,
        duration=120,
        price="37.00",
        seats=12,
        tags=("bread", "sourdough", "baking", "german-food"),
        hours=WeeklyHoursBuilder(
            extras=("Sat+0 10:00-12:00", "Sat+1 10:00-12:00", "Sat+3 10:00-12:00"), notice=24, horizon=60
        ),
        cancellation_notice=48,
    ),
)
