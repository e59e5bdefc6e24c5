"""All timeouts and retry policies of the workflow."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

from domain.errors import CapExceededError, OtherAmountOwedError, ReturnNotCountedError, UnitsTakenError

TASK_QUEUE = "refunds"
FIRST_UNKNOWN_RETRY = timedelta(seconds=1)
LAST_UNKNOWN_RETRY = timedelta(minutes=10)
FIRST_PENDING_CHECK = timedelta(hours=1)
LAST_PENDING_CHECK = timedelta(days=1)

_RECORD_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=[
        one.code for one in (UnitsTakenError, CapExceededError, ReturnNotCountedError, OtherAmountOwedError)
    ],
)
_PATIENT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10))


def record(summary: str) -> LocalActivityConfig:
    """Return the options of the short transactions on a case's record."""
    return LocalActivityConfig(
        summary=summary,
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=_RECORD_RETRY,
        # A longer wait between two tries becomes a timer, so that an outage does not block a workflow task.
        local_retry_threshold=timedelta(seconds=10),
    )


def payout(summary: str) -> ActivityConfig:
    """Return the options of calls to a payment gateway.

    The timeout is longer than the gateway's own 10 s, and short enough that the payout of a killed worker is soon
    retried (fault 2). Retries never end: a case waits until it is paid, it never fails.
    """
    return ActivityConfig(summary=summary, start_to_close_timeout=timedelta(seconds=15), retry_policy=_PATIENT_RETRY)


def stock(summary: str) -> ActivityConfig:
    """Return the options of calls to the stock; retries never end, and a human may refund instead (R39)."""
    return ActivityConfig(summary=summary, start_to_close_timeout=timedelta(seconds=30), retry_policy=_PATIENT_RETRY)


def pending_check_interval(checks: int) -> timedelta:
    """Return how long to wait before checking a pending refund again: an hour, doubling up to a day."""
    return min(FIRST_PENDING_CHECK * 2 ** min(checks, 10), LAST_PENDING_CHECK)


def unknown_retry_interval(retries: int) -> timedelta:
    """Return how long to wait before looking up a payout with a lost answer again: a second, doubling up to 10 min."""
    return min(FIRST_UNKNOWN_RETRY * 2 ** min(retries, 10), LAST_UNKNOWN_RETRY)
