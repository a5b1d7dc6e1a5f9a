from datetime import timedelta
from decimal import Decimal

import pytest

from builders import stored_session, stored_user
from fakes import NOW
from http_api import Api, Person, as_json, bad_fields, ids

ROWS = {
    "users": {
        "id", "email", "username", "role", "first_name", "last_name", "avatar", "is_active", "is_staff", "is_superuser",
        "date_joined", "time_zone", "bio", "languages",
    },
    "sessions": {
        "id", "title", "creator", "status", "price", "duration", "max_participants", "category", "created_at",
        "archived_at", "hidden_at", "featured_at", "image_url",
    },
    "bookings": {
        "id", "session", "creator", "user", "booking_date", "seats", "amount", "status", "created_at",
        "time_zone", "utc_offset",
    },
    "audit": {
        "id", "at", "actor_id", "actor_details", "as_id", "as_details", "address", "agent", "action", "target_kind",
        "target_id", "before", "after", "reason",
    },
}  # fmt: skip
NAMES = {"id", "username", "email", "first_name", "last_name"}
every_list = pytest.mark.parametrize("name", ROWS)


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


@every_list
async def test_row_has_exactly_the_documented_fields(api: Api, staff: Person, name: str) -> None:
    booking = await api.booking(await api.person(), await api.session())
    await staff.post(f"/api/admin/bookings/{booking['id']}/cancel/", {"reason": "The creator is ill."})

    rows = (await staff.get(f"/api/admin/{name}/")).json()

    assert rows
    assert {frozenset(row) for row in rows} == {frozenset(ROWS[name])}
    assert {frozenset(row["creator"]) for row in rows if "creator" in row} <= {frozenset(NAMES)}


async def test_page_has_total_count_header(api: Api, staff: Person) -> None:
    tag = as_json(api.clock.now())
    people = [
        await stored_user(api.storage, last_name="Pagemaker", date_joined=NOW + timedelta(days=number))
        for number in range(5)
    ]

    answers = [await staff.get("/api/admin/users/", search="pagemaker", limit=2, page=page) for page in (1, 2, 3, 4)]

    shown = [ids(answer) for answer in answers]
    assert shown == [[str(people[4].id), str(people[3].id)], [str(people[2].id), str(people[1].id)],
                     [str(people[0].id)], []]  # fmt: skip
    assert {answer.headers["x-total-count"] for answer in answers} == {"5"}
    assert not any("x-total-estimated" in answer.headers for answer in answers)
    assert tag


async def test_filters_ordering_and_search_are_read_from_query(api: Api, staff: Person) -> None:
    creator = await stored_user(api.storage, role="creator", email="queen@filters.example")
    cheap = await stored_session(api.storage, creator_id=creator.id, price=Decimal("5.00"), status="inactive")
    dear = await stored_session(api.storage, creator_id=creator.id, price=Decimal("50.00"))

    async def found(**requested: object) -> list[str]:
        return ids(await staff.get("/api/admin/sessions/", creator=creator.id, **requested))

    assert await found(ordering="price") == [str(cheap.id), str(dear.id)]
    assert await found(min_price="5.01") == await found(status="active") == [str(dear.id)]
    assert await found(status="inactive", is_archived="false", created_to=as_json(NOW + timedelta(1))) == [
        str(cheap.id)
    ]
    assert await found(created_from="2031-01-01") == await found(is_hidden="true") == []
    assert await found(search="queen@filters.example", ordering="-price") == [str(dear.id), str(cheap.id)]
    assert await found(search=str(dear.id)) == [str(dear.id)]


async def test_audit_time_range_parameters_are_from_and_to(staff: Person) -> None:
    answer = await staff.get("/api/admin/audit/", **{"from": "2020-01-01", "to": "2020-01-02"})

    assert (answer.json(), answer.headers["x-total-count"]) == ([], "0")


@pytest.mark.parametrize(
    ("name", "query", "fields"),
    [
        ("users", {"role": "admin", "is_active": "maybe", "joined_from": "soon", "page": 0, "limit": 101},
         {"role", "is_active", "joined_from", "page", "limit"}),
        ("users", {"search": "-+-", "ordering": "password"}, {"search", "ordering"}),
        ("sessions", {"creator": "me", "min_price": "-1", "max_price": "1e3", "status": "gone"},
         {"creator", "min_price", "max_price", "status"}),
        ("bookings", {"status": "pending,confirmed", "learner": "me", "starts_to": "9999"},
         {"status", "learner", "starts_to"}),
        ("audit", {"action": "nothing", "from": "x", "to": "y", "actor": "z"}, {"action", "from", "to", "actor"}),
    ],
)  # fmt: skip
async def test_every_bad_parameter_is_reported(
    staff: Person, name: str, query: dict[str, str], fields: set[str]
) -> None:
    assert bad_fields(await staff.get(f"/api/admin/{name}/", **query)) == fields
