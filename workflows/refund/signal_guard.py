"""Checks signals before their handlers run: one with more than one input would block the workflow task forever."""

from typing import Protocol, runtime_checkable

from temporalio import workflow
from temporalio.worker import HandleSignalInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput


@runtime_checkable
class RefusesSignals(Protocol):
    """A workflow that keeps signals it cannot handle; a protocol, because the sandbox loads the class anew."""

    def refuse_signal(self, name: str, why: str) -> None:
        """Keep the signal as ignored."""
        ...


class SignalScreen(WorkflowInboundInterceptor):
    """Passes a signal on if its handler can take it; otherwise keeps it in the case's timeline as ignored."""

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's name
        """Refuse a known signal with two or more inputs; signals with unknown names have a handler of their own."""
        case = workflow.instance()
        is_named = workflow.get_signal_handler(input.signal) is not None  # pyright: ignore[reportUnknownMemberType] - the SDK's type
        if isinstance(case, RefusesSignals) and is_named and len(input.args) > 1:
            case.refuse_signal(input.signal, f"{len(input.args)} inputs: give one JSON object")
        else:
            await super().handle_signal(input)


class SignalScreening(Interceptor):
    """Installs the screen in every workflow of the worker."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """Return the screen's class."""
        return SignalScreen
