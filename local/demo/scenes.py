"""The refunds of the demo, each with the outcome that the policy promises."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from local.demo.photos import photo
from local.demo.shop import Json, Line, Shop, UnexpectedAnswerError
from local.stack import Stack

MUG = Line("MUG-1", "Mug", 1200, quantity=2)
LAMP = Line("LAMP-1", "Desk lamp", 4500)
RING = Line("RING-1", "Ring, engraved", 9900, special=True)
RETURN_POSTAGE = 850
LONGER_THAN_THE_WINDOW = timedelta(days=21)


@dataclass(frozen=True)
class Stage:
    """What a scene plays on."""

    stack: Stack
    shop: Shop
    say: Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """What came out of a scene, beside what was promised."""

    title: str
    order_number: str
    case_id: str
    state: str
    why: str
    promised_state: str
    promised_refund: int
    refunded: int
    owed_outside: int = 0
    promised_outside: int = 0
    faults: list[str] = field(default_factory=list[str])

    @property
    def is_as_promised(self) -> bool:
        """Return whether state and money are what the policy promises."""
        told = (self.state, self.refunded, self.owed_outside)
        return told == (self.promised_state, self.promised_refund, self.promised_outside) and not self.faults


def quality(stage: Stage) -> Played:
    """Seller's fault with two photos: everything back, the customer's return postage as well."""
    shop, order = stage.shop, stage.shop.place_order(MUG, LAMP)
    files = {"front.png": photo(200, 60, 40), "crack.png": photo(40, 60, 200)}
    evidence = [{"filename": n, "content_type": "image/png", "size": len(b)} for n, b in files.items()]
    case = shop.ask(order, "quality", [_units(MUG), _units(LAMP)], evidence)
    stage.say("two photos uploaded, verified, pinned")
    shop.upload(case, files)
    _approve(stage, case)
    _ship(stage, case, postage={"minor": RETURN_POSTAGE, "currency": "USD"})
    _inspect(stage, case, MUG, LAMP)
    why = "R30 full refund with outbound postage; R32 return postage owed outside the card, whose capture is used up"
    paid = 2 * MUG.unit_price + LAMP.unit_price + 700
    return _ended(stage, "quality, two photos", order, case, "refunded", why, refund=paid, outside=RETURN_POSTAGE)


def personal(stage: Stage) -> Played:
    """A change of mind: the goods' price back, no postage."""
    order = stage.shop.place_order(LAMP)
    case = stage.shop.ask(order, "personal", [_units(LAMP)])
    _approve(stage, case)
    _ship(stage, case)
    _inspect(stage, case, LAMP)
    why = "R31 price of the goods; postage is the customer's"
    return _ended(stage, "personal", order, case, "refunded", why, refund=LAMP.unit_price)


def late(stage: Stage) -> Played:
    """A request after the window: refused, with the deadline named."""
    order = stage.shop.place_order(LAMP, delivered_days_ago=40)
    return _refused(stage, "late request", order, stage.shop.ask(order, "personal", [_units(LAMP)]), "R3")


def never_shipped(stage: Stage) -> Played:
    """Approved and never sent back: expires after seven working days, by the server's own timer."""
    order = stage.shop.place_order(LAMP)
    case = stage.shop.ask(order, "personal", [_units(LAMP)])
    _approve(stage, case)
    stage.say("time is skipped on the Temporal server; two reminders, then the window ends")
    asyncio.run(_skip(stage.stack, case["case_id"]))
    why = "R19 reminded on working days 3 and 6, expired after the 7th"
    return _ended(stage, "never shipped", order, case, "expired", why, refund=0)


def custom_made(stage: Stage) -> Played:
    """Special goods: refused."""
    order = stage.shop.place_order(RING)
    return _refused(stage, "custom-made", order, stage.shop.ask(order, "personal", [_units(RING)]), "R10")


def killed(stage: Stage) -> Played:
    """The worker is killed after the gateway paid and before it could say so: one refund all the same."""
    shop, order = stage.shop, stage.shop.place_order(LAMP)
    case = shop.ask(order, "personal", [_units(LAMP)])
    _approve(stage, case)
    _ship(stage, case)
    shop.break_gateway({"kind": "held_answer", "seconds": 10})
    _inspect(stage, case, LAMP)
    while not shop.refunds_at_gateway(order):
        shop.case(case["case_id"])
    stage.stack.kill_worker()
    stage.say("the gateway has paid, the worker is dead (SIGKILL) before it heard so; a new one starts")
    stage.stack.start_worker()
    stage.say("the payout is tried again under the same key once its time-out has passed (15 s)")
    why = "R31; fault 2: killed between the gateway's commit and the record"
    return _ended(stage, "worker killed", order, case, "refunded", why, refund=LAMP.unit_price)


SCENES: tuple[Callable[[Stage], Played], ...] = (quality, personal, late, never_shipped, custom_made, killed)


def _units(line: Line) -> Json:
    return {"sku": line.sku, "quantity": line.quantity}


def _approve(stage: Stage, case: Json) -> None:
    stage.say("an auditor approves")
    stage.shop.call("auditor", "POST", f"/v1/refunds/{case['case_id']}/audit", {"decision": "approve"})


def _ship(stage: Stage, case: Json, postage: Json | None = None) -> None:
    stage.say("the customer sends the goods back")
    body: Json = {"carrier": "sf_express", "tracking_number": f"SF{case['case_id'][-10:].upper()}"}
    body |= {"postage": postage} if postage else {}
    stage.shop.call("storefront", "POST", f"/v1/refunds/{case['case_id']}/shipment", body)


def _inspect(stage: Stage, case: Json, *lines: Line) -> None:
    stage.say("the warehouse inspects: accepted")
    found = [{**_units(line), "verdict": "accepted", "disposition": "restock"} for line in lines]
    body: Json = {"scan_id": f"scan-{case['case_id']}", "lines": found}
    stage.shop.call("warehouse", "POST", f"/v1/refunds/{case['case_id']}/inspection", body)


async def _skip(stack: Stack, case_id: str) -> None:
    client = await Client.connect(stack.urls.temporal_address, data_converter=pydantic_data_converter)
    await TimeSkipper(client).fast_forward(client.get_workflow_handle(f"refund/{case_id}"), LONGER_THAN_THE_WINDOW)


def _ended(  # noqa: PLR0913, PLR0917 - a promise has these parts
    stage: Stage, title: str, order: str, case: Json, state: str, why: str, *, refund: int, outside: int = 0
) -> Played:
    stage.say(f"waiting for {state}")
    shown = stage.shop.wait_for(case["case_id"], state)
    at_gateway = stage.shop.refunds_at_gateway(order)
    owed = sum(one["amount"]["minor"] for one in shown["payouts"] if one["provider"] == "reimbursement")
    twice = [f"{len(at_gateway)} refunds at the gateway"] if len(at_gateway) > 1 else []
    return Played(
        title=title,
        order_number=order,
        case_id=case["case_id"],
        state=shown["state"],
        why=why,
        promised_state=state,
        promised_refund=refund,
        refunded=sum(one["amount"] for one in at_gateway),
        owed_outside=owed,
        promised_outside=outside,
        faults=twice,
    )


def _refused(stage: Stage, title: str, order: str, problem: Json, rule: str) -> Played:
    if "rule" not in problem:
        raise UnexpectedAnswerError(f"{title}: should be refused by {rule}, and got {problem}")
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
