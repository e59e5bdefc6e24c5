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
    owed_outside: int = 0
    promised_outside: int = 0
    faults: list[str] = field(default_factory=list[str])

    @property
    def is_as_promised(self) -> bool:
        """Return whether state and money are as the policy promises."""
        outcome = (self.state, self.refunded, self.owed_outside)
        return outcome == (self.promised_state, self.promised_refund, self.promised_outside) and not self.faults


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
    refunds: int = 1,
) -> Played:
    """Wait for the promised state and return the result, with the money in both books."""
    stage.say(f"waiting for {state}")
    shown = stage.shop.wait_for(case["case_id"], state)
    at_gateway = stage.shop.refunds_at_gateway(order)
    owed = sum(one["amount"]["minor"] for one in shown["payouts"] if one["provider"] == "reimbursement")
    twice = [f"{len(at_gateway)} refunds at the gateway"] if len(at_gateway) > refunds else []
    refunded = sum(one["amount"] for one in at_gateway)
    by_our_books = shown["amounts"]["paid"]["minor"]
    differs = [f"our books say {by_our_books}, the gateway's {refunded}"] if by_our_books != refunded else []
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
        owed_outside=owed,
        promised_outside=outside,
        faults=[*twice, *differs],
    )


def refused(stage: Stage, title: str, order: str, problem: Json, rule: str) -> Played:
    """Return the result of a request that a rule should refuse."""
    if "rule" not in problem:
        raise UnexpectedAnswerError(f"{title}: should be refused by {rule}, but got {problem}")
    stage.say(f"refused by {problem['rule']}: {problem['detail']}")
    return Played(
        title=title,
        order_number=order,
        case_id=problem["case_id"],
        state=stage.shop.case(problem["case_id"])["state"],
        why=f"{problem['rule']} {problem['detail']}",
        promised_state="rejected",
        promised_refund=0,
        refunded=sum(one["amount"] for one in stage.shop.refunds_at_gateway(order)),
        faults=[] if problem["rule"] == rule else [f"refused by {problem['rule']} instead of {rule}"],
    )


def _tracking_number(prefix: str, case: Json) -> str:
    """Return a number as the courier prints it, with as many digits, always the same for the case."""
    return f"{prefix}{crc32(case['case_id'].encode()):013d}"
