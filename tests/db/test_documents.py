"""Documents in the database are read by a release that the next one has written them after (fault 24)."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from pydantic_core import to_json

from api.schemas.scans import ScanAnswer
from db.cases.case_list import CaseFilter
from db.cases.cases import Cases
from db.cases.submissions import Submissions
from db.core.engine import Database
from db.inbox.courier_events import CourierEvents
from db.inbox.parcels import Parcels
from db.inbox.payment_events import GatewayEvents
from db.inbox.scans import Scans
from db.orders.orders import Orders
from db.reconciliation.findings import Findings
from domain.findings import Finding
from domain.parcels import CourierEvent
from domain.payment_events import GatewayEvent
from tests.db.facts import NOON, a_case, a_submission, an_order, execute, rows
from tests.replay.stored_types import OF_DATABASE
from tests.support.neighbours import MORE, written_by_the_next
from tests.support.samples import CASE, sample

RETURN_CODE = "RMA-0000-0000-0000"
EVENT, NEWS = sample(CourierEvent), sample(GatewayEvent)
SCAN, FINDING = sample(ScanAnswer), sample(Finding)


class Way(NamedTuple):
    """How a document gets into its column, and every way out."""

    write: Callable[[Database], object]
    read: Callable[[Database], list[Any]]


def open_case(database: Database) -> None:
    Orders(database).put(an_order())
    Cases(database).open(a_case(return_code=RETURN_CODE), [])
    execute(database, "UPDATE cases SET document = :document", document=CASE.model_dump_json())


def read_case(database: Database) -> list[Any]:
    listed = Cases(database).page(CaseFilter()).cases
    return [Cases(database).case(CASE.case_id), *listed, *Parcels(database).cases_of(RETURN_CODE)]


def read_intake(database: Database) -> list[Any]:
    submissions = Submissions(database)
    return [submissions.get(CASE.case_id), submissions.claim(a_submission()).intake]


def scan(database: Database) -> None:
    Scans(database).take_in(SCAN.scan_id, "a" * 64, NOON)
    Scans(database).answer(SCAN.scan_id, SCAN.model_dump_json(exclude_none=True))


def read_scan(database: Database) -> list[Any]:
    return [ScanAnswer.read(Scans(database).take_in(SCAN.scan_id, "a" * 64, NOON) or "")]


def read_events(database: Database) -> list[Any]:
    events = CourierEvents(database)
    return [*events.pending(9), *events.pending_of(EVENT.tracking_number)]


def read_findings(database: Database) -> list[Any]:
    findings = Findings(database)
    return [findings.close(FINDING.finding_id, "lin", "seen", NOON), *findings.page(open_only=False)]


WAYS = {
    "cases.document": Way(open_case, read_case),
    "courier_events.event": Way(lambda database: CourierEvents(database).take_in(EVENT), read_events),
    "findings.finding": Way(lambda database: Findings(database).found([FINDING]), read_findings),
    "gateway_events.event": Way(
        lambda database: GatewayEvents(database).take_in(NEWS, "a" * 64, NOON),
        lambda database: GatewayEvents(database).pending(9),
    ),
    "intakes.intake": Way(lambda database: Submissions(database).claim(a_submission()), read_intake),
    "scans.answer": Way(scan, read_scan),
}


def test_every_document_has_a_way_in_and_out() -> None:
    assert WAYS.keys() == OF_DATABASE.keys()


@pytest.mark.parametrize("where", sorted(WAYS))
def test_fault_24_a_document_with_a_field_of_the_next_release_is_read(database: Database, where: str) -> None:
    way, (table, column) = WAYS[where], where.split(".")
    way.write(database)
    [first, *others] = way.read(database)
    assert isinstance(first, OF_DATABASE[where])
    later = to_json(written_by_the_next(first)).decode()
    execute(database, f"UPDATE {table} SET {column} = :later", later=later)  # noqa: S608 - our own names
    [(stored,)] = rows(database, f"SELECT {column} FROM {table}")  # noqa: S608 - our own names
    assert MORE in json.loads(stored)
    assert way.read(database) == [first, *others]
    assert all(one == first for one in others)
