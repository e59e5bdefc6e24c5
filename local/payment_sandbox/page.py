"""The ledger as a small HTML page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from local.payment_sandbox.disputes import Dispute
from local.payment_sandbox.faults import AnyFault
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.outbox import Delivery
from local.payment_sandbox.records import Payment, Refund

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Payment sandbox</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }}
section {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
caption {{ text-align: left; font-weight: 600; padding: 1rem 0 .3rem; }}
th, td {{ text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8884; }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>Payment sandbox</h1>
<p>Test money only. Amounts are in minor units (cents for USD, yen for JPY).</p>
<section>{payments}</section>
<section>{refunds}</section>
<section>{disputes}</section>
<section>{webhooks}</section>
<section>{faults}</section>
<p>To change things: <a href="/sandbox/docs">/sandbox/docs</a> (refunds by hand, disputes, faults, webhooks).</p>
</body>
</html>
"""
PAYMENT_COLUMNS = ("Payment", "Captured at", "Currency", "Captured", "Refunded", "Disputed", "Left")
REFUND_COLUMNS = ("Refund", "Made at", "Payment", "Payout", "Status", "Amount")
DISPUTE_COLUMNS = ("Dispute", "Opened at", "Payment", "Reason", "Status", "Amount")
WEBHOOK_COLUMNS = ("Event", "Type", "Taken", "Last answer", "Tries")
FAULT_COLUMNS = ("Fault", "On", "Times")
NUMBERS = frozenset({"Tries", "Times", "Captured", "Refunded", "Disputed", "Left", "Amount"})


def html(ledger: Ledger, faults: Sequence[AnyFault]) -> str:
    """Return the page; all outside input is escaped."""
    refunds = ledger.refunds()
    payments = [_payment(one, ledger) for one in ledger.payments()]
    return PAGE.format(
        payments=_table("Payments", PAYMENT_COLUMNS, payments),
        refunds=_table("Refunds", REFUND_COLUMNS, [_refund(one) for one in refunds]),
        disputes=_table("Disputes", DISPUTE_COLUMNS, [_dispute(one) for one in ledger.disputes.all()]),
        webhooks=_table("Webhooks", WEBHOOK_COLUMNS, [_webhook(one) for one in ledger.webhooks.deliveries()]),
        faults=_table("Faults to come", FAULT_COLUMNS, [(one.kind, one.on, one.times) for one in faults]),
    )


def _payment(one: Payment, ledger: Ledger) -> tuple[object, ...]:
    gone, disputed = ledger.refunded(one.id), ledger.disputes.taken(one.id)
    return one.id, _when(one.created), one.currency.upper(), one.amount, gone, disputed, ledger.left(one)


def _refund(one: Refund) -> tuple[object, ...]:
    status = f"{one.status} ({one.failure_reason})" if one.failure_reason else one.status
    return one.id, _when(one.created), one.payment, one.metadata.get("payout_id", ""), status, one.amount


def _dispute(one: Dispute) -> tuple[object, ...]:
    status = f"{one.status} ({one.outcome})" if one.outcome else one.status
    return one.id, _when(one.created), one.payment, one.reason, status, one.amount


def _webhook(one: Delivery) -> tuple[object, ...]:
    taken = _when(int(one.delivered_at)) if one.delivered_at else "not yet"
    return one.event_id, one.type, taken, one.last_status or "none", one.tries


def _when(created: int) -> str:
    return datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f'<th scope="col"{_class(column)}>{column}</th>' for column in columns)
    body = (
        "".join(f"<tr>{_cells(columns, row)}</tr>" for row in rows)
        or f'<tr><td colspan="{len(columns)}">none</td></tr>'
    )
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(columns: Sequence[str], row: Sequence[object]) -> str:
    return "".join(f"<td{_class(name)}>{escape(str(cell))}</td>" for name, cell in zip(columns, row, strict=True))


def _class(column: str) -> str:
    return ' class="number"' if column in NUMBERS else ""
