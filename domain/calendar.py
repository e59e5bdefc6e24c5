"""The shop's calendar as plain data, so that a rule can count working days without a library or a clock."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.value import Value


class WorkCalendar(Value):
    """Which days are working days around a point in time.

    `days` maps the exceptions only: a weekday that is off (False) and a weekend day that is worked (True, 调休).
    A year that is not in `published_years` is a guess: what reaches into it is provisional (R6).
    """

    timezone: str
    published_years: frozenset[int]
    days: dict[date, bool]

    def is_working(self, day: date) -> bool:
        """Return whether the day is worked (R6)."""
        return self.days.get(day, day.weekday() < 5)  # noqa: PLR2004 - Monday to Friday

    def is_published(self, day: date) -> bool:
        """Return whether the day's year has an official calendar (R6)."""
        return day.year in self.published_years


class Window(Value):
    """A window to open: how many days after the day of `since`, and for whom it runs."""

    what: str
    since: AwareDatetime
    working_days: Annotated[int, Field(ge=0, le=365)] | None = None
    calendar_days: Annotated[int, Field(ge=0, le=365)] | None = None


class Deadline(Value):
    """A deadline: met by anything that arrives at `when` or before, to the second.

    `provisional` marks a deadline that reaches into a year whose calendar is not yet published (R6).
    """

    what: str
    when: AwareDatetime = Field(description="the last second of the window, UTC")
    last_day: date = Field(description="the last day of the window in the shop's timezone")
    since: AwareDatetime
    provisional: bool = False
    passed: bool = False
