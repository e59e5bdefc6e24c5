"""What the routes work with, put together by the composition root and handed to them by FastAPI."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Request
from temporalio.client import Client

from api.keys import KeyRing
from api.refund_workflows import RefundWorkflows
from db.cases import Cases
from db.engine import Database
from db.evidence import EvidenceBook
from db.intakes import Intakes
from db.orders import Orders
from gateways.evidence_store import EvidenceStore


@dataclass(frozen=True)
class Services:
    """The database's books, the evidence store, the running refunds, the keys, and the clock."""

    database: Database
    orders: Orders
    intakes: Intakes
    cases: Cases
    evidence: EvidenceBook
    store: EvidenceStore
    workflows: RefundWorkflows
    keys: KeyRing
    now: Callable[[], datetime]

    @classmethod
    def over(
        cls, database: Database, store: EvidenceStore, temporal: Client, keys: KeyRing, now: Callable[[], datetime]
    ) -> Self:
        """Return the services over these parts."""
        return cls(
            database=database,
            orders=Orders(database),
            intakes=Intakes(database),
            cases=Cases(database),
            evidence=EvidenceBook(database),
            store=store,
            workflows=RefundWorkflows(temporal),
            keys=keys,
            now=now,
        )


async def _of_the_app(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(_of_the_app)]
