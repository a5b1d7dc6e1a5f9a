"""Charlotte Nguyen sings, listens and swims in Sydney."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="charlotte.nguyen",
        category="music",
        title="Find your singing voice, one to one",
        text="""
        Most people who were told at school that they cannot sing were standing next to someone loud. We begin with
        humming, find the five notes that are easy for you, and build outwards from there.

        I have taught choirs for nine years and met two people who were truly tone-deaf. Chances are you are not
        the third. Come with a song that you love and are afraid of, a glass of water, and a closed door.
        """,
        duration=45,
        price="58.00",
        seats=1,
        tags=("singing", "voice", "beginners", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Tue Wed 13:00-19:00 every 60", "Sat 10:00-13:00 every 60"),
            exceptions=("Wed+1", "Tue+2 09:00-12:00 every 60"),
            buffer_after=15,
            notice=12,
        ),
    ),
    DemoSession(
        creator="charlotte.nguyen",
        category="wellbeing",
        title="Prenatal movement and breath",
        text="""
        Your body changes every week now, so no two of these classes are the same. We work on hips, back, the
        muscles you will need, and the breath that carries through a contraction. I am a certified prenatal
        teacher and the mother of twins, so I have done every one of these with a belly in the way.

        From the fourteenth week on, with your midwife's blessing. Two pillows, a chair, and permission to leave for
        the bathroom at any time.
        """,
        duration=50,
        price="18.00",
        seats=12,
        tags=("pregnancy", "movement", "breathing"),
        hours=WeeklyHoursBuilder(weekly=("Mon Fri 10:00-10:50", "Thu 19:30-20:20"), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="charlotte.nguyen",
        category="fitness",
        title="Mend your freestyle on dry land",
        text="""
        What holds you back in the pool is easier to change out of it. Lying on a bench or an ironing board, you feel
        the catch, the roll and the moment when your elbow drops, and I can see it too, which nobody can under water.

        Afterwards you get a ten-minute drill to take to your next three swims. It is meant for people who can swim a
        kilometre and are bored of swimming it at the same speed.

        A bench, a resistance band, and a phone propped up at the height of your hip.
        """,
        duration=45,
        price="21.00",
        seats=14,
        tags=("swimming", "technique", "freestyle"),
        hours=WeeklyHoursBuilder(weekly=("Sat 07:30-08:15", "Wed 20:00-20:45"), exceptions=("Sat+2",), notice=2),
        cancellation_notice=12,
    ),
    DemoSession(
        creator="charlotte.nguyen",
        category="wellbeing",
        title="Writing through grief, a small circle",
        text="""
        We light a candle and write for fifteen minutes at a time, eight of us, each to the same question.
        Whoever wants to reads; nobody comments, we only say thank you. I have led this circle since my father
        died, and I still write in it myself.

        It runs over a few Thursdays, and you may come to one or to all. I speak with each person on the phone before
        I confirm, because the first weeks after a loss are sometimes too early.

        This is company, not therapy. Have a notebook, tissues, and something warm to drink.
        """,
        duration=90,
        price="22.00",
        seats=8,
        tags=("writing", "grief", "circle"),
        hours=WeeklyHoursBuilder(weekly=("Thu 17:00-18:30",), weeks=(-4, 4), buffer_after=15, notice=24, horizon=60),
        requires_confirmation=True,
        cancellation_notice=0,
    ),
    DemoSession(
        creator="charlotte.nguyen",
        category="business",
        title="Launch a podcast that people finish",
        text="""
        Ninety in a hundred podcasts end before episode ten. Ours begins with the tenth: we write its title, then
        work back to a first episode you can record next week with what is in your house.

        In two hours you settle on a listener, a length and a promise, and read a two-minute opening aloud. I produced
        a public radio programme for seven years and will be honest about the opening.

        Ask for a date that suits your team. I come to companies and clubs as well as to single people, so there is
        no fixed timetable.
        """,
        duration=120,
        price="68.00",
        seats=12,
        tags=("podcast", "audio", "storytelling"),
        hours=WeeklyHoursBuilder(weekly=("Fri 13:00-15:00", "Mon 16:00-18:00"), notice=48),
        is_open=True,
        requires_confirmation=True,
        cancellation_notice=48,
    ),
)
