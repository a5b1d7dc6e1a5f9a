"""Mateo Silva brings São Paulo: music, capoeira and the language."""

from marketplace.demo.schedule_dsl import WeeklyHoursBuilder
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="mateo.silva",
        category="fitness",
        title="Capoeira basics with a live berimbau",
        text="""
        Capoeira is a fight that pretends to be a dance, or the other way round. We learn the ginga until it is no
        longer counting, two ways to get out of the way, one kick, and the chorus that you sing while others play.

        You need two metres by two metres, bare feet and some humour. I play the berimbau live. My neighbours know.
        """,
        duration=60,
        price="16.00",
        seats=20,
        tags=("capoeira", "martial-arts", "dance", "brazil"),
        hours=WeeklyHoursBuilder(weekly=("Tue Thu 18:30-19:30", "Sat 09:30-10:30"), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="mateo.silva",
        category="music",
        title="Samba percussion on kitchen things",
        text="""
        A pot is a surdo, a box of matches is a ganzá, a frying pan does for the agogô. In an hour we build a samba
        out of four layers and learn to stay in ours while the others try to pull us out.

        Families are very welcome: one booking, one seat per screen, as many spoons as you like. From about six years
        on, children outplay their parents.
        """,
        duration=60,
        price="14.00",
        seats=24,
        tags=("percussion", "samba", "family", "brazil"),
        hours=WeeklyHoursBuilder(weekly=("Sun 16:00-17:00",), notice=0),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="mateo.silva",
        category="music",
        title="The right hand of bossa nova",
        text="""
        Everybody looks at the chords, but João Gilberto's secret sits in the thumb. We spend the whole time on the
        right hand: bass on the beat, fingers that lean ahead of it, and how to keep both while you speak, and later
        sing.

        You should be able to play a few seventh chords. Nylon strings if you have them. I send the two studies we
        use, so that your left hand can be bored by them beforehand.
        """,
        duration=75,
        price="33.00",
        seats=8,
        tags=("guitar", "bossa-nova", "rhythm", "brazil"),
        hours=WeeklyHoursBuilder(weekly=("Wed 19:00-20:15",), exceptions=("Wed+1",), notice=6),
    ),
    DemoSession(
        creator="mateo.silva",
        category="languages",
        title="Portuguese through songs",
        text="""
        We take one song apart, line by line, until you can sing it and know what you are singing. Recent ones were
        by Cartola and Marisa Monte. You will learn to swallow vowels like a Brazilian, which no textbook explains
        and every song does.

        Beginners with some Spanish or Italian keep up well. Nobody has to sing alone.
        """,
        duration=60,
        price="17.50",
        seats=18,
        tags=("portuguese", "songs", "brazil"),
        hours=WeeklyHoursBuilder(weekly=("Mon Fri 20:00-21:00",), notice=1),
        cancellation_notice=4,
    ),
    DemoSession(
        creator="mateo.silva",
        category="music",
        title="Cavaquinho, first steps",
        text="""
        A cavaquinho fits into hand luggage and fills a street. We tune its four strings, learn the D chord and
        its two cousins, and the strumming pattern that makes everyone else start clapping.

        If you play the ukulele you have done half the work, except that here the pick does not rest. No instrument
        yet? Come and listen for the price of a coffee, and I tell you which ones to leave in the shop.
        """,
        duration=60,
        price="9.50",
        seats=10,
        tags=("cavaquinho", "samba", "beginners"),
        hours=WeeklyHoursBuilder(weekly=("Sat 11:00-12:00",), notice=1),
        cancellation_notice=4,
    ),
)
