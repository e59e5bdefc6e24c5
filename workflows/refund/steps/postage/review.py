"""An auditor decides about return postage above the policy's review amount (R30)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution
from domain.cases.timeline import CaseEvent
from domain.policy_document import PolicyDocument
from policy.parcels import return_postage as rules
from workflows.refund.steps import completion
from workflows.refund.steps.postage import telling
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


def decide(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Have the shop bear all the postage under review, nothing more of it, or an amount, and pay that (R30)."""
    resolution = arrived.message
    if refusal := rules.check_postage_decision(case, resolution):
        return refusal
    decided = rules.decided(case, resolution, policy)
    borne = sum(one.borne.minor for one in decided.return_postage) - sum(one.borne.minor for one in case.return_postage)
    details = {"decision": resolution.decision.value, "borne": borne, "currency": case.currency}
    happened = (TimelineEvent(CaseEvent.POSTAGE_DECIDED, resolution.decided_by, "R30", dict(details)),)
    if not rules.not_due_yet(decided) and case.decides_postage:
        return completion.continue_or_end(decided.amend(blocked_by=None), happened, arrived.at)
    return telling.owe_what_is_settled(Transition(decided, happened), policy)
