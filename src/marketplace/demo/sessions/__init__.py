"""What is on offer in the demo: sixty sessions, five by each creator, a file for each field."""

from marketplace.demo.sessions import art, business, cooking, fitness, languages, music, technology, wellbeing
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    *art.SESSIONS,
    *business.SESSIONS,
    *cooking.SESSIONS,
    *fitness.SESSIONS,
    *languages.SESSIONS,
    *music.SESSIONS,
    *technology.SESSIONS,
    *wellbeing.SESSIONS,
)

__all__ = ["SESSIONS", "DemoSession"]
