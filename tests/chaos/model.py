"""The model ledger: captured, owed and refunded, reckoned from what people did and nothing else."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.cases.exchange import Product, Replacement
from domain.enums import Reason, ReplacementState, ResolutionAsked
from domain.order import Order
from domain.request import CaseIntake
from tests.support.factories import intake, order, order_line, payment

UNITS, PRICE = 6, 1000
CAPTURES = (1500, 4500)
POSTAGE = 700  # within the policy's cap
CHEAPER = 100
STOCK = 3
_REFUNDED_INSTEAD = frozenset({ReplacementState.OUT_OF_STOCK, ReplacementState.RELEASING, ReplacementState.RELEASED})


@dataclass
class ModelCase:
    """A case as the model knows it; amounts in cents."""

    intake: CaseIntake
    units: int
    owed: int = 0
    accepted: int = 0
    failed: int = 0
    refused: int = 0
    is_rejected: bool = False
    owes_postage: bool = True
    exchanged: int = 0  # units for which a replacement was ever planned
    settled: set[str] = field(default_factory=set[str])  # replacements that were sent, or refunded instead

    @property
    def case_id(self) -> str:
        return self.intake.case_id

    @property
    def outstanding(self) -> int:
        return self.units - self.accepted - self.failed - self.refused

    def accept(self, units: int, *, shipped: bool) -> None:
        """Owe for more units, and with the first ones of a faulty order for the postage (R30, R31)."""
        self.accepted += units
        if units:
            self._owe(units * PRICE, shipped=shipped)

    def exchange(self, units: int, planned: int) -> None:
        """Owe nothing for more units until it is known whether they are replaced (R39)."""
        self.accepted += units
        self.exchanged = planned

    def settle(self, replacement: Replacement, *, shipped: bool) -> None:
        """Owe the difference for what was sent, or the price of what was not, once (R39)."""
        is_sent = replacement.state is ReplacementState.SENT
        if replacement.replacement_id in self.settled or not (is_sent or replacement.state in _REFUNDED_INSTEAD):
            return
        self.settled.add(replacement.replacement_id)
        self._owe(replacement.quantity * (CHEAPER if is_sent else PRICE), shipped=shipped)

    def _owe(self, amount: int, *, shipped: bool) -> None:
        if self.owes_postage and shipped and self.intake.reason is not Reason.PERSONAL:
            self.owed += POSTAGE
        self.owes_postage = False
        self.owed += amount


@dataclass
class ModelOrder:
    """An order of six units paid by two payments, and its cases."""

    order: Order
    cases: list[ModelCase] = field(default_factory=list[ModelCase])

    @property
    def captured(self) -> int:
        return sum(CAPTURES)

    @property
    def cup(self) -> Product:
        """What mugs of this order may be exchanged for."""
        sku = f"CUP-{self.order.order_number}"
        return Product(sku=sku, product_name="Cup", available=STOCK, prices={"USD": PRICE - CHEAPER})

    def intake(self, units: int, reason: Reason, *, exchange: bool = False) -> CaseIntake:
        number = f"{self.order.order_number.lower().replace('-', '')}c{len(self.cases):02d}"
        return intake(
            ("MUG", units),
            exchange_for=self.cup.sku if exchange else None,
            case_id=f"rc_{number}",
            order_number=self.order.order_number,
            reason=reason,
            resolution=ResolutionAsked.EXCHANGE if exchange else ResolutionAsked.REFUND,
            evidence_ids=("e1",) if reason is not Reason.PERSONAL else (),
            received_at=datetime.now(UTC),
        )


def model_order(number: int) -> ModelOrder:
    """Return a new order, delivered yesterday; it has no outbound postage, so that a unit is always worth the same."""
    name = f"O-{number:07d}"
    payments = tuple(payment(f"pi_{name}_{place}", amount) for place, amount in enumerate(CAPTURES))
    line = order_line(quantity=UNITS, unit_price=PRICE)
    return ModelOrder(order(name, now=datetime.now(UTC), lines=(line,), outbound_postage=0, payments=payments))
