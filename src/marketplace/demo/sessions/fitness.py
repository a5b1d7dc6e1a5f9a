"""Fitness."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Kettlebells for people who have never held one",
        text="""
        One bell, five movements, and a lot of talk about hips. The swing looks like an arm exercise and is not;
        once you feel that, the rest of the session is easy to teach and hard to do.

        Women usually start with 8 kg, men with 12. If in doubt, go lighter. I watch every repetition in the first
        twenty minutes, which is why the group is small. Please tell me about your back before we begin, not after.
        """,
        duration=60,
        price="22.00",
        seats=8,
        hour=18,
        tags=("kettlebell", "strength", "beginners"),
        popular=True,
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Wake-up mobility, half an hour",
        text="""
        Ankles, hips, shoulders, in that order, before your first coffee. Nothing here will make you sweat through
        your pyjamas, and yes, people do come in pyjamas.

        It is the same routine each time, on purpose: after a fortnight you can do it without me.
        """,
        duration=30,
        price="0.00",
        seats=40,
        hour=7,
        tags=("mobility", "morning", "free"),
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="From the sofa to five kilometres: your plan",
        text="""
        We look at where you are, what hurts, how many evenings you honestly have, and write a ten-week plan that
        survives a cold and a bad month at work. I have taken some two hundred people to their first parkrun, and
        the oldest was seventy-four.

        There is no running in the session itself. We do film you walking down the hall, because it tells me more
        than a questionnaire.

        You can write to me once a week while the plan runs. That is included.
        """,
        duration=60,
        price="50.00",
        seats=1,
        hour=12,
        tags=("running", "coaching", "beginners"),
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
        hour=10,
        tags=("strength", "balance", "seniors"),
    ),
    DemoSession(
        creator="tom.gallagher",
        category="fitness",
        title="Sea swimming in winter: the sensible way in",
        text="""
        Before you go into cold water there is an hour of knowledge that makes it a joy rather than an accident: the
        gasp, the afterdrop, when not to swim at all, who stands on the shore and what is in their bag.

        This is the theory, with tea, online. Those near Dublin are welcome at the Forty Foot on a later weekend for
        the practice, which is free and very short.
        """,
        duration=75,
        price="15.00",
        seats=30,
        hour=19,
        tags=("swimming", "cold-water", "safety"),
        status="inactive",
    ),
    DemoSession(
        creator="mateo.silva",
        category="fitness",
        title="Capoeira basics: ginga, esquiva, and a song",
        text="""
        Capoeira is a fight that pretends to be a dance, or the other way round. We learn the ginga until it is no
        longer counting, two ways to get out of the way, one kick, and the chorus that you sing while others play.

        You need two metres by two metres, bare feet and some humour. I play the berimbau live. My neighbours know.
        """,
        duration=60,
        price="16.00",
        seats=20,
        hour=18,
        tags=("capoeira", "martial-arts", "dance", "brazil"),
    ),
    DemoSession(
        creator="grace.mitchell",
        category="fitness",
        title="Trail running: reading the ground",
        text="""
        Road runners look up; trail runners read three steps ahead. I take you through short films from the hills
        above Auckland and we practise seeing the line: where to put the foot on roots, on scree, in mud, and when
        to walk.

        Then we do twenty minutes of ankle and balance work on a rolled-up towel. It is harder than it sounds.
        """,
        duration=60,
        price="20.00",
        seats=16,
        hour=9,
        tags=("running", "trail", "balance"),
    ),
)
