"""Music."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Guitar: three chords, twelve songs",
        text="""
        G, C and D will take you through a surprising part of the last sixty years. You learn to change between them
        without looking, two ways to strum, and then we simply play, song after song, until the fingertips protest.

        A borrowed guitar is fine. We tune together in the first ten minutes, and I show you how to tell whether the
        instrument is at fault or your fingers are just new to it.
        """,
        duration=75,
        price="26.00",
        seats=12,
        hour=18,
        tags=("guitar", "beginners", "songs"),
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
        Both work.
        """,
        duration=50,
        price="48.00",
        seats=1,
        hour=15,
        tags=("guitar", "fingerstyle", "lesson"),
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Write a song in one evening",
        text="""
        A title, a promise, three verses that keep it. We write in parallel: everyone makes their own song, and every
        twenty minutes we stop to hear where it is going. By ten o'clock there are as many songs as there are people.

        They will not all be good. Mine are not either. But a finished bad song teaches more than a brilliant first
        line in a drawer.

        You need an instrument you can accompany yourself on, or a friend who has one.
        """,
        duration=180,
        price="64.00",
        seats=9,
        hour=18,
        tags=("songwriting", "lyrics", "creative"),
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="How to listen to a string quartet",
        text="""
        Four people having a conversation, and nobody tells you what it is about. We listen to one movement by Haydn
        three times in an hour, and each time you follow a different player.

        No notes to read and no jargon that I do not explain. Good headphones help a great deal.
        """,
        duration=60,
        price="10.00",
        seats=40,
        hour=20,
        tags=("listening", "classical", "beginners"),
    ),
    DemoSession(
        creator="jonas.lindqvist",
        category="music",
        title="Home recording: a clean voice and guitar",
        text="""
        One microphone, one blanket, one quiet corner. We find the best place in your room by walking around and
        clapping, set the level so that nothing clips, and make one honest recording from start to end.

        After that I mix it with you in a free program, and explain each of the four knobs I touch. There are only
        four, really.
        """,
        duration=120,
        price="54.00",
        seats=6,
        hour=13,
        tags=("recording", "microphones", "mixing"),
    ),
    DemoSession(
        creator="mateo.silva",
        category="music",
        title="Samba percussion on kitchen things",
        text="""
        A pot is a surdo, a box of matches is a ganza, a frying pan does for the agogo. In an hour we build a samba
        out of four layers and learn to stay in ours while the others try to pull us out.

        Families are very welcome: one booking, one seat per screen, as many spoons as you like.
        """,
        duration=60,
        price="14.00",
        seats=24,
        hour=16,
        tags=("percussion", "samba", "family", "brazil"),
    ),
    DemoSession(
        creator="mateo.silva",
        category="music",
        title="Bossa nova guitar: the right hand",
        text="""
        Everybody looks at the chords, but João Gilberto's secret sits in the thumb. We spend the whole time on the
        right hand: bass on the beat, fingers that lean ahead of it, and how to keep both while you speak, and later
        sing.

        You should be able to play a few seventh chords. Nylon strings if you have them.
        """,
        duration=75,
        price="33.00",
        seats=8,
        hour=19,
        tags=("guitar", "bossa-nova", "rhythm", "brazil"),
    ),
    DemoSession(
        creator="mateo.silva",
        category="music",
        title="Cavaquinho, first steps",
        text="""
        Four strings, small enough for hand luggage, loud enough for a street party. We tune it, learn the D chord
        and its two cousins, and the paso that makes everyone else start clapping.

        If you play the ukulele you have done half the work, except that here the pick does not rest.
        """,
        duration=60,
        price="24.00",
        seats=10,
        hour=10,
        tags=("cavaquinho", "samba", "beginners"),
    ),
)
