"""Cases of one test that are too many to be tests of their own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


def short(value: object) -> str:
    return ascii(value)[:40]


@contextmanager
def all_cases() -> Iterator[Callable[[object], AbstractContextManager[None]]]:
    """Yield a context manager for each case; afterwards fail with the errors of all failed cases, each with its case.

    A test costs milliseconds before it does anything, in each worker that collects it.
    """
    errors: list[AssertionError] = []

    @contextmanager
    def case(of: object) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            error.add_note(f"Case: {short(of)}")
            errors.append(error)

    yield case
    if errors:
        raise ExceptionGroup(f"{len(errors)} cases failed", errors)
