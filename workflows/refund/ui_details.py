"""What an operator sees of a case in the Temporal UI: its search attributes and its current details.

None of it contains personal data.
"""

import json
import re
from html import escape
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from domain.cases.case import Case
from domain.cases.next_step import awaiting, next_step

STATE = SearchAttributeKey.for_keyword("RefundState")
REASON = SearchAttributeKey.for_keyword("RefundReason")
AWAITING = SearchAttributeKey.for_keyword("AwaitingParty")
ORDER = SearchAttributeKey.for_keyword("OrderNumber")
DEADLINE = SearchAttributeKey.for_datetime("RefundDeadline")
OVERDUE = SearchAttributeKey.for_bool("Overdue")
_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|~])")
SEARCH_ATTRIBUTES = (STATE, REASON, AWAITING, ORDER, DEADLINE, OVERDUE)
"""The attributes by which operators can search cases; none contains personal data."""


def search_attributes(case: Case) -> dict[str, SearchAttributeUpdate[Any]]:
    """Return the search attributes of the case, by name."""
    due = case.due if case.is_open else None
    updates: tuple[SearchAttributeUpdate[Any], ...] = (
        STATE.value_set(case.state.value),
        REASON.value_set(case.reason.value),
        AWAITING.value_set(awaiting(case).value),
        ORDER.value_set(case.order_number),
        DEADLINE.value_set(due.when) if due else DEADLINE.value_unset(),
        OVERDUE.value_set(case.overdue),
    )
    return {update.key.name: update for update in updates}


def current_details(case: Case) -> str:
    """Return the case in markdown: state, next step with the exact JSON to send, deadlines, money, links."""
    step = next_step(case)
    parts = [
        f"**{case.state}** · {case.reason} · order {_code(case.order_number)} · policy {case.policy_version}",
        f"**Next: {step.party}.** {step.message}",
        *(
            f"Send `{name}`:\n```json\n{json.dumps(body, indent=2, ensure_ascii=False)}\n```"
            for name, body in step.send.items()
        ),
        _deadlines(case),
        _replacements(case),
        _money(case),
        f"`GET /v1/refunds/{case.case_id}` · `GET /v1/refunds/{case.case_id}/timeline`",
    ]
    return "\n\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Return an identifier as it is, where markdown and HTML would read signs of it as their own."""
    return _SIGNS.sub(r"\\\1", escape(text, quote=False))


def _code(text: str) -> str:
    """Return an identifier as code, in which nothing but the sign around it has a meaning."""
    return f"`{text}`" if "`" not in text else _plain(text)


def _deadlines(case: Case) -> str:
    if not case.is_open or not case.deadlines:
        return ""
    rows = [
        f"| {one.what} | {one.when:%Y-%m-%d %H:%M:%S} UTC | {_mark(one.passed, one.provisional)} |"
        for one in sorted(case.deadlines, key=lambda one: one.when)
    ]
    return "\n".join(["| deadline | when | |", "|---|---|---|", *rows])


def _mark(passed: bool, provisional: bool) -> str:  # noqa: FBT001 - two marks of one deadline
    return "passed" if passed else "provisional" if provisional else ""


def _replacements(case: Case) -> str:
    rows = [
        f"| {_plain(one.sku)} | {one.quantity} | {_plain(one.line_sku)} | {one.state} | {one.tracking_number or ''} |"
        for one in case.replacements
    ]
    header = ["| replacement | units | for | state | tracking |", "|---|---|---|---|---|"]
    return "\n".join([*header, *rows]) if rows else ""


def _money(case: Case) -> str:
    rows = [f"| {one.payout_id} | {one.amount} | {one.provider} | {one.state} |" for one in case.payouts]
    return "\n".join(["| payout | amount | through | state |", "|---|---|---|---|", *rows]) if rows else ""
