"""Cases that wait for parcels with given numbers, in a database of their own, and numbers that nobody has used."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from db.cases.cases import Cases
from db.core.engine import Database
from db.core.migrate import migrate
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.cases.case_lines import CaseLine, Shipment
from domain.enums import CaseState
from policy.parcels.return_codes import return_code
from tests.support import factories
from tests.support.factories import NOON, unit_shares
from tests.support.label_vectors import PARCELS

NUMBERS = sorted({number for vector in PARCELS for number in vector.numbers})


@contextmanager
def database_of_labels(folder: Path, numbers: Iterable[str] = NUMBERS) -> Iterator[tuple[Database, dict[str, str]]]:
    """Give a database with a case per number, and the id of each number's case."""
    url = f"sqlite:///{folder}/labels.db"
    migrate(url)
    database = Database(url)
    yield database, {number: _record(database, place, number).case_id for place, number in enumerate(numbers)}
    database.close()


def _record(database: Database, place: int, number: str) -> Case:
    order = factories.order(f"L-{place}")
    Orders(database).put(order)
    line = CaseLine(sku="MUG", product_name="Mug", quantity=1, units=unit_shares(order, "MUG"))
    case_id = f"rc_label{place:05}"
    opened = factories.case(order, line, case_id=case_id, state=CaseState.AWAITING_RETURN, approved_at=NOON)
    shipment = Shipment(
        carrier="other", tracking_number=number, status="in_transit", registered_at=NOON, last_moved_at=NOON
    )
    known = opened.amend(version=2, shipment=shipment, return_code=return_code(case_id), state=CaseState.IN_TRANSIT)
    cases = Cases(database)
    return cases.record(cases.open(opened, ()).amend(**{name: getattr(known, name) for name in _CHANGED}), ())


_CHANGED = ("version", "shipment", "return_code", "state")


def usps_number(prefix: str = "9400") -> str:
    """Return a new IMpb of 22 digits with its check digit."""
    digits = f"{prefix}{uuid4().int % 10**17:017}"
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"
