from datetime import date

import pytest

from domain.calendar import CalendarNotice, WindowName
from domain.cases.case import Case, Refusal
from domain.enums import CaseState
from gateways.calendars import HolidayCalendars
from policy.calendars.published import (
    confirmed,
    is_concerned,
    is_refused_by_guess,
    provisional_deadlines,
    provisional_windows,
    provisional_year,
    recomputed,
)
from policy.deadlines import compute, windows_of
from tests.policy import facts
from tests.policy.facts import POLICY

# Made up: two days off at New Year and the Sunday of the weekend after it worked.
NOTICE = CalendarNotice(
    country="CN",
    year=2027,
    source="a made-up notice",
    days_off=(date(2027, 1, 1), date(2027, 1, 2)),
    days_worked=(date(2027, 1, 3),),
)
BEFORE = facts.china()
AFTER = HolidayCalendars(lambda: frozenset((NOTICE,))).calendar("CN", "Asia/Shanghai", facts.local("2026-12-28"))


def waiting(state: CaseState, since: str = "2026-12-28") -> Case:
    opened = (spec.since(facts.local(since)) for spec in windows_of(state, POLICY))
    return facts.case(state=state, deadlines=tuple(compute(one, BEFORE) for one in opened))


def refused(day: str = "2026-12-28", **changes) -> Case:
    deadline = compute(facts.window("request", facts.local(day), working_days=7), BEFORE)
    refusal = Refusal(rule="R3", code="request_window_passed", message="Too late.", deadline=deadline)
    facts_of_refused = {"state": CaseState.REJECTED, "refusal": refusal, "ended_at": facts.local("2027-02-01")}
    return facts.case(**{**facts_of_refused, **changes})


def followed(case: Case) -> dict[str, str]:
    fresh = [compute(window, AFTER) for window in provisional_windows(case, POLICY)]
    return {one.what.value: one.last_day.isoformat() for one in recomputed(case.deadlines, fresh)}


def test_t2_the_payout_window_of_new_year_is_a_day_shorter_by_the_notice():
    kept = {one.what.value: one.last_day.isoformat() for one in waiting(CaseState.PAYOUT_DUE).deadlines}
    assert (kept["payout_submit"], kept["payout_alert"], kept["payout"]) == ("2026-12-29", "2027-01-05", "2027-01-07")
    now = followed(waiting(CaseState.PAYOUT_DUE))
    assert (now["payout_submit"], now["payout_alert"], now["payout"]) == ("2026-12-29", "2027-01-04", "2027-01-06")


def test_t2_the_customer_keeps_the_day_that_was_said_and_targets_follow_the_notice():
    assert followed(waiting(CaseState.AWAITING_RETURN)) == {
        "ship_by": "2027-01-07",
        "ship_by_reminder_1": "2026-12-31",
        "ship_by_reminder_2": "2027-01-05",
    }
    assert followed(waiting(CaseState.RECEIVED, "2026-12-30"))["inspection_target"] == "2027-01-04"


@pytest.mark.parametrize("state", [CaseState.UNDER_AUDIT, CaseState.AWAITING_RETURN, CaseState.PAYOUT_BLOCKED])
def test_t2_a_case_is_concerned_until_its_deadlines_are_final(state):
    case = waiting(state, "2026-12-30")
    assert provisional_year(case) is not None
    assert not is_concerned(case, POLICY, BEFORE)
    assert is_concerned(case, POLICY, AFTER)
    fresh = [compute(window, AFTER) for window in provisional_windows(case, POLICY)]
    final = case.amend(deadlines=recomputed(case.deadlines, fresh))
    assert (provisional_deadlines(final), provisional_year(final)) == ((), None)
    assert not is_concerned(final, POLICY, AFTER)


def test_t2_a_case_whose_days_are_all_published_is_not_concerned():
    case = waiting(CaseState.UNDER_AUDIT, "2026-12-01")
    assert provisional_year(case) is None
    assert not is_concerned(case, POLICY, AFTER)


def test_t2_the_earliest_provisional_year_counts():
    case = waiting(CaseState.AWAITING_RETURN, "2027-12-23")
    assert {one.last_day.year for one in case.deadlines} == {2027, 2028}
    assert provisional_year(case) == 2027


def test_t2_a_refusal_by_a_guess_is_concerned_and_no_other():
    assert is_refused_by_guess(refused())
    assert is_concerned(refused(), POLICY, AFTER)
    assert not is_refused_by_guess(refused("2026-12-01"))
    assert not is_refused_by_guess(refused(goodwill=True))
    assert not is_refused_by_guess(refused(state=CaseState.EXPIRED))
    assert not is_refused_by_guess(refused(refusal=None))
    assert not is_refused_by_guess(waiting(CaseState.AWAITING_RETURN))


@pytest.mark.parametrize(("final", "holds"), [("2027-01-06", "2027-01-07"), ("2027-01-08", "2027-01-08")])
def test_t2_a_refusal_that_stands_names_the_later_end(final, holds):
    doubt = " (by the working-day calendar as far as it is published)"
    kept = Refusal(
        rule="R3",
        code="request_window_passed",
        message=f"It ended on 2027-01-07{doubt}; the right is waived.",
        deadline=facts.deadline("request", facts.last_second("2027-01-07"), provisional=True),
    )
    fresh = kept.amend(
        message=f"It ended on {final}; the right is waived.",
        deadline=facts.deadline("request", facts.last_second(final)),
    )
    stands = confirmed(kept, fresh)
    assert stands.message == f"It ended on {holds}; the right is waived."
    assert stands.deadline is not None
    assert (stands.deadline.when, stands.deadline.provisional) == (facts.last_second(holds), False)


def test_t2_a_window_that_the_policy_no_longer_has_stays_as_it_is():
    one = facts.deadline("information_reminder_3", facts.last_second("2027-01-07"), provisional=True)
    case = facts.case(state=CaseState.INFORMATION_REQUESTED, deadlines=(one,))
    assert provisional_windows(case, POLICY) == ()
    assert not is_concerned(case, POLICY, AFTER)
    assert WindowName.INFORMATION_REMINDER_3 in {one.what for one in recomputed(case.deadlines, [])}
