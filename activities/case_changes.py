"""What the workflow of a case and its activities tell each other."""

from pydantic import Field

from domain.calendar import Deadline, Window
from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.payment_balance import CountedReturn, PlanRequest
from domain.cases.payout import Payout
from domain.cases.timeline import TimelineEntry
from domain.findings import Finding
from domain.policy_document import PolicyDocument
from domain.value import Value


class Opening(Value):
    """What the workflow starts with: the recorded case and the policy version that applies to it (R41)."""

    case: Case
    policy: PolicyDocument


class Change(Value):
    """A change of a case to record; `opens` are the windows whose deadlines have to be computed."""

    case: Case
    entries: tuple[TimelineEntry, ...] = ()
    opens: tuple[Window, ...] = ()
    findings: tuple[Finding, ...] = ()


class Recorded(Value):
    """What recording added to the case: the deadlines of the new windows, and the units that it got.

    With `newer`, nothing was recorded: the run is behind the record and continues from this case.
    """

    deadlines: tuple[Deadline, ...] = Field(default=())
    lines: tuple[CaseLine, ...] | None = None
    newer: Case | None = None


class PlanQuery(Value):
    """A case whose money is to be planned: what has just fallen due, or, as asked, all that it is still owed."""

    case: Case
    asked: PlanRequest | None = None


class PayoutPlan(Value):
    """The payouts of a case, planned and committed, and the returns that count as paid for it.

    With `newer`, nothing was planned, as in `Recorded`.
    """

    payouts: tuple[Payout, ...]
    counted: tuple[CountedReturn, ...] = ()
    newer: Case | None = None


class DeadlineQuery(Value):
    """Windows of a case whose deadlines are computed again, under its policy version."""

    policy_version: str
    windows: tuple[Window, ...]
