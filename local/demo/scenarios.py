"""The refunds of the demo, each with the outcome that the policy promises."""

import asyncio
from collections.abc import Callable

from local.demo.photos import photo
from local.demo.shop import Line
from local.demo.steps import (
    Played,
    Stage,
    approve,
    decide,
    ended,
    inspect,
    refused,
    scan,
    send_replacement,
    ship,
    skip,
    units,
)

MUG = Line("MUG-1", "Mug", 1200, quantity=2)
LAMP = Line("LAMP-1", "Desk lamp", 4500)
RING = Line("RING-1", "Ring, engraved", 9900, special=True)
SMALL_LAMP = Line("LAMP-S", "Desk lamp, small", 3900)
RETURN_POSTAGE, DISPUTED = 850, 2000


def quality(stage: Stage) -> Played:
    """Seller's fault with two photos: everything is refunded; the return postage is paid outside, with a reference."""
    shop, order = stage.shop, stage.shop.place_order(MUG, LAMP)
    files = {"front.png": photo(200, 60, 40), "crack.png": photo(40, 60, 200)}
    evidence = [{"filename": n, "content_type": "image/png", "size": len(b)} for n, b in files.items()]
    case = shop.ask(order, "quality", [units(MUG), units(LAMP)], evidence)
    stage.say("two photos uploaded, verified, pinned")
    shop.upload(case, files)
    approve(stage, case)
    ship(stage, case, postage={"minor": RETURN_POSTAGE, "currency": "USD"})
    inspect(stage, case, MUG, LAMP)
    shop.wait_for(case["case_id"], "reimbursement_due")
    stage.say("the card cannot take the return postage any more; finance pays it by bank transfer and says so")
    decide(stage, case, "paid", reference="TRANSFER-1")
    why = "R30 full refund with outbound postage; R32, R34 return postage beyond the card is finance's task until paid"
    paid = 2 * MUG.unit_price + LAMP.unit_price + 700
    return ended(stage, "quality, two photos", order, case, "refunded", why, refund=paid, outside=RETURN_POSTAGE)


def personal(stage: Stage) -> Played:
    """A change of mind: the price of the goods is refunded, postage is not."""
    order = stage.shop.place_order(LAMP)
    case = stage.shop.ask(order, "personal", [units(LAMP)])
    approve(stage, case)
    ship(stage, case)
    inspect(stage, case, LAMP)
    why = "R31 price of the goods; postage is the customer's"
    return ended(stage, "personal", order, case, "refunded", why, refund=LAMP.unit_price)


def partial_receipt(stage: Stage) -> Played:
    """Two units, but only one in the parcel: it is paid at once, the other one when it arrives."""
    order = stage.shop.place_order(MUG)
    case = stage.shop.ask(order, "personal", [units(MUG)])
    approve(stage, case)
    scan(stage, case, 1, MUG, 1)
    stage.say("one unit is paid, the other one is still expected")
    stage.shop.wait_for(case["case_id"], "awaiting_return")
    scan(stage, case, 2, MUG, 1)
    why = "R26 what arrived is paid, the rest when it arrives; R31"
    return ended(stage, "partial receipt", order, case, "refunded", why, refund=2 * MUG.unit_price, refunds=2)


def exchange(stage: Stage) -> Played:
    """A lamp is exchanged for a smaller one, which is reserved and sent; the difference in price is refunded."""
    order = stage.shop.place_order(LAMP)
    stage.shop.state_stock(SMALL_LAMP, available=1)
    asked = [{**units(LAMP), "exchange_for": SMALL_LAMP.sku}]
    case = stage.shop.ask(order, "personal", asked, resolution="exchange")
    approve(stage, case)
    ship(stage, case)
    inspect(stage, case, LAMP)
    stage.shop.wait_until(case["case_id"], lambda shown: shown["replacements"][0]["state"] == "reserved")
    send_replacement(stage, case)
    why = "R39 replaced, and the difference in price is refunded"
    difference = LAMP.unit_price - SMALL_LAMP.unit_price
    played = ended(stage, "exchange", order, case, "exchanged", why, refund=difference)
    if left := stage.shop.available(SMALL_LAMP):
        played.faults.append(f"{left} of one small lamp are still in stock")
    return played


def partial_dispute(stage: Stage) -> Played:
    """The customer's bank takes back a part of the payment: it counts as paid, and finance has the rest refunded."""
    shop, order = stage.shop, stage.shop.place_order(LAMP)
    case = shop.ask(order, "personal", [units(LAMP)])
    approve(stage, case)
    ship(stage, case)
    dispute = shop.dispute(order, DISPUTED)
    stage.say(f"the bank disputes {DISPUTED} of the payment")
    inspect(stage, case, LAMP)
    shop.wait_for(case["case_id"], "chargeback_hold")
    stage.say("the payout waits for the end of the dispute, which is lost")
    shop.lose_dispute(dispute)
    shop.wait_for(case["case_id"], "payout_blocked")
    decide(stage, case, "pay")
    why = "R38 what the lost dispute returned counts as paid; finance has the rest paid"
    rest = LAMP.unit_price - DISPUTED
    return ended(stage, "partial dispute", order, case, "refunded", why, refund=rest, disputed=DISPUTED)


def late(stage: Stage) -> Played:
    """A request after the request window: refused, and the refusal names the deadline."""
    order = stage.shop.place_order(LAMP, delivered_days_ago=40)
    return refused(stage, "late request", order, stage.shop.ask(order, "personal", [units(LAMP)]), "R3")


def never_shipped(stage: Stage) -> Played:
    """Approved but never sent back: the case expires after seven working days, by the server's own timer."""
    order = stage.shop.place_order(LAMP)
    case = stage.shop.ask(order, "personal", [units(LAMP)])
    approve(stage, case)
    stage.say("time is skipped on the Temporal server; two reminders, then the window ends")
    asyncio.run(skip(stage.stack, case["case_id"]))
    why = "R19 reminded on working days 3 and 6, expired after the 7th"
    return ended(stage, "never shipped", order, case, "expired", why, refund=0)


def custom_made(stage: Stage) -> Played:
    """Special goods: refused."""
    order = stage.shop.place_order(RING)
    return refused(stage, "custom-made", order, stage.shop.ask(order, "personal", [units(RING)]), "R10")


def killed(stage: Stage) -> Played:
    """The worker is killed after the gateway has paid but before it gets the answer: still only one refund."""
    shop, order = stage.shop, stage.shop.place_order(LAMP)
    case = shop.ask(order, "personal", [units(LAMP)])
    approve(stage, case)
    ship(stage, case)
    shop.break_gateway({"kind": "held_answer", "seconds": 10})
    inspect(stage, case, LAMP)
    while not shop.refunds_at_gateway(order):
        shop.case(case["case_id"])
    stage.stack.kill_worker()
    stage.say("the gateway has paid, the worker is killed (SIGKILL) before it gets the answer; a new one starts")
    stage.stack.start_worker()
    stage.say("the gateway's webhook arrives, or the call times out (15 s); the case asks before it retries")
    why = "R31; fault 2: killed between the gateway's commit and the record"
    return ended(stage, "worker killed", order, case, "refunded", why, refund=LAMP.unit_price)


def lost_answer(stage: Stage) -> Played:
    """The gateway pays but its answer is lost: the unknown payout is looked up and found. One refund."""
    shop, order = stage.shop, stage.shop.place_order(LAMP)
    case = shop.ask(order, "personal", [units(LAMP)])
    approve(stage, case)
    ship(stage, case)
    shop.break_gateway({"kind": "drop_answer_after_commit"})
    inspect(stage, case, LAMP)
    why = "R31; fault 1: the answer was lost, the gateway's own list proved the refund"
    played = ended(stage, "answer lost", order, case, "refunded", why, refund=LAMP.unit_price)
    events = [entry["event"] for entry in shop.timeline(case["case_id"])]
    if "payout_unknown" not in events:
        played.faults.append("the payout never was unknown")
    return played


SCENES: tuple[Callable[[Stage], Played], ...] = (
    quality,
    personal,
    partial_receipt,
    exchange,
    partial_dispute,
    late,
    never_shipped,
    custom_made,
    lost_answer,
    killed,
)
