"""Lucía Fernández teaches Spanish in Mexico City, and cooks."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Spanish conversation table, intermediate",
        text="""
        We push the textbook aside and talk, eight of us, about one thing for an hour. This month it is the
        houses we grew up in. I write down what you almost said right, and in the last fifteen minutes we go
        through it together.

        You are at home here if you can tell somebody about your weekend in the past tense, with mistakes. If you are
        not sure, come once; I will tell you kindly if another group fits better.

        Bring one photograph of a room you remember. It starts better conversations than any question of mine.
        """,
        duration=75,
        price="18.00",
        seats=8,
        tags=("spanish", "conversation", "intermediate"),
        hours=WeeklyHoursBuilder(weekly=("Tue Thu 18:00-19:15",), notice=1),
        cancellation_notice=12,
        is_popular=True,
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Your first conversation in Spanish",
        text="""
        You arrive without a word of Spanish and leave having introduced yourself, ordered a coffee and asked
        somebody where they are from, in sentences you made yourself.

        I speak slowly, with my hands, and in Spanish from the second minute. Adults are afraid of sounding silly.
        We get that over with in the first quarter of an hour and then it is fun.
        """,
        duration=60,
        price="20.00",
        seats=10,
        tags=("spanish", "beginners", "conversation"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Wed 11:00-12:00 19:00-20:00",), exceptions=("Mon+1 19:00-20:00",), notice=2
        ),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="cooking",
        title="Corn tortillas and three salsas",
        text="""
        The first two tortillas always burn. The third one puffs, and from then on everybody in your kitchen
        wants to press. Between batches we make a raw green salsa, a roasted red one, and the smoky one my
        mother will not write down.

        Masa harina is in most larger shops by now. A tortilla press is nice; two plates and a freezer bag do it too.
        The rest is tomatillos or green tomatoes, chillies you can stand, an onion and limes.

        I teach in English with plenty of Spanish for the things you can eat. Children are good at pressing.
        """,
        duration=90,
        price="30.00",
        seats=14,
        tags=("mexican", "tortillas", "salsa", "family"),
        hours=WeeklyHoursBuilder(weekly=("Sun 12:00-13:30",), buffer_before=30, notice=12),
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Spanish for nurses and doctors",
        text="""
        Where does it hurt, since when, are you allergic to anything, we are going to take some blood. We practise
        the sentences of a real shift, in both directions, with the words patients actually use instead of the ones
        in the dictionary.

        I prepared these lessons with two nurses from a hospital in Puebla. It is a series of Saturdays, each with a
        ward of its own (this term: emergency, maternity, paediatrics, the night), so you can book them all or only
        those you need.

        Intermediate Spanish is enough. Come with the situations in which you got stuck; names stay outside.
        """,
        duration=90,
        price="52.00",
        seats=8,
        tags=("spanish", "medical", "work"),
        hours=WeeklyHoursBuilder(weekly=("Sat 09:00-10:30",), weeks=(-3, 4), notice=12, horizon=60),
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Por and para, once and for all",
        text="""
        I have explained these two words to perhaps a thousand people, and there is one picture that works for
        nearly all of them. After it come forty sentences, each taken from a real message, a song or a street
        sign.

        For everyone from A2 upwards. I hold it once in a while, so this is a single date. You get the forty sentences
        and my answers as a sheet to keep on the fridge.
        """,
        duration=60,
        price="15.00",
        seats=25,
        tags=("spanish", "grammar", "one-off"),
        hours=WeeklyHoursBuilder(extras=("Fri+1 12:00-13:00",), notice=1, horizon=60),
        cancellation_notice=12,
    ),
)
