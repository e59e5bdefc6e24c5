"""The parts of the demo's scenarios: the steps that people take, and the results."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zlib import crc32

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from local.demo.shop import Json, Line, Shop, UnexpectedAnswerError
from local.stack.stack import Stack
from workflows.plugin import RefundPlugin

LONGER_THAN_THE_WINDOW = timedelta(days=21)


@dataclass(frozen=True)
class Stage:
    """What a scene needs: the system, the shop, and where to report progress."""

    stack: Stack
    shop: Shop
    say: Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """The result of a scene, with what was promised."""

    title: str
    order_number: str
    case_id: str
    state: str
    why: str
    promised_state: str
    promised_refund: int
    refunded: int
    by_our_books: int = 0
    disputed: int = 0
    kept: int = 0
    paid_outside: int = 0
    promised_disputed: int = 0
    promised_outside: int = 0
    faults: list[str] = field(default_factory=list[str])

    @property
    def is_as_promised(self) -> bool:
        """Return whether state and money are as the policy promises."""
        promised = (self.promised_state, self.promised_refund, self.promised_disputed, self.promised_outside)
        return (self.state, self.refunded, self.disputed, self.paid_outside) == promised and not self.faults


def units(line: Line) -> Json:
    """Return the whole line as part of a request."""
    return {"sku": line.sku, "quantity": line.quantity}


def approve(stage: Stage, case: Json) -> None:
    """Have the auditor approve."""
    stage.say("an auditor approves")
    stage.shop.call("auditor", "POST", f"/v1/refunds/{case['case_id']}/audit", {"decision": "approve"})


def ship(stage: Stage, case: Json, postage: Json | None = None) -> None:
    """Have the customer send the goods back, with the postage if it is reimbursed."""
    stage.say("the customer sends the goods back")
    body: Json = {"carrier": "sf_express", "tracking_number": _tracking_number("SF", case)}
    body |= {"postage": postage} if postage else {}
    stage.shop.call("storefront", "POST", f"/v1/refunds/{case['case_id']}/shipment", body)


def inspect(stage: Stage, case: Json, *lines: Line) -> None:
    """Have the warehouse accept the lines."""
    stage.say("the warehouse inspects: accepted")
    found = [{**units(line), "verdict": "accepted", "disposition": "restock"} for line in lines]
    body: Json = {"scan_id": f"scan-{case['case_id']}", "lines": found}
    stage.shop.call("warehouse", "POST", f"/v1/refunds/{case['case_id']}/inspection", body)


def scan(stage: Stage, case: Json, number: int, line: Line, quantity: int) -> None:
    """Have the warehouse's device send a receipt and an inspection, both twice as after a lost answer."""
    stage.say(f"the scanning app sends its scans of parcel {number} ({quantity} accepted), then repeats them")
    code = stage.shop.case(case["case_id"])["return_code"]
    scan = {"code": code, "scanned_at": datetime.now(UTC).isoformat()}
    found = [{"sku": line.sku, "quantity": quantity, "verdict": "accepted", "disposition": "restock"}]
    scans: list[Json] = [
        {**scan, "scan_id": f"{code}-{number}-in", "kind": "received"},
        {**scan, "scan_id": f"{code}-{number}-seen", "kind": "inspected", "lines": found},
    ]
    for _ in range(2):
        answers = stage.shop.call("warehouse", "POST", "/v1/warehouse/scans", {"scans": scans})["results"]
        if [one["status"] for one in answers] != ["applied", "applied"]:
            raise UnexpectedAnswerError(f"scans of {code}: {answers}")


def send_replacement(stage: Stage, case: Json) -> None:
    """Have the warehouse send the replacement that is reserved for the case."""
    stage.say("the replacement is reserved; the warehouse sends it")
    body = {"goods": "replacement", "carrier": "sf_express", "tracking_number": _tracking_number("SFX", case)}
    stage.shop.call("warehouse", "POST", f"/v1/refunds/{case['case_id']}/dispatch", body)


def decide(stage: Stage, case: Json, decision: str, **parts: str) -> None:
    """Have finance decide about the case's money."""
    body = {"decision": decision, **parts}
    stage.shop.call("finance", "POST", f"/v1/refunds/{case['case_id']}/resolution", body)


async def skip(stack: Stack, case_id: str) -> None:
    """Let time pass for the case on the Temporal server."""
    client = await Client.connect(stack.urls.temporal_address, plugins=[RefundPlugin()])
    await TimeSkipper(client).fast_forward(client.get_workflow_handle(f"refund/{case_id}"), LONGER_THAN_THE_WINDOW)


def ended(  # noqa: PLR0913, PLR0917 - a promise has these parts
    stage: Stage,
    title: str,
    order: str,
    case: Json,
    state: str,
    why: str,
    *,
    refund: int,
    outside: int = 0,
    disputed: int = 0,
    refunds: int = 1,
) -> Played:
    """Wait for the promised state and return the result, with the money in both books."""
    stage.say(f"waiting for {state}")
    shown = stage.shop.wait_for(case["case_id"], state)
    at_gateway, amounts = stage.shop.refunds_at_gateway(order), shown["amounts"]
    paid_outside = sum(one["amount"]["minor"] for one in shown["payouts"] if _is_paid_outside(one))
    refunded, taken = sum(one["amount"] for one in at_gateway), stage.shop.taken_by_disputes(order)
    by_our_books = amounts["paid"]["minor"] - paid_outside
    kept = _kept(shown)
    faults = {
        f"{len(at_gateway)} refunds at the gateway": len(at_gateway) > refunds,
        f"our books say {by_our_books}, the gateway's {refunded}": by_our_books != refunded,
        f"our books count {amounts['counted_total']['minor']} disputed": amounts["counted_total"]["minor"] != taken,
        f"{amounts['still_owed']['minor']} are still owed": amounts["still_owed"]["minor"] > 0,
        "captured is not refunded + disputed + kept": stage.shop.captured(order) != refunded + taken + kept,
    }
    return Played(
        title=title,
        order_number=order,
        case_id=case["case_id"],
        state=shown["state"],
        why=why,
        promised_state=state,
        promised_refund=refund,
        refunded=refunded,
        by_our_books=by_our_books,
        disputed=taken,
        kept=kept,
        paid_outside=paid_outside,
        promised_disputed=disputed,
        promised_outside=outside,
        faults=[fault for fault, is_so in faults.items() if is_so],
    )


def _is_paid_outside(payout: Json) -> bool:
    return payout["provider"] == "reimbursement" and payout["state"] == "succeeded"


def _kept(shown: Json) -> int:
    """Return what our books say is left of the order's payments, in cents."""
    return sum(payment["room"]["minor"] + payment["reserved"]["minor"] for payment in shown["payments"])


def refused(stage: Stage, title: str, order: str, problem: Json, rule: str) -> Played:
    """Return the result of a request that a rule should refuse."""
    if "rule" not in problem:
        raise UnexpectedAnswerError(f"{title}: should be refused by {rule}, but got {problem}")
    stage.say(f"refused by {problem['rule']}: {problem['detail']}")
    shown = stage.shop.case(problem["case_id"])
    return Played(
        title=title,
        order_number=order,
        case_id=problem["case_id"],
        state=shown["state"],
        why=f"{problem['rule']} {problem['detail']}",
        promised_state="rejected",
        promised_refund=0,
        refunded=sum(one["amount"] for one in stage.shop.refunds_at_gateway(order)),
        kept=_kept(shown),
        faults=[] if problem["rule"] == rule else [f"refused by {problem['rule']} instead of {rule}"],
    )


def _tracking_number(prefix: str, case: Json) -> str:
    """Return a number as the courier prints it, with as many digits, always the same for the case."""
    return f"{prefix}{crc32(case['case_id'].encode()):013d}"
