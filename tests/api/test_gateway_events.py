"""What webhooks do once they are taken in: each is a reason to ask, is applied once, in whatever order (R37, R38)."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from api.app import create_app
from db.core.engine import Database
from db.inbox.payment_events import GatewayEvents
from tests.api.inbox_sweep import sweep
from tests.api.webhook_client import away, events_of, refund_id_of, refunded, taking, until_told
from tests.support.api_client import asking, inspection, told
from tests.support.ledger import Ledger
from tests.support.waiting import wait_until
from worker.schedules import INBOX_SWEEP, ensure_schedules, schedules
from workflows.client.case_notifier import TemporalCaseNotifier


async def test_fault_13_the_same_event_fifty_times_has_one_effect(webhooks, api, gateway):
    case = await refunded(api)
    gateway.fail()
    event = webhooks.refund(case, "failed", refund_id_of(case))

    await asyncio.gather(*(webhooks.tell(event) for _ in range(50)))

    blocked = await api.until(case, "payout_blocked")
    assert blocked["blocked_by"] == "refund_reversed"
    await webhooks.tell(event)
    await sweep(api.temporal)
    timeline = await until_told(api, case, "payout_blocked")
    assert timeline.count("payout_reversed") == 1
    assert timeline.count("payout_blocked") == 1
    assert Ledger(webhooks.services.database).total(case["order_number"]) == 0


async def test_fault_11_a_refund_that_failed_after_the_case_had_ended_opens_its_money_again(webhooks, api, gateway):
    case = await refunded(api)
    gateway.fail()

    await webhooks.tell(webhooks.refund(case, "failed", refund_id_of(case)))

    blocked = await api.until(case, "payout_blocked")
    assert [payout["state"] for payout in blocked["payouts"]] == ["reversed"]
    assert blocked["amounts"]["paid"]["minor"] == 0


async def test_r37_an_event_is_a_reason_to_ask_and_never_the_answer(webhooks, api):
    case = await refunded(api)

    await webhooks.tell(webhooks.refund(case, "failed", refund_id_of(case)))

    # The case, taken up again, has asked the gateway, which says that the refund stands.
    await api.handle(case).result()
    assert "payout_reversed" not in await events_of(api, case)
    assert (await api.case(case))["state"] == "refunded"


async def test_r37_an_event_that_crosses_the_answer_to_its_refund_leaves_the_case_alone(
    webhooks, api, gateway, monkeypatch
):
    case = await api.approved()
    loop, told_of = asyncio.get_running_loop(), []

    def tell(refund):
        event = webhooks.refund(case, "succeeded", refund.refund_id)
        told_of.append(asyncio.run_coroutine_threadsafe(webhooks.tell(event), loop))
        wait_until(lambda: any(one.event_id == event["id"] for one in webhooks.services.events.pending(100)))

    monkeypatch.setattr(gateway, "before_answering", tell)
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "refunded")

    [applied] = told_of
    await asyncio.wrap_future(applied)
    history = await api.handle(case).fetch_history()
    signals = [one.workflow_execution_signaled_event_attributes.signal_name for one in history.events]
    assert "refund_update" not in signals


async def test_fault_16_an_event_before_its_payout_is_known_is_parked_and_applied_later(webhooks, api, gateway):
    case = await api.approved()
    before = webhooks.services.events.count("parked")
    await webhooks.tell(webhooks.refund(case, "failed"))
    assert webhooks.services.events.count("parked") == before + 1

    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "refunded")
    gateway.fail()
    await sweep(api.temporal)

    await api.until(case, "payout_blocked")
    await sweep(api.temporal)
    assert (await events_of(api, case)).count("payout_reversed") == 1


async def test_fault_16_what_temporal_could_not_take_is_applied_by_the_sweep(services, api, gateway):
    case = await refunded(api)
    gateway.fail()
    nobody = TemporalCaseNotifier(await away(), services.submissions, patience_seconds=1)
    async with taking(services, notifier=nobody) as cut_off:
        await cut_off.tell(cut_off.refund(case, "failed", refund_id_of(case)))
    assert (await api.case(case))["state"] == "refunded"

    client = api.temporal
    await ensure_schedules(client)
    await client.get_schedule_handle(INBOX_SWEEP).trigger()
    await api.until(case, "payout_blocked")
    await asyncio.gather(*(client.get_schedule_handle(name).delete() for name in schedules()))


async def test_r32_a_refund_made_by_hand_leaves_no_room_for_a_payout_of_the_same_money(webhooks, api):
    case = await api.approved()
    payment = f"pi_{case['order_number']}"
    by_hand = {"id": f"re_{uuid4().hex}", "status": "succeeded", "amount": 10299, "payment_intent": payment}

    await webhooks.tell(webhooks.about("refund.created", **by_hand))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)

    blocked = await api.until(case, "payout_blocked")
    assert blocked["blocked_by"] == "cap_exceeded"


async def test_r38_a_dispute_holds_the_payout_and_one_that_is_won_lets_it_go(webhooks, api):
    case = await api.approved()
    dispute_id = f"du_{uuid4().hex}"
    await webhooks.tell(webhooks.dispute(case, "needs_response", dispute_id))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "chargeback_hold")

    await webhooks.tell(webhooks.dispute(case, "won", dispute_id))

    assert (await api.until(case, "refunded"))["amounts"]["paid"]["minor"] > 0


async def test_fault_14_a_dispute_told_as_won_before_it_is_told_as_opened_holds_nothing(webhooks, api):
    case = await api.approved()
    dispute_id = f"du_{uuid4().hex}"
    opened, won = (webhooks.dispute(case, status, dispute_id) for status in ("needs_response", "won"))
    for event in (won, opened):
        await webhooks.tell(event)

    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)

    assert "chargeback_hold" not in await until_told(api, case, "refunded")


async def test_r38_a_case_held_over_a_dispute_that_was_won_meanwhile_goes_on_by_the_sweep(webhooks, api):
    case = await api.approved()
    dispute_id = f"du_{uuid4().hex}"
    await webhooks.tell(webhooks.dispute(case, "needs_response", dispute_id))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    held = await api.until(case, "chargeback_hold")
    await sweep(api.temporal)
    assert (await api.case(held))["state"] == "chargeback_hold", "the dispute is open"

    # Recorded, but the update was lost on the way to the case: it came before the case knew that it was held.
    [known] = webhooks.services.disputes.of("stripe", f"pi_{case['order_number']}")
    webhooks.services.disputes.record(known.amend(status="won", changed_at=webhooks.services.now()))
    await sweep(api.temporal)

    await api.until(case, "refunded")


async def test_an_event_that_cannot_be_applied_goes_behind_the_others(services, api):
    class Confused(TemporalCaseNotifier):
        async def notify(self, case_id, message):
            raise KeyError("a fault of ours")

    case = await refunded(api)
    confused = Confused(api.temporal, services.submissions)
    async with taking(services, notifier=confused) as webhooks:
        await webhooks.tell(webhooks.refund(case, "failed", refund_id_of(case)))
    assert services.events.pending(1000)[-1].refund.payout_id == f"{case['case_id']}-p1"


async def test_prometheus_reads_what_became_of_webhooks(services, tmp_path):
    app = create_app(services)
    nothing = Database(f"sqlite:///{tmp_path}/nothing.db")
    async with asking(app) as client:
        applied = services.events.count("applied")
        assert f'refunds_gateway_events{{status="applied"}} {applied:.1f}' in (await client.get("/metrics")).text
        app.state.services = replace(services, events=GatewayEvents(nothing))
        stayed = await client.get("/metrics")
    nothing.close()
    assert f'refunds_gateway_events{{status="applied"}} {applied:.1f}' in stayed.text
