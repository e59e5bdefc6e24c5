"""PayPal's format of refunds, captures, reports and errors."""

from datetime import UTC, datetime
from typing import Any

from local.payment_sandbox.paypal import units
from local.payment_sandbox.records import Answer, Payment, Refund
from local.payment_sandbox.stripe.dialect import RefusedError

OK, CREATED = 200, 201
_STATUS = {
    "pending": "PENDING",
    "requires_action": "PENDING",
    "succeeded": "COMPLETED",
    "failed": "FAILED",
    "canceled": "CANCELLED",
}
_REPORTED = {"PENDING": "P", "COMPLETED": "S", "FAILED": "D", "CANCELLED": "V"}


def amount(minor_units: int, payment: Payment) -> dict[str, str]:
    """Return an amount as PayPal writes it."""
    return units.shown(minor_units, payment.currency)


def minor(written: dict[str, str]) -> int:
    """Return an amount in PayPal's format as minor units; raises RefusedError if it is not one."""
    try:
        if units.has_decimals_that_it_must_not(written):
            raise refused("DECIMALS_NOT_SUPPORTED")
        return units.received(written)
    except (ValueError, KeyError):
        raise refused("INVALID_PARAMETER_SYNTAX") from None


def refund(one: Refund, payment: Payment) -> dict[str, Any]:
    """Return a refund as PayPal shows it."""
    capture_link = {"rel": "up", "href": f"/v2/payments/captures/{payment.id}", "method": "GET"}
    shown: dict[str, Any] = {
        "id": one.id,
        "status": _STATUS[one.status],
        "amount": amount(one.amount, payment),
        "create_time": time_of(one.created),
        "links": [capture_link],
    }
    shown |= {"custom_id": one.metadata["payout_id"]} if "payout_id" in one.metadata else {}
    return shown | ({"status_details": {"reason": one.failure_reason}} if one.failure_reason else {})


def capture(payment: Payment) -> dict[str, Any]:
    """Return a capture as PayPal shows it."""
    return {
        "id": payment.id,
        "status": "COMPLETED",
        "amount": amount(payment.amount, payment),
        "create_time": time_of(payment.created),
        "supplementary_data": {"related_ids": {"order_id": payment.order_id}},
    }


def transaction(one: Refund, payment: Payment) -> dict[str, Any]:
    """Return a refund as a report shows it, with a negative amount."""
    transaction: dict[str, Any] = {
        "transaction_id": one.id,
        "paypal_reference_id": payment.id,
        "transaction_event_code": "T1107",
        "transaction_initiation_date": time_of(one.created),
        "transaction_amount": amount(-one.amount, payment),
        "transaction_status": _REPORTED[_STATUS[one.status]],
    }
    return transaction | ({"custom_field": one.metadata["payout_id"]} if "payout_id" in one.metadata else {})


def error(status: int, name: str, message: str, issue: str | None = None) -> Answer:
    """Return an error as PayPal writes it."""
    details = [{"issue": issue, "description": message}] if issue else []
    return Answer(status, {"name": name, "message": message, "debug_id": "sandbox", "details": details})


def refused(issue: str) -> RefusedError:
    """Return the refusal of a valid request that cannot be executed."""
    answer = error(422, "UNPROCESSABLE_ENTITY", "The requested action could not be performed.", issue)
    return RefusedError(answer, executed=False)


def declined(code: str) -> Answer:
    """Return the answer to a refund that is declined for good."""
    return refused(code.upper()).answer


def missing(reference: str) -> RefusedError:
    """Return the refusal of an unknown reference."""
    message = f"The specified resource does not exist: {reference}"
    return RefusedError(error(404, "RESOURCE_NOT_FOUND", message, "INVALID_RESOURCE_ID"), executed=False)


def time_of(seconds: int) -> str:
    """Return a time in seconds since 1970 as PayPal writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
