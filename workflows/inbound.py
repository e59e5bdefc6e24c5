"""Stands before the signal handlers: a signal with more than one input would wedge the workflow task for ever."""

from temporalio import workflow
from temporalio.worker import HandleSignalInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from workflows.refund import RefundWorkflow

NAMED_SIGNALS = frozenset({"audit_decision", "courier_tracking", "warehouse_inspection"})


class SignalScreen(WorkflowInboundInterceptor):
    """Hands a signal on when its handler can take it, else keeps it in the case's timeline as ignored."""

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's name
        """Refuse a named signal with two inputs or more."""
        case = workflow.instance()
        if isinstance(case, RefundWorkflow) and input.signal in NAMED_SIGNALS and len(input.args) > 1:
            case.refuse_signal(input.signal, f"{len(input.args)} inputs: give one JSON object")
        else:
            await super().handle_signal(input)


class SignalScreening(Interceptor):
    """Puts the screen before every workflow of the worker."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """Return the screen."""
        return SignalScreen
