"""Ratings: the stars of published reviews, counted."""

from dataclasses import dataclass
from typing import Self

MAX_STARS = 5
SCORE_UNIT = 1_000_000
"""Scores are whole millionths of a star, so that equal ones are equal everywhere."""


@dataclass(frozen=True, slots=True)
class Rating:
    """How many published reviews gave 1, 2, 3, 4 and 5 stars."""

    counts: tuple[int, ...] = (0,) * MAX_STARS

    @property
    def count(self) -> int:
        """The number of reviews."""
        return sum(self.counts)

    @property
    def total(self) -> int:
        """The sum of all stars."""
        return sum(stars * count for stars, count in enumerate(self.counts, 1))

    @property
    def average(self) -> float | None:
        """The mean number of stars to one decimal place, halves up; `None` without reviews."""
        return (20 * self.total + self.count) // (2 * self.count) / 10 if self.count else None

    @property
    def score(self) -> int:
        """What "best rated" sorts by: the mean with one review of every number of stars added, in `SCORE_UNIT`.

        A Bayesian average with the weight of five reviews around 3 stars: one 5 does not outrank many 4.5.
        """
        everything = Rating(tuple(count + 1 for count in self.counts))
        return SCORE_UNIT * everything.total // everything.count

    def plus(self, stars: int, change: int) -> Self:
        """Return the rating with one review of so many stars more, or less with a `change` of -1."""
        counts = list(self.counts)
        counts[stars - 1] += change
        return type(self)(tuple(counts))


UNRATED = Rating()
