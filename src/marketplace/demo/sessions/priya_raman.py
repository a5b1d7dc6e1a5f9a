"""Priya Raman teaches yoga and rest from Chennai."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Slow yoga for stiff people",
        text="""
        My class is for people who cannot touch their toes and have stopped trying. We use a chair, two
        cushions and a wall, hold each shape for a long and comfortable time, and nobody is asked to look like
        anything.

        I trained in Mysore and then spent ten years unlearning the idea that it has to hurt. Breathe, adjust, rest.
        Tell me about injuries beforehand, and I will show you your own version of every pose.
        """,
        duration=60,
        price="14.00",
        seats=20,
        tags=("yoga", "beginners", "gentle"),
        hours=WeeklyHoursBuilder(weekly=("Mon Wed Fri 18:00-19:00", "Sat 08:00-09:00"), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Sunrise meditation, in silence and together",
        text="""
        We sit for twenty minutes and drink tea for ten. I say three sentences at the beginning and ring a bell
        at the end. That is all, and after some months it turns out to be a lot.

        Free, always. Cameras may be on or off, and the sunrise need not be yours: half of us sit at the other end of
        the day.
        """,
        duration=30,
        price="0.00",
        seats=30,
        tags=("meditation", "morning", "free"),
        hours=WeeklyHoursBuilder(weekly=("Mon Tue Wed Thu Fri Sat 06:00-06:30",), notice=0, horizon=21),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Breathing for bad sleepers",
        text="""
        I teach three breathing exercises that can be done lying down, in the dark, without an app. We practise
        each until you can do it half asleep, because that is when you will need it.

        I am not a doctor, and long insomnia belongs with one. For the ordinary four o'clock in the morning, this
        helps more people than not. Lie down for it if you can; falling asleep in class counts as success.
        """,
        duration=45,
        price="12.50",
        seats=30,
        tags=("breathing", "sleep", "evening"),
        hours=WeeklyHoursBuilder(weekly=("Tue Thu 21:00-21:45",), exceptions=("Thu+0",), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Yoga therapy consultation",
        text="""
        A consultation begins with listening: your back, your work, your days. Then we try out what helps, and
        I write you a practice of fifteen minutes with drawings. A month later we speak again briefly to change
        what you did not do.

        I read what you write to me before I say yes, and I say no when something belongs with a physician first. I
        work alongside your doctor or physiotherapist and never instead of them.

        Wear what you would wear on a sofa. A chair, a mat or a rug, and reports of any scans you have had.
        """,
        duration=60,
        price="65.00",
        seats=1,
        tags=("yoga", "therapy", "back-pain", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Tue Wed Thu Fri 10:00-13:00 15:00-17:30 every 75",),
            exceptions=("Fri+1",),
            buffer_after=15,
            notice=24,
        ),
        requires_confirmation=True,
        cancellation_notice=48,
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="An afternoon of restorative yoga",
        text="""
        In two and a half hours we do five poses, and nobody has yet complained that it was too few. You will
        be propped up with everything soft that your home has to offer, and you may fall asleep; most people
        do, in the third.

        Please gather two blankets, three pillows, a scarf for the eyes and something warm for the feet, and put the
        phone in another room. I keep the time so that you need not.
        """,
        duration=150,
        price="36.00",
        seats=12,
        tags=("yoga", "rest", "restorative"),
        hours=WeeklyHoursBuilder(weekly=("Sun 15:00-17:30",), notice=3),
        cancellation_notice=12,
    ),
)
