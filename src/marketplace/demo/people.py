"""People of the demo: sixteen creators, their learners, and the accounts that visitors sign in with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from marketplace.core.domain.principals import Role

LEARNER_EMAIL = "learner@demo.example"
CREATOR_EMAIL = "creator@demo.example"
ADMIN_EMAIL = "admin@demo.example"
DEMO_PASSWORD = "takeaseat"  # noqa: S105 - published on purpose, for visitors of the demo
"""Lower-case letters only, for easy typing on phones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """One person. `joined_days_ago` counts from the moment of the demo."""

    username: str
    first_name: str
    last_name: str
    time_zone: str
    joined_days_ago: int
    role: Role = "user"
    email: str = ""
    is_admin: bool = False

    @property
    def address(self) -> str:
        """E-mail address in a reserved domain (RFC 2606)."""
        return self.email or f"{self.username}@demo.example"

    def joined_at(self, moment: datetime) -> datetime:
        """Return the registration time for a demo of this moment."""
        return moment - self._age()

    def moment(self, joined_at: datetime) -> datetime:
        """Return the moment of the demo, given the registration time; the inverse of `joined_at`."""
        return joined_at + self._age()

    def _age(self) -> timedelta:
        return timedelta(days=self.joined_days_ago, minutes=sum(map(ord, self.username)) * 37 % (12 * 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account that visitors can sign in with. `role` is `admin` for staff, otherwise the role of the account."""

    email: str
    password: str
    role: Literal["user", "creator", "admin"]
    name: str


def _person(
    username: str, name: str, time_zone: str, joined_days_ago: int, *, role: Role = "user", email: str = ""
) -> DemoPerson:
    first, last = name.split(" ", 1)
    return DemoPerson(
        username=username,
        first_name=first,
        last_name=last,
        time_zone=time_zone,
        joined_days_ago=joined_days_ago,
        role=role,
        email=email,
        is_admin=email == ADMIN_EMAIL,
    )


CREATORS: tuple[DemoPerson, ...] = (
    _person("elena.marchetti", "Elena Marchetti", "Europe/Rome", 171, role="creator", email=CREATOR_EMAIL),
    _person("kenji.watanabe", "Kenji Watanabe", "Asia/Tokyo", 164, role="creator"),
    _person("amara.okafor", "Amara Okafor", "Africa/Lagos", 158, role="creator"),
    _person("lucia.fernandez", "Lucía Fernández", "America/Mexico_City", 149, role="creator"),
    _person("jonas.lindqvist", "Jonas Lindqvist", "Europe/Stockholm", 141, role="creator"),
    _person("priya.raman", "Priya Raman", "Asia/Kolkata", 138, role="creator"),
    _person("tom.gallagher", "Tom Gallagher", "Europe/Dublin", 133, role="creator"),
    _person("sofia.novakova", "Sofia Nováková", "Europe/Prague", 127, role="creator"),
    _person("mateo.silva", "Mateo Silva", "America/Sao_Paulo", 121, role="creator"),
    _person("hannah.weiss", "Hannah Weiss", "America/New_York", 118, role="creator"),
    _person("grace.mitchell", "Grace Mitchell", "Pacific/Auckland", 113, role="creator"),
    _person("youssef.elamrani", "Youssef El Amrani", "Africa/Casablanca", 109, role="creator"),
    _person("ines.carvalho", "Inês Carvalho", "Europe/Lisbon", 104, role="creator"),
    _person("miriam.vogel", "Miriam Vogel", "Europe/Berlin", 98, role="creator"),
    _person("daniel.park", "Daniel Park", "America/Los_Angeles", 93, role="creator"),
    _person("charlotte.nguyen", "Charlotte Nguyen", "Australia/Sydney", 90, role="creator"),
)

CREATOR = CREATORS[0]
LEARNER = _person("noor.haddad", "Noor Haddad", "Europe/London", 118, email=LEARNER_EMAIL)
ADMIN = _person("robin.ashworth", "Robin Ashworth", "Europe/Amsterdam", 175, email=ADMIN_EMAIL)
VISITORS = (LEARNER, CREATOR, ADMIN)
"""People whose accounts visitors sign in with; they need many bookings."""

LEARNERS: tuple[DemoPerson, ...] = (
    LEARNER,
    ADMIN,
    _person("pieter.devries", "Pieter de Vries", "Europe/Amsterdam", 112),
    _person("mei.lin", "Mei Lin Tan", "Asia/Singapore", 110),
    _person("oluwaseun.a", "Oluwaseun Adeyemi", "Africa/Lagos", 108),
    _person("clara_b", "Clara Beaumont", "Europe/Paris", 106),
    _person("diego.rojas", "Diego Rojas", "America/Bogota", 104),
    _person("aoife.kelly", "Aoife Kelly", "Europe/Dublin", 102),
    _person("samir.patel", "Samir Patel", "Asia/Kolkata", 100),
    _person("ingrid.haugen", "Ingrid Haugen", "Europe/Oslo", 98),
    _person("marcus.reed", "Marcus Reed", "America/Chicago", 96),
    _person("yuki.tanabe", "Yuki Tanabe", "Asia/Tokyo", 94),
    _person("fatima.zahra", "Fatima Zahra Benali", "Africa/Casablanca", 92),
    _person("jan.kowalski", "Jan Kowalski", "Europe/Warsaw", 90),
    _person("beatriz.costa", "Beatriz Costa", "America/Sao_Paulo", 88),
    _person("liam.oconnor", "Liam O'Connor", "Australia/Sydney", 86),
    _person("hana.kim", "Hana Kim", "Asia/Seoul", 84),
    _person("rosa.greenfield", "Rosa Greenfield", "America/Los_Angeles", 82),
    _person("giulia.ferri", "Giulia Ferri", "Europe/Rome", 80),
    _person("thandiwe.n", "Thandiwe Nkosi", "Africa/Johannesburg", 77),
    _person("erik.holm", "Erik Holm", "Europe/Copenhagen", 74),
    _person("valentina.cruz", "Valentina Cruz", "America/Mexico_City", 71),
    _person("arjun.mehta", "Arjun Mehta", "Asia/Kolkata", 68),
    _person("sophie.lang", "Sophie Lang", "Europe/Vienna", 65),
    _person("noah.bennett", "Noah Bennett", "America/New_York", 62),
    _person("wei.zhang", "Wei Zhang", "Asia/Shanghai", 59),
    _person("helena.sousa", "Helena Sousa", "Europe/Lisbon", 56),
    _person("kofi.mensah", "Kofi Mensah", "Africa/Accra", 53),
    _person("emily.carter", "Emily Carter", "America/Toronto", 50),
    _person("mateusz.nowak", "Mateusz Nowak", "Europe/Warsaw", 47),
    _person("ayse.demir", "Ayşe Demir", "Europe/Istanbul", 44),
    _person("oscar.lindholm", "Oscar Lindholm", "Europe/Helsinki", 41),
    _person("camila.torres", "Camila Torres", "America/Argentina/Buenos_Aires", 38),
    _person("ben.fischer", "Ben Fischer", "Europe/Berlin", 35),
    _person("leila.rahimi", "Leila Rahimi", "Asia/Dubai", 32),
    _person("jack.turner", "Jack Turner", "Australia/Melbourne", 29),
    _person("chloe.martin", "Chloé Martin", "Europe/Brussels", 26),
    _person("andre.walker", "Andre Walker", "America/Denver", 23),
    _person("maria.papadaki", "Maria Papadaki", "Europe/Athens", 20),
    _person("tane.parata", "Tāne Parata", "Pacific/Auckland", 17),
    _person("nguyen.linh", "Linh Nguyễn", "Asia/Ho_Chi_Minh", 14),
    _person("george.ellis", "George Ellis", "Europe/London", 12),
)

NEWCOMER = _person("wanjiru.mwangi", "Wanjiru Mwangi", "UTC", 1)
"""Joined yesterday and has no bookings. Registered last, so this account marks the demo as complete.

It keeps the default time zone, since changing it would be a step after the marker.
"""

PEOPLE: tuple[DemoPerson, ...] = (*CREATORS, *LEARNERS, NEWCOMER)


def _account(person: DemoPerson) -> DemoAccount:
    return DemoAccount(
        email=person.address,
        password=DEMO_PASSWORD,
        role="admin" if person.is_admin else person.role,
        name=f"{person.first_name} {person.last_name}",
    )


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = tuple(_account(person) for person in VISITORS)
"""Accounts shown to visitors: a learner, a creator and an administrator."""
