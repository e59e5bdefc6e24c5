"""A change of what activities take and give is stopped while a release holds such values (fault 24)."""

import json
from pathlib import Path

import pytest

from activities.case_changes import Opening, Recorded
from tests.replay import releases
from tests.replay.payloads import Payload, check, payloads
from tests.replay.stored_types import of_activities, of_workflows

STORED = releases.stored()
TYPES = {**of_activities(), **of_workflows()}


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{releases.branch_of(path)}")
def test_fault_24_every_value_of_a_stored_history_is_read_in_full(path: Path) -> None:
    found = list(payloads(releases.read(path)))
    assert found
    for payload in found:
        check(payload, TYPES)


def test_fault_24_the_histories_hold_values_of_every_activity_that_moves_money_or_goods() -> None:
    met = {(one.owner, one.part) for path in STORED for one in payloads(releases.read(path))}
    assert ("RefundWorkflow", "input") in met
    assert met >= {(name, part) for name in ("submit_payout", "check_payout") for part in ("input", "result")}
    assert met >= {(name, "result") for name in ("open_case", "record_change", "plan_payouts", "reserve_replacements")}


def straightforward(activity: str, part: str) -> Payload:
    path = next(path for path in STORED if releases.branch_of(path) == "straightforward")
    return next(one for one in payloads(releases.read(path)) if (one.owner, one.part) == (activity, part))


def test_fault_24_a_field_that_was_renamed_deep_in_a_result_is_named() -> None:
    """The check of the check: a field that was renamed would lose what it held, though it has a default."""
    payload = straightforward("open_case", "result")
    renamed = json.loads(payload.data)
    renamed["case"]["refund_checks_of_old"] = renamed["case"].pop("refund_checks")
    with pytest.raises(AssertionError, match=r"result of open_case \(case.refund_checks_of_old: extra_forbidden\)"):
        check(payload._replace(data=json.dumps(renamed).encode()), {("open_case", "result"): Opening})
    gone = straightforward("record_change", "result")
    with pytest.raises(AssertionError, match="extra_forbidden"):
        check(gone._replace(data=b'{"deadline": []}'), {("record_change", "result"): Recorded})
