"""The reactions of runs that release 0.1.0 began, in place of today's (fault 24)."""

from collections.abc import Mapping

from domain.cases.messages import Message
from workflows.refund.steps.money import dispute, payout_resolution
from workflows.refund.steps.process_1 import dispute as former_dispute
from workflows.refund.steps.process_1 import payout_resolution as former_resolution
from workflows.refund.transition import OnMessage

_FORMER: Mapping[OnMessage, OnMessage] = {
    dispute.take_update: former_dispute.take_update,
    payout_resolution.resolve: former_resolution.resolve,
    payout_resolution.take_trouble: former_resolution.take_trouble,
    payout_resolution.mark_paid: former_resolution.mark_paid,
}


def in_place_of(reactions: Mapping[type[Message], OnMessage]) -> dict[type[Message], OnMessage]:
    """Return the reactions as release 0.1.0 had them."""
    return {kind: _FORMER.get(reaction, reaction) for kind, reaction in reactions.items()}
