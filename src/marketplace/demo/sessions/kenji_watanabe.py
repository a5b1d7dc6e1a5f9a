"""Kenji Watanabe paints, prints and writes in Tokyo."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Brush and ink: your first ten strokes",
        text="""
        Everything in sumi-e is built from a handful of strokes: the bone, the leaf, the dot, the dry sweep. We spend
        the whole session on ten of them, slowly, and end with one small bamboo painting that uses them all.

        No drawing experience is needed. People who say they cannot draw often do very well: there is nothing to
        copy, only a movement to repeat until the hand knows it.

        You need a soft round brush, any black ink, a saucer and a pile of cheap paper. Newsprint is better than good
        paper, because you will not be afraid to waste it.
        """,
        duration=90,
        price="38.00",
        seats=10,
        tags=("ink", "painting", "beginners", "japan"),
        hours=WeeklyHoursBuilder(weekly=("Wed 19:00-20:30", "Sat 10:00-11:30 20:00-21:30"), buffer_after=15, notice=4),
        is_popular=True,
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Draw your street in forty-five minutes",
        text="""
        Each of us sits at a window or on a step and draws what is there: wires, bins, the neighbour's bicycle. I
        draw with you and talk about what I leave out, which is nearly everything.

        A pencil and the back of an envelope will do. We hold the pages up at the end and nobody is graded. It costs
        nothing, because I would be out there drawing anyway.
        """,
        duration=45,
        price="0.00",
        seats=30,
        tags=("drawing", "urban-sketching", "free"),
        hours=WeeklyHoursBuilder(weekly=("Sun 08:00-08:45",), notice=0, horizon=30),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="languages",
        title="Japanese for your first trip",
        text="""
        Ninety minutes will not teach you Japanese. They are enough for the forty phrases that a first trip is
        made of: how to enter a small restaurant, how to ask without pointing, how to apologise (you will use
        this one most), and how to read the six signs that matter in a station.

        We practise each situation aloud in pairs. You will mispronounce things, and people in Japan will be
        delighted anyway.

        If your flight is already booked, tell me the cities and I swap in the dialect of the taxi drivers there.
        """,
        duration=90,
        price="35.00",
        seats=12,
        tags=("japanese", "travel", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Tue Fri 20:00-21:30",), exceptions=("Tue+1",), notice=6),
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Write one character well",
        text="""
        I teach this to one person at a time, or to two who know each other. You choose a single character
        (many choose a child's name or the season), and we study how it is built, where the weight lies and
        where the brush should breathe.

        Write to me with your character when you ask for a time. I confirm once I am sure that it can be learned in an
        hour; some cannot, and then I suggest a cousin of it.

        By the end you will have written it perhaps sixty times, and one of those will be worth keeping. I say
        honestly which one I would choose and why. A brush, ink, and thirty sheets of any absorbent paper, please.
        """,
        duration=60,
        price="55.00",
        seats=2,
        tags=("calligraphy", "japan", "ink"),
        hours=WeeklyHoursBuilder(weekly=("Mon Thu 17:00-21:00 every 75",), buffer_after=15, notice=48),
        requires_confirmation=True,
        cancellation_notice=48,
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Carve and print a small woodblock",
        text="""
        We cut a postcard-sized block in soft wood and print it by hand with a wooden spoon, without a press. You
        leave with an edition of five prints and a block you can use again at new year. I hold this workshop a few
        times a year, on one Sunday, and this is the only date for now.

        Please have two carving tools (a V and a U are enough), a block of shina or lino, and a little water-based
        ink. We begin with how to hold the tool and where to keep the other hand. I am strict about that: in eleven
        years nobody has needed more than a plaster, and I would like it to stay so.

        Bring a simple drawing with strong black shapes. If you have none, I have a dozen you may use.
        """,
        duration=180,
        price="95.00",
        seats=8,
        tags=("printmaking", "woodblock", "handmade"),
        hours=WeeklyHoursBuilder(
            extras=("Sun+1 10:00-13:00",), buffer_before=30, buffer_after=30, notice=48, horizon=90
        ),
        cancellation_notice=72,
    ),
)
