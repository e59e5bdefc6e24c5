"""Uploads of evidence: announced, uploaded with tickets, then verified and pinned or refused (R8, fault 27)."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from api.problems.errors import InvalidInputError
from api.schemas.responses import EvidenceTicket
from db.cases.evidence import EvidenceRecord
from domain.enums import EvidenceStatus
from domain.errors import EvidenceMissingError, EvidenceRefusedError
from domain.request import AnnouncedEvidence
from gateways.evidence.media_types import SMALLER, limit_bytes


def refuse_too_large(field: str, items: Iterable[AnnouncedEvidence]) -> None:
    """Raise InvalidInputError for the first file that is larger than its type allows."""
    for place, item in enumerate(items):
        if item.size > (limit := limit_bytes(item.content_type)):
            raise InvalidInputError(
                f"{field}.{place}.size", f"{item.content_type} may have at most {limit} bytes; {SMALLER}"
            )


def photo_ids(case_id: str, scan_id: str, photos: Sequence[AnnouncedEvidence]) -> dict[str, AnnouncedEvidence]:
    """Return the photos of a scan by id; a repeated scan gets the same ids."""
    seeds = (f"{case_id}/{scan_id}/{place}" for place in range(len(photos)))
    return {f"ev_{sha256(seed.encode()).hexdigest()[:26]}": item for seed, item in zip(seeds, photos, strict=True)}


async def announce(
    services: Services, case_id: str, items: Mapping[str, AnnouncedEvidence]
) -> tuple[EvidenceTicket, ...]:
    """Record files that are not announced yet, and return a fresh ticket for each file that is not uploaded yet."""
    return await run_in_threadpool(_announce, services, case_id, items) if items else ()


async def open_tickets(services: Services, case_id: str) -> tuple[EvidenceTicket, ...]:
    """Return a fresh ticket for each piece of evidence of the case that is not uploaded yet."""
    return await run_in_threadpool(_tickets, services, case_id)


def take_upload(services: Services, record: EvidenceRecord) -> EvidenceRecord:
    """Verify the upload and return the evidence with the verdict; an earlier verdict stays.

    Raises EvidenceMissingError if nothing is uploaded yet, and StoreUnavailableError.
    """
    if record.status is not EvidenceStatus.ANNOUNCED:
        return record
    try:
        pinned = services.store.verify(record.case_id, record.evidence_id, record.item)
    except EvidenceMissingError as missing:
        raise EvidenceMissingError(f"{missing.message}; if it has expired, announce the file again") from missing
    except EvidenceRefusedError as refused:
        return services.evidence.refuse(record.evidence_id, refused.message, services.now())
    return services.evidence.pin(record.evidence_id, pinned.version_id, pinned.sha256, services.now())


def _announce(services: Services, case_id: str, items: Mapping[str, AnnouncedEvidence]) -> tuple[EvidenceTicket, ...]:
    known = {record.evidence_id for record in services.evidence.all(case_id)}
    fresh = {evidence_id: item for evidence_id, item in items.items() if evidence_id not in known}
    services.evidence.announce(case_id, fresh, services.now())
    return tuple(ticket for ticket in _tickets(services, case_id) if ticket.evidence_id in items)


def _tickets(services: Services, case_id: str) -> tuple[EvidenceTicket, ...]:
    awaited = [one for one in services.evidence.all(case_id) if one.status is EvidenceStatus.ANNOUNCED]
    return tuple(_ticket(services, record) for record in awaited)


def _ticket(services: Services, record: EvidenceRecord) -> EvidenceTicket:
    ticket = services.store.ticket(record.case_id, record.evidence_id, record.item)
    return EvidenceTicket(**dict(ticket), evidence_id=record.evidence_id, filename=record.item.filename)
