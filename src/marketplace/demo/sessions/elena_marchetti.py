"""Elena Marchetti cooks in Rome. Her account is the creator account of visitors."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Fresh egg pasta by hand, no machine",
        text="""
        You come away with a board full of tagliatelle that you rolled yourself, and at the end of the class we
        boil and eat them. We make the dough together, let it rest while we talk about flour, and roll it until
        you can read the label of the wine through it. If we are quick there is time for farfalle and a few
        ravioli.

        My grandmother taught me this on a table in Bologna, and I still measure the way she did: one egg each, and
        one for the pot. I look at your dough every few minutes, because no recipe can tell you how it should feel.
        If you have never made pasta, good: there is nothing to unlearn.

        You need a clean table, a long rolling pin (an empty bottle works), 400 g of flour, four eggs, and butter and
        sage for the end.
        """,
        duration=120,
        price="48.00",
        seats=12,
        tags=("pasta", "italian", "handmade", "dinner"),
        hours=WeeklyHoursBuilder(
            weekly=("Tue Thu 18:00-20:00", "Sat 10:30-12:30"),
            exceptions=("Thu+1",),
            buffer_before=30,
            buffer_after=30,
            notice=12,
        ),
        is_popular=True,
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="A risotto you can make without a recipe",
        text="""
        After this hour you will not measure a risotto again. You learn to toast the rice, to hear when it
        wants more broth, and to finish it off the heat so that it runs slowly across the plate, all'onda.

        Come hungry, with 300 g of carnaroli or arborio, an onion, a litre of broth, some good butter and parmesan.
        If your shop has only long grain, come anyway: then we make a pilaf, and I teach you that.

        On Fridays it is the same class at lunchtime, for those of us who work at home and are tired of sandwiches.
        """,
        duration=60,
        price="28.00",
        seats=16,
        tags=("rice", "italian", "weeknight"),
        hours=WeeklyHoursBuilder(weekly=("Mon Wed 18:30-19:30", "Fri 12:30-13:30"), buffer_after=15, notice=6),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="A private evening in my kitchen in Rome",
        text="""
        Come and cook with me at home, at a long table near Piazza Vittorio, with no menu until we have been to
        the market. We shop together at five, if you come early, and decide there what dinner will be. I cook,
        you cook, and we eat everything, with wine from a cousin's vineyard.

        Ask for any evening; I answer within two days, because I have to borrow the evening from my family.
        Vegetarians are happy here, coeliacs too if you tell me when you book.

        The stairs are steep and there are sixty-two of them. Bring an appetite and shoes you can stand in.
        """,
        duration=240,
        price="145.00",
        seats=6,
        tags=("italian", "in-person", "rome", "dinner"),
        hours=WeeklyHoursBuilder(weekly=("Fri Sun 18:00-22:00",), notice=48, horizon=60),
        is_open=True,
        requires_confirmation=True,
        cancellation_notice=72,
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Focaccia with a three-day dough",
        text="""
        We meet once, but the bread takes three days: I show you each stage with doughs I started on each of the
        days before, and you start yours while we talk. On the day after tomorrow you bake it, with my notes beside
        you and a group chat in which all of us post our bubbles.

        Almost no kneading. Much waiting. It suits people whose weekends fall apart, since the dough forgives an hour
        more or less at every step.

        Have 500 g of strong flour, a little yeast, olive oil and a bowl with a lid. The oven does not have to be a
        special one; mine came with the flat.
        """,
        duration=90,
        price="32.00",
        seats=20,
        tags=("bread", "italian", "baking"),
        hours=WeeklyHoursBuilder(weekly=("Sat 15:00-16:30",), buffer_before=15, notice=24, horizon=60),
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Sunday lunch for eight, planned backwards",
        text="""
        Cooking for eight is not cooking for two, four times over. We begin at the moment when everyone sits down
        and plan backwards: what can be made the day before, what must be hot, what you can do with a glass in hand.

        The menu is an antipasto that needs no oven, a baked pasta, a slow roast and a dessert in glasses. Nobody
        cooks during this hour; you leave with a timetable, a shopping list and, I hope, less fear of your in-laws.

        Pencil and paper are enough. If you know the date of your lunch, tell me its season and I adapt the menu.
        """,
        duration=75,
        price="25.00",
        seats=24,
        tags=("hosting", "italian", "planning"),
        hours=WeeklyHoursBuilder(weekly=("Sun 10:30-11:45",), exceptions=("Sun+2 16:00-17:15",), notice=2, horizon=60),
        cancellation_notice=0,
    ),
)
