"""Cooking."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Fresh egg pasta by hand, no machine",
        text="""
        Flour, eggs, a rolling pin and your own two hands. We make the dough together, let it rest while we talk
        about flour, and roll it until you can read the label of the wine through it. Then tagliatelle, farfalle, and
        if we are quick a few ravioli.

        My grandmother taught me this on a table in Bologna, and I still measure the way she did: one egg each, and
        one for the pot. Cook along in your own kitchen, camera pointed at the board. I will look at your dough
        every few minutes, because no recipe can tell you how it should feel.

        At the end we cook what we made with butter and sage and eat together. You need a clean table, a long
        rolling pin (an empty bottle works) and 400 g of flour for four people.
        """,
        duration=120,
        price="48.00",
        seats=12,
        hour=17,
        tags=("pasta", "italian", "handmade", "dinner"),
        popular=True,
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Risotto: the patient half hour",
        text="""
        One pan, one wooden spoon, one risotto. You learn to toast the rice, to hear when it wants more broth, and to
        finish it off the heat so that it runs slowly across the plate, all'onda.

        Come hungry, with 300 g of carnaroli or arborio, an onion, some good butter and parmesan. I send the list the
        day before, with what to use instead if your shop has only long grain. (Then we make a pilaf, and I teach you
        that.)
        """,
        duration=60,
        price="28.00",
        seats=16,
        hour=18,
        tags=("rice", "italian", "weeknight"),
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Focaccia with a three-day dough",
        text="""
        We meet once, but the bread takes three days: I show you each stage with doughs I started on each of the
        days before, and you start yours while we talk. On the day after tomorrow you bake it, with my notes beside
        you and a chat group in which all of us post our bubbles.

        Almost no kneading. Much waiting. The oven does not have to be a special one; mine came with the flat.
        """,
        duration=90,
        price="32.00",
        seats=20,
        hour=10,
        tags=("bread", "italian", "baking", "sourdough"),
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="Sunday lunch for eight, planned backwards",
        text="""
        Cooking for eight is not cooking for two, four times over. We begin at the moment when everyone sits down
        and plan backwards: what can be made the day before, what must be hot, what you can do with a glass in hand.

        The menu is an antipasto that needs no oven, a baked pasta, a slow roast and a dessert in glasses. You do not
        cook during the session; you leave with a timetable, a shopping list and, I hope, less fear.
        """,
        duration=75,
        price="25.00",
        seats=30,
        hour=11,
        tags=("hosting", "italian", "planning"),
    ),
    DemoSession(
        creator="elena.marchetti",
        category="cooking",
        title="A private evening in my kitchen in Rome",
        text="""
        For up to six friends, at my own table near Piazza Vittorio. We shop at the market first, if you come early,
        and decide there what dinner will be. I cook, you cook, and we eat everything, with wine from a cousin's
        vineyard.

        Vegetarians are happy here, coeliacs too if I know a few days before. The stairs are steep and there are
        sixty-two of them.
        """,
        duration=180,
        price="180.00",
        seats=6,
        hour=18,
        tags=("italian", "in-person", "rome", "dinner"),
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="cooking",
        title="Corn tortillas and three salsas",
        text="""
        Masa, water, a little salt, and the patience to burn the first two. We press and bake tortillas on a dry pan
        until they puff, and between batches we make a raw green salsa, a roasted red one, and the smoky one my
        mother will not write down.

        Masa harina is in most larger shops by now. A tortilla press is nice, two plates and a freezer bag do it too.
        I teach in English with plenty of Spanish for the things you can eat.
        """,
        duration=90,
        price="30.00",
        seats=14,
        hour=12,
        tags=("mexican", "tortillas", "salsa"),
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="cooking",
        title="One tagine, four seasons",
        text="""
        The pot matters less than the order in which things go into it. You will make one tagine with me (chicken,
        preserved lemon, olives, or chickpeas in place of the chicken) and learn to change it with the months:
        quince in autumn, peas and artichokes in spring.

        We use a heavy lidded pan; you do not need the pointed hat. While it murmurs for forty minutes we preserve
        lemons, which you may open in a month and think of me.
        """,
        duration=105,
        price="36.00",
        seats=12,
        hour=17,
        tags=("moroccan", "slow-cooking", "spices"),
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="cooking",
        title="Know your spices: a tasting at home",
        text="""
        Open your cupboard and put everything on the table. We smell, taste, toast and throw away. Then we grind a
        small ras el hanout out of what survived.

        After this hour you will know why the jar of paprika from your first flat does nothing any more, and how to
        wake a tired lentil soup with three seeds and a spoon of oil.
        """,
        duration=60,
        price="18.00",
        seats=25,
        hour=19,
        tags=("spices", "tasting", "moroccan", "beginners"),
    ),
)
