"""Inês Carvalho paints tiles, bakes and sings in Lisbon."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="ines.carvalho",
        category="cooking",
        title="Pastéis de nata in an ordinary oven",
        text="""
        The bakeries here bake at 400 degrees; your oven stops at 250. I have spent three winters closing that gap,
        and the answer is a steel tray, a very thin case and custard that goes in warm.

        You laminate a quick dough, turn it the way the grandmothers do (the thumb does all the work), cook the
        custard and bake a dozen. The first four are for learning. The other eight will be gone before we say
        goodbye.

        Bring a muffin tin, a rolling pin, six egg yolks and patience with the folding. If you have a pizza stone, heat
        it while we talk.
        """,
        duration=120,
        price="39.00",
        seats=14,
        tags=("baking", "portuguese-food", "pastry", "sweet"),
        hours=WeeklyHoursBuilder(weekly=("Fri 18:00-20:00", "Sun 16:00-18:00"), buffer_before=30, notice=12),
        is_popular=True,
    ),
    DemoSession(
        creator="ines.carvalho",
        category="art",
        title="Paint your first azulejo tiles",
        text="""
        A quarter of a pattern sits on every tile, and it comes to life when four of them meet. We rub a drawing
        through pricked paper with charcoal, as the workshops have done since the 1600s, and paint it in two blues.

        At home we use plain bathroom tiles and porcelain paint that sets in an ordinary oven, so nobody needs
        a kiln. Get eight tiles, a fine brush and a wide one; I send you three patterns to print.

        It suits steady people and teaches the others to be steady. Nobody has ever painted only one.
        """,
        duration=120,
        price="44.00",
        seats=10,
        tags=("tiles", "painting", "pattern", "portugal"),
        hours=WeeklyHoursBuilder(
            weekly=("Wed 19:00-21:00", "Sat 15:00-17:00"), exceptions=("Sat+0 10:00-12:00",), notice=24
        ),
    ),
    DemoSession(
        creator="ines.carvalho",
        category="languages",
        title="European Portuguese and its missing vowels",
        text="""
        You learned Portuguese from an app, landed in Lisbon and understood nothing. That is because we eat our
        vowels. In this hour I show you which ones, when, and what is left over.

        First you listen to a short recording of my neighbour at normal speed, and most people catch four words. By
        the end you catch nearly all of it, and she is not speaking any slower.

        For learners from A1 who can read a menu. Headphones, please; the whole lesson lives between the consonants.
        """,
        duration=60,
        price="19.00",
        seats=12,
        tags=("portuguese", "pronunciation", "listening"),
        hours=WeeklyHoursBuilder(weekly=("Mon Thu 19:00-20:00",), notice=1),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="ines.carvalho",
        category="art",
        title="Pinch pots at the kitchen table",
        text="""
        Clay slows people down, which is why I teach it on Sundays. In ninety minutes we make three small pots
        that grow out of the same gesture of the thumbs: one to hold salt, one to hold a flower, and one that
        holds nothing and is usually the best.

        I demonstrate, then I mostly keep quiet, because clay takes more attention than you would think. Good for
        people who spend their days with screens, and for pairs of mother and daughter.

        Air-drying clay is fine, a kilo is plenty. Lay out an old cloth, a bowl of water and a wooden spoon you do not
        love.
        """,
        duration=90,
        price="31.00",
        seats=12,
        tags=("ceramics", "clay", "handmade", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sun 11:00-12:30",), notice=12),
    ),
    DemoSession(
        creator="ines.carvalho",
        category="music",
        title="Fado for people who only sing in the car",
        text="""
        Fado does not ask for a beautiful voice. It asks that you mean it. We learn one old fado from Mouraria, verse
        by verse: the words and what they hide, where to breathe, and the small delay before the last line that
        makes the room go quiet.

        My brother plays the Portuguese guitar. You may sing with your camera off until the final round, and then
        only those who want to are heard.

        You need neither Portuguese nor notes. I write the text out the way it sounds.
        """,
        duration=75,
        price="28.00",
        seats=10,
        tags=("singing", "fado", "portugal", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Tue 20:30-21:45",), exceptions=("Tue+2",), notice=3),
        cancellation_notice=12,
    ),
)
