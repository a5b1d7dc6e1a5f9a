"""Tom Gallagher trains people in Dublin who do not think of themselves as sporty."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Kettlebells for people who have never held one",
        text="""
        The swing looks like an arm exercise and is not. Once you feel that, the rest of the hour is easy to
        teach and hard to do: four more movements with the same bell, and a lot of talk about hips.

        I watch every repetition in the first twenty minutes, which is why the group is small. Please tell me about
        your back before we begin, not after.

        Most people start with 8 or 12 kg. If in doubt, go lighter. Flat shoes or none, and nothing breakable within
        two metres.
        """,
        duration=60,
        price="22.00",
        seats=8,
        tags=("kettlebell", "strength", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Mon Wed 18:30-19:30", "Sat 09:00-10:00"), buffer_after=10, notice=2),
        cancellation_notice=12,
        is_popular=True,
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Wake-up mobility, half an hour",
        text="""
        I get you moving before your first coffee: ankles, then hips, then shoulders. Nothing here will make
        you sweat through your pyjamas, and yes, people do come in pyjamas.

        It is the same routine each time, on purpose: after a fortnight you can do it without me, and that is why I
        charge nothing for it.
        """,
        duration=30,
        price="0.00",
        seats=30,
        tags=("mobility", "morning", "free"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Tue Wed Thu Fri 07:00-07:30",), exceptions=("Mon+1",), notice=0, horizon=21
        ),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Strong after sixty",
        text="""
        Getting up from a chair, carrying the shopping, catching yourself when you trip: these are strength
        exercises, and we train them as such, with a chair, a wall and two tins of beans.

        Come as you are. If you have had a new hip or knee, ask your physiotherapist first and then write to me; I
        have worked alongside enough of them to adapt every movement. Grandchildren may join for nothing.
        """,
        duration=45,
        price="12.00",
        seats=15,
        tags=("strength", "balance", "seniors"),
        hours=WeeklyHoursBuilder(weekly=("Tue Fri 10:00-10:45",), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="From the sofa to your first five kilometres",
        text="""
        We look at where you are, what hurts, how many evenings you honestly have, and write a ten-week plan that
        survives a cold and a bad month at work. I have taken some two hundred people to their first parkrun, and
        the oldest was seventy-four.

        There is no running in the session itself. I do ask you to walk up and down your hall on camera, because it
        tells me more than a questionnaire.

        You can write to me once a week while the plan runs. That is included, and so is the telling-off.
        """,
        duration=60,
        price="50.00",
        seats=1,
        tags=("running", "coaching", "beginners", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Tue Thu 12:00-16:00 every 30", "Mon 10:00-12:00 every 30"),
            exceptions=("Thu+2 17:00-20:00 every 30",),
            buffer_before=10,
            buffer_after=10,
            notice=12,
        ),
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Winter sea swimming, the sensible way in",
        text="""
        Cold water is a joy or an accident, and an hour of knowledge decides which: the gasp, the afterdrop,
        when not to swim at all, who stands on the shore and what is in their bag.

        This is the theory, with tea, online. I am resting it for now and will put up new dates when the water is
        properly unpleasant again.
        """,
        duration=75,
        price="15.00",
        seats=30,
        tags=("swimming", "cold-water", "safety"),
        hours=WeeklyHoursBuilder(weekly=("Wed 20:00-21:15",), notice=2),
        cancellation_notice=12,
        status="inactive",
    ),
)
