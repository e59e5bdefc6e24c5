"""Gives failures a stable name in Temporal: their code, not the name of a Python class."""

from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import DomainError


class NamedFailure(ActivityInboundInterceptor):
    """Raises an activity's DomainError as an ApplicationError whose type is its code, as retry policies expect."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's
        """Run the activity, local or regular."""
        try:
            return await super().execute_activity(input)
        except DomainError as error:
            raise ApplicationError(error.message, type=error.code).with_traceback(error.__traceback__) from None


class NamedFailures(Interceptor):
    """Applies NamedFailure to every activity of the worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Return the interceptor of an activity."""
        return NamedFailure(next)
