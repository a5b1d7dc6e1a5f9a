"""Youssef El Amrani cooks and teaches in Casablanca."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="youssef.elamrani",
        category="cooking",
        title="One tagine, four seasons",
        text="""
        The pot matters less than the order in which things go into it. You will make one tagine with me (chicken,
        preserved lemon, olives, or chickpeas in place of the chicken) and learn to change it with the months:
        quince in autumn, peas and artichokes in spring.

        While it murmurs for forty minutes we preserve lemons, which you may open in a month and think of me.

        We use a heavy lidded pan; you do not need the pointed hat. The shopping list comes with the booking, and
        everything on it can be had in an ordinary supermarket.
        """,
        duration=105,
        price="36.00",
        seats=12,
        tags=("moroccan", "slow-cooking", "spices"),
        hours=WeeklyHoursBuilder(weekly=("Thu Sat 17:00-18:45",), exceptions=("Sat+2",), buffer_before=30, notice=12),
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="cooking",
        title="A spice tasting from your own cupboard",
        text="""
        Most cupboards hold thirty jars of spice and six that still taste of something. We go through yours
        together: smell, taste, toast and throw away. Then we grind a small ras el hanout out of what survived.

        You will learn why the paprika from your first flat does nothing any more, and how to wake a tired
        lentil soup with three seeds and a spoon of oil. Have a dry pan and a mortar, or a coffee mill that may
        smell of cumin for ever.
        """,
        duration=60,
        price="18.00",
        seats=25,
        tags=("spices", "tasting", "moroccan", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Tue 19:00-20:00",), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="languages",
        title="Read and write the Arabic alphabet in an afternoon",
        text="""
        Arabic letters hold hands, and that is why they look harder than they are. We learn the twenty-eight of
        them in seven families, by shape, and after three hours you can read shop signs, write your name and
        sound out words you have never seen.

        There are two breaks with tea. Bring a fat pen and lined paper. We do not learn to speak on this day, but
        everything that comes later is three times as easy with the letters in hand.
        """,
        duration=180,
        price="65.00",
        seats=12,
        tags=("arabic", "writing", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sun 14:00-17:00",), buffer_after=30, notice=12, horizon=60),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="languages",
        title="French phone calls without panic",
        text="""
        On the phone there are no hands and no faces, and that is why it frightens people who speak good French. We
        make ten calls in ninety minutes: the dentist, the landlord, the parcel that never came.

        I play the other side, a little more impatient each time. B1 or better, please, and one real call that you
        have been putting off: we end with that one, and you make it the same day.
        """,
        duration=90,
        price="27.00",
        seats=5,
        tags=("french", "conversation", "work", "phone"),
        hours=WeeklyHoursBuilder(weekly=("Wed Fri 09:00-10:30",), notice=3),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="business",
        title="The numbers behind a market stall",
        text="""
        I ran a food stall in Rabat for six years before I taught anyone to cook. Most stalls that close had a queue.
        What they did not have was a price that paid for the oil, the rain and the unsold bread.

        We take one dish and cost it to the last pinch of cumin, then plan a market day: what to prepare, when to
        stop cooking, what to do with the rest. Bring your own dish if you have one, and the receipts of the last
        time you cooked it.

        Market people keep odd hours. Tell me when you are free, at night too, and I will nearly always say yes.
        """,
        duration=90,
        price="40.00",
        seats=18,
        tags=("food-business", "pricing", "markets"),
        hours=WeeklyHoursBuilder(weekly=("Mon 18:30-20:00", "Wed 21:00-22:30"), notice=24),
        is_open=True,
        requires_confirmation=True,
    ),
)
