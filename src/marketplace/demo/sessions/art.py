"""Art."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Brush and ink: your first ten strokes",
        text="""
        Everything in sumi-e is built from a handful of strokes: the bone, the leaf, the dot, the dry sweep. We spend
        the whole session on ten of them, slowly, and end with one small bamboo painting that uses them all.

        You need a soft round brush, any black ink, a saucer and a pile of cheap paper. Newsprint is better than good
        paper, because you will not be afraid to waste it. I send a short list a week before with what to look for in
        an ordinary art shop.

        No drawing experience is needed. People who say they cannot draw often do very well: there is nothing to
        copy, only a movement to repeat until the hand knows it.
        """,
        duration=90,
        price="38.00",
        seats=10,
        hour=19,
        tags=("ink", "painting", "beginners", "japan"),
        popular=True,
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Calligraphy for two: write one character well",
        text="""
        A quiet hour for one or two people. You choose a single character beforehand (many choose a child's name or
        the season), and we study how it is built, where the weight lies and where the brush should breathe.

        By the end you will have written it perhaps sixty times, and one of those will be worth keeping. I tell you
        honestly which one I would choose and why.
        """,
        duration=60,
        price="55.00",
        seats=2,
        hour=17,
        tags=("calligraphy", "japan", "ink"),
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Carve and print a small woodblock",
        text="""
        We cut a postcard-sized block in soft wood and print it by hand with a wooden spoon, without a press. You
        leave with an edition of five prints and a block you can use again at new year.

        Please have two carving tools (a V and a U are enough), a block of shina or lino, and a little water-based
        ink. We begin with how to hold the tool and where to keep the other hand. I am strict about that: in eleven
        years nobody has needed more than a plaster, and I would like it to stay so.

        Bring a simple drawing with strong black shapes. If you have none, I have a dozen you may use.
        """,
        duration=180,
        price="95.00",
        seats=6,
        hour=10,
        tags=("printmaking", "woodblock", "handmade"),
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="art",
        title="Draw your street in forty-five minutes",
        text="""
        Each of us sits at a window or on a step and draws what is there: wires, bins, the neighbour's bicycle. I
        draw with you and talk about what I leave out, which is nearly everything.

        A pencil and the back of an envelope will do. We hold the pages up at the end and nobody is graded.
        """,
        duration=45,
        price="0.00",
        seats=40,
        hour=8,
        tags=("drawing", "urban-sketching", "free"),
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Watercolour without mud",
        text="""
        Most beginners' watercolours go grey for the same three reasons: too many pigments, too little water, and
        one brushstroke too many. We look at each of them with paint on the table and fix it.

        In the first half you mix a whole landscape's worth of colour from only three tubes. In the second half we
        paint a stormy sky and stop while it is still alive. Stopping is the hardest part and I will nag you.

        Any student-grade set works. Please get real watercolour paper, though, at least 300 g. It is the one place
        where saving money makes the lesson impossible.
        """,
        duration=120,
        price="49.00",
        seats=12,
        hour=18,
        tags=("watercolour", "painting", "colour", "beginners"),
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Portrait drawing from a live model, online",
        text="""
        A professional sitter, a good lamp, and two hours in which nobody asks you to hurry. We start with five
        one-minute poses to warm up and finish with a single pose of fifty minutes.

        I go round the screens and comment in private unless you want the group to hear. You should have drawn faces
        before, even badly. If this would be your first, take a look at my watercolour evening instead and come back.

        A part of the price is the model's fee, paid in full even when the class is half empty.
        """,
        duration=120,
        price="42.00",
        seats=16,
        hour=19,
        tags=("drawing", "portrait", "live-model"),
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Portfolio review, one to one",
        text="""
        You show me ten to fifteen pieces; I tell you which ones to keep, in what order, and what is missing. I sat
        on admissions panels for nine years and know how fast a portfolio is really leafed through.

        Send a PDF two days before. Afterwards you get a page of written notes, so that you can listen instead of
        scribbling.
        """,
        duration=45,
        price="70.00",
        seats=1,
        hour=11,
        tags=("portfolio", "mentoring", "art-school"),
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Bind a sketchbook you will want to fill",
        text="""
        Four sheets of paper, a needle, waxed thread and a strip of cloth: in ninety minutes they become a sketchbook
        that opens flat. We sew a Coptic binding, the oldest one there is, and it forgives beginners.

        Fold your pages before we meet (I send a drawing) so that we can spend our time sewing. Scissors and an old
        telephone book to press it under are all the machinery we need.
        """,
        duration=90,
        price="34.50",
        seats=14,
        hour=16,
        tags=("bookbinding", "paper", "handmade"),
    ),
)
