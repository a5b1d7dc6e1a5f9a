"""Jonas Lindqvist teaches music in Stockholm."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Three chords and twelve songs on the guitar",
        text="""
        G, C and D will take you through a surprising part of the last sixty years. You learn to change between them
        without looking, two ways to strum, and then we simply play, song after song, until the fingertips protest.

        It is a first lesson, and also a good second first lesson if the guitar has stood in a corner since school.

        A borrowed instrument is fine. We tune together in the first ten minutes, and I show you how to tell whether
        the guitar is at fault or your fingers are just new to it.
        """,
        duration=75,
        price="26.00",
        seats=12,
        tags=("guitar", "beginners", "songs"),
        hours=WeeklyHoursBuilder(weekly=("Tue 18:00-19:15", "Sat 11:00-12:15"), buffer_after=15, notice=2),
        cancellation_notice=12,
        is_popular=True,
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Fingerstyle guitar lesson, one to one",
        text="""
        For players who know their chords and want the thumb and the fingers to lead lives of their own. We start
        from the piece you are working on, find the two bars where it always breaks, and slow them down until they
        do not.

        I record the important minutes and send them to you. Many pupils come every fortnight, some twice a year.
        Both work. Steel or nylon, as you like; a footstool or a thick book helps.
        """,
        duration=50,
        price="48.00",
        seats=1,
        tags=("guitar", "fingerstyle", "one-to-one"),
        hours=WeeklyHoursBuilder(
            weekly=("Mon Wed Thu 13:00-18:00 every 60",),
            exceptions=("Wed+0", "Thu+1 10:00-13:00 every 60"),
            buffer_after=10,
            notice=12,
        ),
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Write a song in one evening",
        text="""
        By ten o'clock you will have written a song. Everyone makes their own, side by side, and every twenty
        minutes we stop to hear where each of them is going.

        They will not all be good. Mine are not either. But a finished bad song teaches more than a brilliant first
        line in a drawer.

        You need an instrument you can accompany yourself on, or a friend who has one, and something to eat at eight,
        when we break for half an hour.
        """,
        duration=240,
        price="64.00",
        seats=9,
        tags=("songwriting", "lyrics", "creative"),
        hours=WeeklyHoursBuilder(weekly=("Fri 18:00-22:00",), exceptions=("Fri+1",), notice=12, horizon=60),
        cancellation_notice=48,
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="How to listen to a string quartet",
        text="""
        Imagine four people deep in conversation, in a language you do not speak. We listen to one movement by
        Haydn three times in an hour, and each time you follow a different player, until you could say who is
        teasing whom.

        No notes to read and no jargon that I do not explain. It was made for people who like the sound and suspect
        that they are missing the story. Good headphones help a great deal.
        """,
        duration=60,
        price="10.00",
        seats=30,
        tags=("listening", "classical", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sun 19:00-20:00",), notice=0),
        cancellation_notice=0,
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Record your voice and guitar at home",
        text="""
        The best studio in most flats is a wardrobe. We look for yours by walking around and clapping, set the
        level so that nothing clips, and make one honest recording from start to end.

        After that I mix it with you in a free program, and explain each of the four knobs I touch. There are only
        four, really.

        Any USB microphone or interface will do; phones are allowed, blankets compulsory. Six people at most, since I
        listen to every room.
        """,
        duration=120,
        price="54.00",
        seats=6,
        tags=("recording", "microphones", "mixing"),
        hours=WeeklyHoursBuilder(weekly=("Sat 14:00-16:00",), buffer_before=15, notice=24),
    ),
)
