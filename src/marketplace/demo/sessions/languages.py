"""Languages."""

from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Spanish from zero: the first conversation",
        text="""
        You arrive without a word of Spanish and leave having introduced yourself, ordered a coffee and asked
        somebody where they are from, in sentences you made yourself.

        I speak slowly, with my hands, and in Spanish from the second minute. Adults are afraid of sounding silly.
        We get that over with in the first quarter of an hour and then it is fun.
        """,
        duration=60,
        price="20.00",
        seats=10,
        hour=11,
        tags=("spanish", "beginners", "conversation"),
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Spanish conversation table, intermediate",
        text="""
        Six people, one topic, no textbook. This month we talk about the houses we grew up in. I write down what you
        almost said right, and in the last fifteen minutes we go through it together.

        You are at home here if you can tell somebody about your weekend in the past tense, with mistakes. If you are
        not sure, come once; I will tell you kindly if another group fits better.
        """,
        duration=75,
        price="18.00",
        seats=6,
        hour=18,
        tags=("spanish", "conversation", "intermediate"),
        popular=True,
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Por and para, once and for all",
        text="""
        One hour, two small words. I have explained them to perhaps a thousand people, and there is a picture that
        works for nearly all of them. After it come forty sentences, each taken from a real message, a song or a
        street sign.

        For everyone from A2 upwards. You get the forty sentences and my answers as a sheet to keep on the fridge.
        """,
        duration=60,
        price="15.00",
        seats=25,
        hour=17,
        tags=("spanish", "grammar"),
    ),
    DemoSession(
        creator="lucia.fernandez",
        category="languages",
        title="Spanish for nurses and doctors",
        text="""
        Where does it hurt, since when, are you allergic to anything, we are going to take some blood. We practise
        the sentences of a real shift, in both directions, with the words patients actually use instead of the ones
        in the dictionary.

        I prepared these lessons with two nurses from a hospital in Puebla. Intermediate Spanish is enough. Bring
        the situations in which you got stuck.
        """,
        duration=90,
        price="52.00",
        seats=8,
        hour=13,
        tags=("spanish", "medical", "work"),
    ),
    DemoSession(
        creator="kenji.watanabe",
        category="languages",
        title="Japanese for your first trip",
        text="""
        Forty phrases, no grammar tables. How to enter a small restaurant, how to ask without pointing, how to
        apologise (you will use this one most), and how to read the six signs that matter in a station.

        We practise each situation aloud in pairs. You will mispronounce things, and people in Japan will be
        delighted anyway.
        """,
        duration=90,
        price="35.00",
        seats=12,
        hour=20,
        tags=("japanese", "travel", "beginners"),
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
        hour=20,
        tags=("portuguese", "songs", "brazil"),
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="languages",
        title="Read and write the Arabic alphabet in an afternoon",
        text="""
        Twenty-eight letters that hold hands. We learn them in seven families, by shape, and after three hours you
        can read shop signs, write your name and sound out words you have never seen.

        There are two breaks with tea. Bring a fat pen and lined paper. We do not learn to speak on this day, but
        everything that comes later is three times as easy with the letters in hand.
        """,
        duration=180,
        price="65.00",
        seats=12,
        hour=14,
        tags=("arabic", "writing", "beginners"),
    ),
    DemoSession(
        creator="youssef.elamrani",
        category="languages",
        title="French phone calls without panic",
        text="""
        On the phone there are no hands and no faces, and that is why it frightens people who speak good French. We
        make ten calls in ninety minutes: the dentist, the landlord, the parcel that never came.

        I play the other side, a little more impatient each time. B1 or better, please.
        """,
        duration=90,
        price="27.00",
        seats=5,
        hour=9,
        tags=("french", "conversation", "work", "phone"),
    ),
)
