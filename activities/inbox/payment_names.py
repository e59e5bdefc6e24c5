"""Finds the payment that an event names, whichever of its ids the order and the event use (R32, R38)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from activities.ports.inbox import PaymentReferenceBook
from activities.ports.payment_gateway import PaymentGateway
from domain.payment_events import Dispute, GatewayRefundRecord

Named = TypeVar("Named", Dispute, GatewayRefundRecord)


@dataclass(frozen=True)
class PaymentNames:
    """Gives payments the id that their order uses; what is learned about their ids is stored for later."""

    book: PaymentReferenceBook
    gateways: Mapping[str, PaymentGateway]

    def as_in_order(self, about: Named) -> Named:
        """Return the dispute or refund with its payment's id as the order names it.

        It is returned as it is if no order names the payment yet; the order finds it when it comes. Only if nothing
        else is known, the gateway is asked. Raises GatewayUnavailableError.
        """
        names = (about.payment_reference, *about.other_references)
        own = self.book.learn(about.provider, names)
        if own is None and (more := self._asked(about.provider, names)):
            names = tuple(dict.fromkeys((*names, *more)))
            own = self.book.learn(about.provider, names)
        reference = own or about.payment_reference
        others = tuple(name for name in names if name != reference)
        return about.amend(payment_reference=reference, other_references=others)

    def _asked(self, provider: str, names: tuple[str, ...]) -> tuple[str, ...]:
        gateway = self.gateways.get(provider)
        if gateway is None or len(self.book.known(provider, names)) > 1:
            return ()
        return gateway.payment_ids(names[0])
