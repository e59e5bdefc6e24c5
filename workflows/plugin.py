"""The plugin that client, worker and replayer share."""

from temporalio.plugin import SimplePlugin

from activities.failures import NamedFailures
from workflows.payload_converter import DATA_CONVERTER
from workflows.refund.signal_guard import SignalScreening


class RefundPlugin(SimplePlugin):
    """The converter and the interceptors; a worker inherits it from its client and must not be given it again."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - the SDK's type
            "refunds", data_converter=DATA_CONVERTER, interceptors=[SignalScreening(), NamedFailures()]
        )
