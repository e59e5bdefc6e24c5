"""This system as a contender: everything is real, and inputs are sent in the same way as by the API."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

from temporalio.client import Client

from api.refund_workflows import M, RefundWorkflows, workflow_id
from benchmarks.contender import BenchError
from benchmarks.fixtures import Counter
from domain.cases.case_lines import InspectedLine
from domain.cases.evidence import EvidencePin
from domain.cases.messages import AuditDecision, CourierTracking, EvidenceReport, WarehouseInspection
from domain.enums import AuditVerdict, CaseState, Disposition, InspectionVerdict, Reason
from domain.request import CaseIntake
from local.stack.stack import Stack
from workflows.refund.workflow import RefundWorkflow


@dataclass(frozen=True)
class RefundCase:
    """A refund whose order is paid and whose photos are uploaded."""

    intake: CaseIntake
    pins: tuple[EvidencePin, ...]
    client: Client

    @property
    def workflow_id(self) -> str:
        """Return the id of its workflow."""
        return workflow_id(self.intake.case_id)

    async def play(self) -> None:
        """Open it, report its photos, approve, ship, inspect, and wait until the money is back."""
        case_id, workflows = self.intake.case_id, RefundWorkflows(self.client)
        await workflows.open(self.intake)
        for pin in self.pins:
            report = _received(EvidenceReport(pins=(pin,)))
            await workflows.send(case_id, RefundWorkflow.report_evidence, report)
        await workflows.send(case_id, RefundWorkflow.decide_audit, _received(_approval()))
        await workflows.send(case_id, RefundWorkflow.register_shipment, _received(_shipment(case_id)))
        await workflows.send(case_id, RefundWorkflow.record_inspection, _received(self._inspection()))
        outcome = await self.client.get_workflow_handle_for(RefundWorkflow.run, self.workflow_id).result()
        if outcome.state is not CaseState.REFUNDED:
            raise BenchError(f"{case_id} ended as {outcome.state} instead of refunded")

    def _inspection(self) -> WarehouseInspection:
        lines = tuple(
            InspectedLine(
                sku=line.sku,
                quantity=line.quantity,
                verdict=InspectionVerdict.ACCEPTED,
                disposition=Disposition.RESTOCK,
            )
            for line in self.intake.lines
        )
        return WarehouseInspection(lines=lines, inspected_by="warehouse", scan_id=f"scan-{self.intake.case_id}")


class Refunds:
    """Refunds with one reason and a number of photos each."""

    def __init__(self, client: Client, stack: Stack, counter: Counter, reason: Reason, photos: int = 0) -> None:
        self.name = f"{reason}, {photos} photos" if photos else reason.value
        self.client = client
        self.server_pid, self.worker_pid = stack.pid("temporal"), stack.pid("worker")
        self._counter = counter
        self._asked = reason, photos

    async def prepare(self, cases: int) -> Sequence[RefundCase]:
        """Return new cases, each with its own order; requests are recorded and photos verified as by the API."""
        return await asyncio.to_thread(lambda: [self._prepared() for _ in range(cases)])

    def _prepared(self) -> RefundCase:
        intake, pins = self._counter.request(*self._asked)
        return RefundCase(intake, pins, self.client)


def _approval() -> AuditDecision:
    return AuditDecision(decision=AuditVerdict.APPROVE, decided_by="auditor")


def _shipment(case_id: str) -> CourierTracking:
    return CourierTracking(carrier="sf_express", tracking_number=f"SF{crc32(case_id.encode()):013d}")


def _received(message: M) -> M:
    return message.amend(received_at=datetime.now(UTC))
