"""Hannah Weiss draws and paints in New York."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
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
        tags=("watercolour", "painting", "colour", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Mon Thu 18:00-20:00", "Sat 13:00-15:00"), buffer_after=15, notice=6),
        is_popular=True,
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Portrait drawing from a live model, online",
        text="""
        Our model sits under a good lamp for two hours, and nobody asks you to hurry. We start with five
        one-minute poses to warm up and finish with a single pose of fifty minutes.

        I go round the screens and comment in private unless you want the group to hear. You should have drawn faces
        before, even badly. If this would be your first, take a look at my watercolour evening instead and come back.

        A part of the price is the model's fee, paid in full even when the class is half empty. Bring whatever makes
        marks you like, and paper larger than you think you need.
        """,
        duration=120,
        price="42.00",
        seats=16,
        tags=("drawing", "portrait", "live-model"),
        hours=WeeklyHoursBuilder(
            weekly=("Fri 18:30-20:30",), exceptions=("Fri+1 14:00-16:00",), buffer_before=30, notice=12
        ),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="hannah.weiss",
        category="wellbeing",
        title="Drawing as a way to calm down",
        text="""
        This is not art class. We draw lines, very slowly, while breathing out, then fill a page with something small
        and repeated. After twenty minutes the shoulders come down by themselves.

        I began doing this in hospital waiting rooms, with the back of an appointment letter and a biro. You need no
        more than that either. Nothing is shown unless you want to show it.
        """,
        duration=60,
        price="19.00",
        seats=18,
        tags=("drawing", "calm", "mindfulness"),
        hours=WeeklyHoursBuilder(weekly=("Wed 12:00-13:00", "Sun 17:00-18:00"), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Portfolio review, one to one",
        text="""
        You show me ten to fifteen pieces; I tell you which ones to keep, in what order, and what is missing. I sat
        on admissions panels for nine years and know how fast a portfolio is really leafed through.

        Send a PDF two days before. I look through it before I confirm, and if it is too early for a review I say so
        and you pay nothing. Afterwards you get a page of written notes, so that you can listen instead of scribbling.
        """,
        duration=45,
        price="70.00",
        seats=1,
        tags=("portfolio", "mentoring", "art-school", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Tue 10:00-13:00 14:00-17:00 every 60", "Wed 14:00-17:00 every 60"),
            exceptions=("Tue+1 09:00-11:00 every 60",),
            buffer_after=15,
            notice=48,
        ),
        requires_confirmation=True,
        cancellation_notice=48,
    ),
    DemoSession(
        creator="hannah.weiss",
        category="art",
        title="Bind a sketchbook you will want to fill",
        text="""
        I show you how to sew a Coptic binding, the oldest one there is, and it forgives beginners. In ninety
        minutes four sheets of paper, a needle and waxed thread become a sketchbook that opens flat.

        One afternoon only, until my thumbs recover. Fold your pages before we meet (I send a drawing) so that we can
        spend our time sewing. Scissors, an awl or a thick needle, and a heavy book to press it under are all the
        machinery we need.
        """,
        duration=90,
        price="34.50",
        seats=14,
        tags=("bookbinding", "paper", "handmade", "one-off"),
        hours=WeeklyHoursBuilder(extras=("Sun+1 13:00-14:30",), buffer_before=15, notice=24, horizon=60),
        cancellation_notice=48,
    ),
)
