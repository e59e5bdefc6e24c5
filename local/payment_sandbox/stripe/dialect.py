"""Stripe's format of refunds, payments, lists and errors (docs.stripe.com/api)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from local.payment_sandbox.records import Answer, Payment, Refund
from local.payment_sandbox.stripe import units

OK, KEY_IN_USE, TOO_MANY = 200, 409, 429
Params = Mapping[str, str]


class RefusedError(Exception):
    """A request that is answered with an error; if it was executed, the error is stored for its key, as at Stripe."""

    def __init__(self, answer: Answer, *, executed: bool = True) -> None:
        super().__init__(answer.body.get("message") or answer.body["error"]["message"])
        self.answer = answer
        self.executed = executed


def form(body: bytes) -> dict[str, str]:
    """Return the fields of a form-encoded body."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def metadata(params: Params) -> dict[str, str]:
    """Return the fields written as `metadata[name]`."""
    return {name[9:-1]: value for name, value in params.items() if name.startswith("metadata[")}


def whole_number(params: Params, name: str, default: int) -> int:
    """Return a positive integer parameter; raises RefusedError for anything else, as Stripe does."""
    if name not in params:
        return default
    if not params[name].isascii() or not params[name].isdigit() or int(params[name]) < 1:
        raise invalid(f"Invalid positive integer: {params[name]}", "parameter_invalid_integer", name)
    return int(params[name])


def minor_units(params: Params, currency: str) -> int | None:
    """Return the amount that was sent in the ledger's units, or None; raises RefusedError if Stripe refuses it."""
    if "amount" not in params:
        return None
    try:
        return units.received(whole_number(params, "amount", 1), currency)
    except ValueError as error:
        raise invalid(str(error), "invalid_charge_amount_no_decimal_compatible", "amount") from None


def refund(one: Refund, payment: Payment) -> dict[str, Any]:
    """Return a refund as Stripe shows it."""
    shown: dict[str, Any] = {
        "id": one.id,
        "object": "refund",
        "amount": units.shown(one.amount, payment.currency),
        "balance_transaction": None,
        "charge": payment.charge,
        "created": one.created,
        "currency": payment.currency,
        "metadata": dict(one.metadata),
        "payment_intent": payment.intent,
        "reason": one.reason,
        "receipt_number": None,
        "status": one.status,
    }
    return shown | ({"failure_reason": one.failure_reason} if one.failure_reason else {})


def payment_intent(payment: Payment) -> dict[str, Any]:
    """Return a captured payment as Stripe shows it."""
    return {
        "id": payment.intent,
        "object": "payment_intent",
        "amount": units.shown(payment.amount, payment.currency),
        "amount_received": units.shown(payment.amount, payment.currency),
        "created": payment.created,
        "currency": payment.currency,
        "latest_charge": payment.charge,
        "livemode": False,
        "metadata": {},
        "status": "succeeded",
    }


def charge(payment: Payment) -> dict[str, Any]:
    """Return the charge of a captured payment as Stripe shows it."""
    return {
        "id": payment.charge,
        "object": "charge",
        "amount": units.shown(payment.amount, payment.currency),
        "amount_captured": units.shown(payment.amount, payment.currency),
        "captured": True,
        "created": payment.created,
        "currency": payment.currency,
        "livemode": False,
        "metadata": {},
        "payment_intent": payment.intent,
        "status": "succeeded",
    }


def page(url: str, shown: Sequence[Mapping[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Return one page of a list."""
    return {"object": "list", "url": url, "has_more": has_more, "data": list(shown)}


def error(status: int, kind: str, message: str, **more: str) -> Answer:
    """Return an error in Stripe's format; `more` are its code, decline_code and param."""
    return Answer(status, {"error": {"type": kind, "message": message, **more}})


def invalid(message: str, code: str, param: str) -> RefusedError:
    """Return the refusal of a parameter; as nothing was executed, it is not stored for a key."""
    return RefusedError(error(400, "invalid_request_error", message, code=code, param=param), executed=False)


def refused(message: str, **more: str) -> RefusedError:
    """Return the refusal of a valid request that cannot be executed."""
    return RefusedError(error(400, "invalid_request_error", message, **more))


def missing(what: str, reference: str, param: str) -> RefusedError:
    """Return the refusal of an unknown reference."""
    message = f"No such {what}: '{reference}'"
    return RefusedError(error(404, "invalid_request_error", message, code="resource_missing", param=param))


def declined(code: str) -> Answer:
    """Return the answer to a refund that is declined for good."""
    return error(402, "card_error", "The refund was declined.", code="card_declined", decline_code=code)


def unauthorized() -> Answer:
    """Return the answer to a wrong or missing API key."""
    return error(401, "invalid_request_error", "Invalid API Key provided: send 'Authorization: Bearer <key>'.")


def busy(status: int) -> Answer:
    """Return a temporary refusal: 409 key in use, 429 too many requests, anything else unavailable."""
    if status == KEY_IN_USE:
        message = "There is currently another in-progress request using this Idempotent Key."
        return error(status, "idempotency_error", message, code="idempotency_key_in_use")
    if status == TOO_MANY:
        return error(status, "invalid_request_error", "Too many requests hit the API too quickly.", code="rate_limit")
    return error(status, "api_error", "The provider is not available at the moment.")


KEY_REUSED = error(
    400,
    "idempotency_error",
    "Keys for idempotent requests can only be used with the same parameters they were first used with.",
)
