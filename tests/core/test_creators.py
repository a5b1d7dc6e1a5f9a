"""Rules of the public page of a creator."""

from builders import a_user
from marketplace.core.domain.creators import MAX_COUNTED, Creator
from marketplace.core.domain.fields import field_names

OTHERS = field_names(Creator, "people_taught", "is_bounded", "rating")


def test_number_of_people_is_a_lower_bound_only_with_more_bookings_than_are_counted() -> None:
    values = {name: getattr(a_user(role="creator"), name) for name in OTHERS}

    exact, bounded = (Creator.counted(values, 40, bookings) for bookings in (MAX_COUNTED, MAX_COUNTED + 1))

    assert (exact.people_taught, exact.is_bounded) == (40, False)
    assert (bounded.people_taught, bounded.is_bounded) == (40, True)


def test_creator_without_names_is_shown_by_username() -> None:
    assert a_user(first_name="", last_name="", username="ada").display_name == "ada"
    assert a_user(first_name="", last_name="Byron").display_name == "Byron"
