"""What must exist before a refund can be requested: a paid order and uploaded photos."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from types import TracebackType
from typing import Self

import httpx2

from api.cases.case_ids import mint_case_id, mint_evidence_id
from db.cases.evidence import EvidenceBook
from db.cases.submissions import Submission, Submissions
from db.core.engine import Database
from db.orders.orders import Orders
from domain.cases.evidence import EvidencePin
from domain.enums import Reason
from domain.order import Order, OrderLine, Parcel, Payment
from domain.request import AnnouncedEvidence, CaseIntake, RefundRequest, RequestedLine
from gateways.evidence.evidence_store import EvidenceStore
from local.demo.photos import photo
from local.stack.stack import Stack
from worker.prepare import bucket_of

PRICE, POSTAGE = 4500, 700
PHOTO = photo(200, 60, 40)
ANNOUNCED = AnnouncedEvidence(
    filename="photo.png", content_type="image/png", size=len(PHOTO), sha256=sha256(PHOTO).hexdigest()
)


class Counter:
    """Creates orders and requests in a running system's database, payment sandbox and object store."""

    def __init__(self, stack: Stack) -> None:
        self._closing = ExitStack()
        database = Database(stack.settings.database_url)
        self._closing.callback(database.close)
        self._sandbox = self._closing.enter_context(httpx2.Client(base_url=stack.urls.sandbox, trust_env=False))
        self._uploads = self._closing.enter_context(httpx2.Client(trust_env=False))
        self._orders, self._intakes, self._evidence = Orders(database), Submissions(database), EvidenceBook(database)
        self._store = EvidenceStore(bucket_of(stack.settings))
        self._numbers = count(1)

    def request(self, reason: Reason, photos: int) -> tuple[CaseIntake, tuple[EvidencePin, ...]]:
        """Record a request for a new order, and return the input of its workflow and its pinned photos."""
        at = datetime.now(UTC)
        order = self._paid_order(at)
        request = RefundRequest(
            order_number=order.order_number,
            customer_id=order.customer_id,
            reason=reason,
            lines=(RequestedLine(sku=order.lines[0].sku),),
            evidence=(ANNOUNCED,) * photos,
        )
        submission = Submission(
            idempotency_key=order.order_number,
            principal="storefront",
            body_sha256=sha256(request.model_dump_json().encode()).hexdigest(),
            case_id=mint_case_id(at),
            request=request,
            evidence_ids=tuple(mint_evidence_id(at) for _ in request.evidence),
            received_at=at,
        )
        intake = self._intakes.claim(submission).intake
        return intake, tuple(self._pinned(intake.case_id, evidence_id) for evidence_id in intake.evidence_ids)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self._closing.close()

    def _paid_order(self, at: datetime) -> Order:
        number = f"BENCH-{next(self._numbers)}"
        payment = Payment(provider="stripe", reference=f"pi_{number}", amount=PRICE + POSTAGE)
        captured = {"reference": payment.reference, "amount": payment.amount, "currency": "USD"}
        self._sandbox.post("/sandbox/payments", json=captured).raise_for_status()
        order = Order(
            order_number=number,
            customer_id="customer-1",
            currency="USD",
            placed_at=at - timedelta(days=6),
            lines=(OrderLine(sku="LAMP-1", product_name="Desk lamp", quantity=1, unit_price=PRICE),),
            outbound_postage=POSTAGE,
            payments=(payment,),
            parcels=(Parcel(tracking_number=f"OUT-{number}", skus=("LAMP-1",), delivered_at=at - timedelta(days=1)),),
        )
        self._orders.put(order)
        return order

    def _pinned(self, case_id: str, evidence_id: str) -> EvidencePin:
        ticket = self._store.ticket(case_id, evidence_id, ANNOUNCED)
        self._uploads.request(ticket.method, ticket.url, content=PHOTO, headers=ticket.headers).raise_for_status()
        found = self._store.verify(case_id, evidence_id, ANNOUNCED)
        return self._evidence.pin(evidence_id, found.version_id, found.sha256, datetime.now(UTC)).pin
