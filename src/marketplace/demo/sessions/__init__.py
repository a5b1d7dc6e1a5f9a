"""Sessions of the demo: eighty, one file per creator."""

from marketplace.demo.sessions import (
    amara_okafor,
    charlotte_nguyen,
    daniel_park,
    elena_marchetti,
    grace_mitchell,
    hannah_weiss,
    ines_carvalho,
    jonas_lindqvist,
    kenji_watanabe,
    lucia_fernandez,
    mateo_silva,
    miriam_vogel,
    priya_raman,
    sofia_novakova,
    tom_gallagher,
    youssef_elamrani,
)
from marketplace.demo.sessions.entry import DemoSession

SESSIONS: tuple[DemoSession, ...] = (
    *elena_marchetti.SESSIONS,
    *kenji_watanabe.SESSIONS,
    *amara_okafor.SESSIONS,
    *lucia_fernandez.SESSIONS,
    *jonas_lindqvist.SESSIONS,
    *priya_raman.SESSIONS,
    *tom_gallagher.SESSIONS,
    *sofia_novakova.SESSIONS,
    *mateo_silva.SESSIONS,
    *hannah_weiss.SESSIONS,
    *grace_mitchell.SESSIONS,
    *youssef_elamrani.SESSIONS,
    *ines_carvalho.SESSIONS,
    *miriam_vogel.SESSIONS,
    *daniel_park.SESSIONS,
    *charlotte_nguyen.SESSIONS,
)

__all__ = ["SESSIONS", "DemoSession"]
