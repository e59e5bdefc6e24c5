"""Which cases a caller can see, and what is shown of them."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services, ServicesDep
from api.http.auth import Caller, Principal
from api.schemas.params import CaseIdPath
from api.schemas.responses import CaseItem, CaseView, EvidenceTicket, EvidenceView, amounts_of, links_of
from config.keys import Role
from db.cases.evidence import EvidenceRecord
from domain.cases.case import Case
from domain.cases.next_step import next_step
from domain.enums import ResolutionDecision
from domain.errors import UnknownCaseError
from policy.resolutions import allowed_resolutions

FINANCE_ONLY = frozenset({ResolutionDecision.OTHER_ACCOUNT, ResolutionDecision.PAID})
"""What pays outside the gateway (R36)."""


def visible_case(who: Caller, case_id: CaseIdPath, services: ServicesDep) -> Case:
    """Return the recorded case; a storefront sees only cases that it opened. Raises UnknownCaseError."""
    case = services.cases.case(case_id)
    is_of_another_shop = who.role is Role.STOREFRONT and services.submissions.principal(case_id) != who.name
    if case is None or is_of_another_shop:
        raise UnknownCaseError(f"there is no case {case_id} that this key can see")
    return case


VisibleCase = Annotated[Case, Depends(visible_case)]


async def recorded(services: Services, case_id: str) -> Case:
    """Return the current record of a case that is known to exist."""
    case = await run_in_threadpool(services.cases.case, case_id)
    if case is None:
        raise UnknownCaseError(f"there is no case {case_id}")
    return case


async def show(services: Services, who: Principal, case: Case, tickets: Iterable[EvidenceTicket] = ()) -> CaseView:
    """Return the case with what the caller may see of it."""
    return await run_in_threadpool(_view, services, who, case, tuple(tickets))


def item_of(case: Case) -> CaseItem:
    """Return the case as an item of a list."""
    return CaseItem(**_fields(case))


def description_for(services: Services, who: Principal, case_id: str) -> str | None:
    """Return the customer's own words, or None for the warehouse, which does not need them."""
    return None if who.role is Role.WAREHOUSE else services.submissions.description(case_id)


def _view(services: Services, who: Principal, case: Case, tickets: tuple[EvidenceTicket, ...]) -> CaseView:
    evidence = tuple(_evidence(record) for record in services.evidence.all(case.case_id))
    description = description_for(services, who, case.case_id)
    added: dict[str, Any] = {"evidence": evidence, "description": description, "upload_tickets": tickets}
    decides = _for_deciders(services, who, case) if who.may(Role.AUDITOR, Role.FINANCE) else {}
    return CaseView(**{**_fields(case), **added, **decides})


def _for_deciders(services: Services, who: Principal, case: Case) -> dict[str, Any]:
    """Return what auditors and finance see besides: the order's payments, and what they may decide now."""
    allowed = allowed_resolutions(case, services.policies.version(case.policy_version), who.name)
    mine = allowed if who.may(Role.FINANCE) else allowed - FINANCE_ONLY
    return {"payments": tuple(services.payouts.payments(case.order_number)), "allowed_resolutions": sorted(mine)}


def _fields(case: Case) -> dict[str, Any]:
    own = {name: getattr(case, name) for name in Case.model_fields}
    return {**own, "next_step": next_step(case), "amounts": amounts_of(case), "links": links_of(case)}


def _evidence(record: EvidenceRecord) -> EvidenceView:
    item = record.item
    return EvidenceView(
        **dict(record.pin),
        filename=item.filename,
        content_type=item.content_type,
        size=item.size,
        why=record.why,
        announced_at=record.announced_at,
    )
