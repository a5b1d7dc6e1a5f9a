"""Wellbeing."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Slow yoga for stiff people",
        text="""
        If you cannot touch your toes, this class was made for you. We use a chair, two cushions and a wall, hold
        each shape for a long and comfortable time, and nobody is asked to look like anything.

        I trained in Mysore and then spent ten years unlearning the idea that it has to hurt. Breathe, adjust, rest.
        Tell me about injuries beforehand, and I will show you your own version of every pose.
        """,
        duration=60,
        price="14.00",
        seats=20,
        hour=18,
        tags=("yoga", "beginners", "gentle"),
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Breathing for bad sleepers",
        text="""
        Three breathing exercises that can be done lying down, in the dark, without an app. We practise each until
        you can do it half asleep, because that is when you will need it.

        I am not a doctor, and long insomnia belongs with one. For the ordinary four o'clock in the morning, this
        helps more people than not.
        """,
        duration=45,
        price="12.50",
        seats=30,
        hour=21,
        tags=("breathing", "sleep", "evening"),
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Sunrise meditation, in silence and together",
        text="""
        Twenty minutes of sitting, ten minutes of tea. I say three sentences at the beginning and ring a bell at the
        end. That is all, and after some months it turns out to be a lot.

        Free, always. Cameras may be on or off.
        """,
        duration=30,
        price="0.00",
        seats=40,
        hour=6,
        tags=("meditation", "morning", "free"),
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="Yoga therapy consultation",
        text="""
        An hour for you alone. We talk for a third of it (your back, your work, your days), then try out what helps,
        and I write you a practice of fifteen minutes with drawings. A month later we speak again briefly to change
        what you did not do.

        I work alongside your doctor or physiotherapist and never instead of them.
        """,
        duration=60,
        price="65.00",
        seats=1,
        hour=11,
        tags=("yoga", "therapy", "back-pain"),
    ),
    DemoSession(
        creator="priya.raman",
        category="wellbeing",
        title="An afternoon of rest: restorative yoga",
        text="""
        Five poses in two and a half hours. You will be propped up with everything soft that your home has to offer,
        and you may fall asleep; most people do, in the third.

        Please gather two blankets, three pillows, a scarf for the eyes and something warm for the feet, and put the
        phone in another room. I keep the time so that you need not.
        """,
        duration=150,
        price="36.00",
        seats=12,
        hour=15,
        tags=("yoga", "rest", "restorative"),
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
        hour=12,
        tags=("drawing", "calm", "mindfulness"),
    ),
    DemoSession(
        creator="grace.mitchell",
        category="wellbeing",
        title="An evening without screens, planned together",
        text="""
        Yes, we meet on a screen in order to put it away. In an hour each of us plans one evening of the coming week:
        where the phone will sleep, what the hands will do instead, and what to tell the people who expect an answer.

        I am pausing this one while I rewrite it after the last group's very honest feedback.
        """,
        duration=60,
        price="9.00",
        seats=22,
        hour=19,
        tags=("habits", "digital-balance", "evening"),
        status="inactive",
    ),
)
