"""The shop's calendar as plain data, so that a rule can count working days without a library or a clock."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from domain.value import Value


class CalendarNotice(Value):
    """A country's official calendar of one year, as a merchant adds it when it is published (R6)."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    year: Annotated[int, Field(ge=2000, le=2099, strict=True)]
    source: Annotated[str, Field(min_length=1, max_length=500, description="which notice it is, for whoever asks")]
    days_off: tuple[date, ...] = Field(min_length=1, max_length=200, description="holidays; weekends may be left out")
    days_worked: tuple[date, ...] = Field(max_length=100, description="weekend days that are worked (调休)")

    @model_validator(mode="after")
    def _each_day_of_the_year_once(self) -> Self:
        for name, days in (("days_off", self.days_off), ("days_worked", self.days_worked)):
            if strangers := [day for day in days if day.year != self.year]:
                raise ValueError(f"{name}: {_list(strangers)} not in {self.year}; each year has a file of its own")
            if twice := sorted({day for day in days if days.count(day) > 1}):
                raise ValueError(f"{name}: {_list(twice)} named more than once; name each day once")
        if both := sorted({*self.days_off} & {*self.days_worked}):
            raise ValueError(f"days_worked: {_list(both)} also in days_off; leave each day in one of them")
        return self


def _list(days: Sequence[date]) -> str:
    return f"{', '.join(day.isoformat() for day in days)} {'is' if len(days) == 1 else 'are'}"


class WorkCalendar(Value):
    """The working days of a country, year by year.

    `days` contains the exceptions only: a weekday that is off (False) and a weekend day that is worked (True, 调休).
    A year that is not in `published_years` is an estimate, and a deadline that reaches into it is provisional (R6).
    """

    timezone: str
    published_years: frozenset[int]
    days: dict[date, bool]

    def is_working(self, day: date) -> bool:
        """Return whether the day is a working day (R6)."""
        return self.days.get(day, day.weekday() < 5)  # noqa: PLR2004 - Monday to Friday


class WindowName(StrEnum):
    """The windows of the policy, and what the end of each means."""

    REQUEST = "request"
    INFORMATION = "information"
    INFORMATION_REMINDER_1 = "information_reminder_1"
    INFORMATION_REMINDER_2 = "information_reminder_2"
    INFORMATION_REMINDER_3 = "information_reminder_3"
    AUDIT_TARGET = "audit_target"
    SHIP_BY = "ship_by"
    SHIP_BY_REMINDER_1 = "ship_by_reminder_1"
    SHIP_BY_REMINDER_2 = "ship_by_reminder_2"
    SHIP_BY_REMINDER_3 = "ship_by_reminder_3"
    PARCEL_STALLED = "parcel_stalled"
    INSPECTION_TARGET = "inspection_target"
    DECISION_TARGET = "decision_target"
    REPLACEMENT_TARGET = "replacement_target"
    RETURN_TO_CUSTOMER_TARGET = "return_to_customer_target"
    PAYOUT_SUBMIT = "payout_submit"
    PAYOUT_ALERT = "payout_alert"
    PAYOUT = "payout"
    POSTAGE = "postage"
    POSTAGE_REVIEW = "postage_review"

    @property
    def is_reminder(self) -> bool:
        """True if its end only reminds somebody of another window."""
        return self in {*INFORMATION_REMINDERS, *SHIP_BY_REMINDERS}

    @property
    def is_target(self) -> bool:
        """True if missing it only marks the case overdue and alerts, and decides nothing.

        R14, R28, R29, R30, R39.
        """
        return self in {
            WindowName.AUDIT_TARGET,
            WindowName.INSPECTION_TARGET,
            WindowName.DECISION_TARGET,
            WindowName.REPLACEMENT_TARGET,
            WindowName.RETURN_TO_CUSTOMER_TARGET,
            WindowName.POSTAGE_REVIEW,
        }

    @property
    def is_customers(self) -> bool:
        """True if it is the customer's time, so that the later end holds when the calendar changes (R6)."""
        return self in {WindowName.REQUEST, WindowName.INFORMATION, WindowName.SHIP_BY, WindowName.POSTAGE}

    @property
    def is_about_postage(self) -> bool:
        """True if it is about return postage: to tell it, or to decide about it (R30)."""
        return self in {WindowName.POSTAGE, WindowName.POSTAGE_REVIEW}

    @property
    def is_payout(self) -> bool:
        """True if it is the shop's time to pay, so that the earlier end holds when the calendar changes (R6, R34)."""
        return self in {WindowName.PAYOUT_SUBMIT, WindowName.PAYOUT_ALERT, WindowName.PAYOUT}


INFORMATION_REMINDERS = (
    WindowName.INFORMATION_REMINDER_1,
    WindowName.INFORMATION_REMINDER_2,
    WindowName.INFORMATION_REMINDER_3,
)
SHIP_BY_REMINDERS = (WindowName.SHIP_BY_REMINDER_1, WindowName.SHIP_BY_REMINDER_2, WindowName.SHIP_BY_REMINDER_3)


class Window(Value):
    """An opened window: its name, when it began, and its length in working days or in calendar days."""

    what: WindowName
    since: AwareDatetime
    working_days: Annotated[int, Field(ge=0, le=365)] | None = None
    calendar_days: Annotated[int, Field(ge=0, le=365)] | None = None


class Deadline(Value):
    """A deadline, which is met by anything that arrives no later than `when`, to the second.

    `provisional` marks a deadline that reaches into a year whose calendar is not yet published (R6).
    """

    what: WindowName
    when: AwareDatetime = Field(description="the last second of the window, UTC")
    last_day: date = Field(description="the last day of the window in the shop's timezone")
    since: AwareDatetime
    provisional: bool = False
    passed: bool = False
