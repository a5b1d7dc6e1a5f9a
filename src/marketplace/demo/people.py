"""Who is in the demo: twelve creators, the people who learn from them, and the accounts a visitor signs in with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from marketplace.core.entities.users import Role

LEARNER_EMAIL = "learner@demo.example"
CREATOR_EMAIL = "creator@demo.example"
DEMO_PASSWORD = "seats-for-everyone"  # noqa: S105 - published on purpose, it opens the demo to its visitors


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """One person. `joined` in days before the first day of the demo."""

    username: str
    first_name: str
    last_name: str
    time_zone: str
    joined: int
    role: Role = "user"
    email: str = ""

    @property
    def address(self) -> str:
        """The e-mail address, under a name that nobody can own (RFC 2606)."""
        return self.email or f"{self.username}@demo.example"

    def joined_at(self, first_day: datetime) -> datetime:
        """When they joined, given midnight of the demo's first day; between seven in the morning and ten at night."""
        minutes = sum(map(ord, self.username)) * 37 % (15 * 60)
        return first_day - timedelta(days=self.joined) + timedelta(hours=7, minutes=minutes)

    def first_day(self, joined_at: datetime) -> datetime:
        """The other way round: midnight of the demo's first day, given when they joined."""
        return joined_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=self.joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account that a visitor may sign in with. `role` is that of the account, or `admin` where it is staff."""

    email: str
    password: str
    role: Literal["user", "creator", "admin"]
    name: str


def _creator(username: str, name: str, time_zone: str, joined: int, email: str = "") -> DemoPerson:
    first, last = name.split(" ", 1)
    return DemoPerson(
        username=username,
        first_name=first,
        last_name=last,
        time_zone=time_zone,
        joined=joined,
        role="creator",
        email=email,
    )


def _learner(username: str, name: str, time_zone: str, joined: int, email: str = "") -> DemoPerson:
    first, last = name.split(" ", 1)
    return DemoPerson(
        username=username, first_name=first, last_name=last, time_zone=time_zone, joined=joined, email=email
    )


CREATORS: tuple[DemoPerson, ...] = (
    _creator("elena.marchetti", "Elena Marchetti", "Europe/Rome", 171, CREATOR_EMAIL),
    _creator("kenji.watanabe", "Kenji Watanabe", "Asia/Tokyo", 164),
    _creator("amara.okafor", "Amara Okafor", "Africa/Lagos", 158),
    _creator("lucia.fernandez", "Lucía Fernández", "America/Mexico_City", 149),
    _creator("jonas.lindqvist", "Jonas Lindqvist", "Europe/Stockholm", 141),
    _creator("priya.raman", "Priya Raman", "Asia/Kolkata", 133),
    _creator("tom.gallagher", "Tom Gallagher", "Europe/Dublin", 126),
    _creator("sofia.novakova", "Sofia Nováková", "Europe/Prague", 117),
    _creator("mateo.silva", "Mateo Silva", "America/Sao_Paulo", 108),
    _creator("hannah.weiss", "Hannah Weiss", "America/New_York", 99),
    _creator("grace.mitchell", "Grace Mitchell", "Pacific/Auckland", 91),
    _creator("youssef.elamrani", "Youssef El Amrani", "Africa/Casablanca", 84),
)

LEARNERS: tuple[DemoPerson, ...] = (
    _learner("noor.haddad", "Noor Haddad", "Europe/London", 88, LEARNER_EMAIL),
    _learner("pieter.devries", "Pieter de Vries", "Europe/Amsterdam", 112),
    _learner("mei.lin", "Mei Lin", "Asia/Singapore", 105),
    _learner("oluwaseun.a", "Oluwaseun Adeyemi", "Africa/Lagos", 97),
    _learner("clara_b", "Clara Beaumont", "Europe/Paris", 90),
    _learner("diego.rojas", "Diego Rojas", "America/Bogota", 83),
    _learner("aoife.kelly", "Aoife Kelly", "Europe/Dublin", 79),
    _learner("samir.patel", "Samir Patel", "Asia/Kolkata", 74),
    _learner("ingrid.haugen", "Ingrid Haugen", "Europe/Oslo", 68),
    _learner("marcus.reed", "Marcus Reed", "America/Chicago", 63),
    _learner("yuki.tanabe", "Yuki Tanabe", "Asia/Tokyo", 57),
    _learner("fatima.zahra", "Fatima Zahra Benali", "Africa/Casablanca", 52),
    _learner("jan.kowalski", "Jan Kowalski", "Europe/Warsaw", 46),
    _learner("beatriz.costa", "Beatriz Costa", "America/Sao_Paulo", 41),
    _learner("liam.oconnor", "Liam O'Connor", "Australia/Sydney", 35),
    _learner("hana.kim", "Hana Kim", "Asia/Seoul", 29),
    _learner("rosa.greenfield", "Rosa Greenfield", "America/Los_Angeles", 22),
    _learner("tane.walker", "Tane Walker", "Pacific/Auckland", 15),
)

NEWCOMER = _learner("wanjiru.mwangi", "Wanjiru Mwangi", "UTC", 1)
"""Joined yesterday and has booked nothing yet. Registered last, so this account says that the demo is complete.

It keeps the time zone every new account has: setting another would be a step after the last one.
"""

PEOPLE: tuple[DemoPerson, ...] = (*CREATORS, *LEARNERS, NEWCOMER)

DEMO_ACCOUNTS: tuple[DemoAccount, ...] = tuple(
    DemoAccount(
        email=person.address,
        password=DEMO_PASSWORD,
        role=person.role,
        name=f"{person.first_name} {person.last_name}",
    )
    for person in (*LEARNERS, *CREATORS)
    if person.email
)
"""The accounts to tell a visitor of: somebody who books, and somebody who teaches."""
