"""A named failure keeps its name in Temporal: its stable code, and not the name of a Python class."""

from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import DomainError


class NamedFailure(ActivityInboundInterceptor):
    """Raises an activity's DomainError as an ApplicationError of its code; retry policies name the codes."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's
        """Run the activity, local or regular."""
        try:
            return await super().execute_activity(input)
        except DomainError as error:
            raise ApplicationError(error.message, type=error.code).with_traceback(error.__traceback__) from None


class NamedFailures(Interceptor):
    """Names the failures of every activity of the worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Return what stands before each activity."""
        return NamedFailure(next)
