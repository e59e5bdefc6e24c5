"""What a test asserts that is no comparison."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Something = TypeVar("Something")


def assert_present(value: Something | None) -> Something:
    """Return the value, which must be there."""
    assert value is not None
    return value


@contextmanager
def does_not_raise() -> Iterator[None]:
    """Say that what is inside raises nothing, which is all that the test is about."""
    yield
