"""Optional evidence holds nothing up, and is attached when it comes (R8)."""

import pytest

from domain.enums import CaseState, EvidenceStatus, Reason
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop


def pinned(case: OpenCase) -> list[str]:
    return [pin.evidence_id for pin in case.case().evidence if pin.status is EvidenceStatus.PINNED]


@pytest.mark.parametrize("photos", [["e1"], ["e1", "e2", "e3"]])
async def test_w6_a_personal_request_with_announced_photos_goes_to_the_auditor_at_once(
    shop: Shop, photos: list[str]
) -> None:
    case = await shop.open(Reason.PERSONAL, evidence=photos)
    assert case.state is CaseState.UNDER_AUDIT
    assert case.deadline("audit_target")
    assert [pin.evidence_id for pin in case.case().evidence] == photos


async def test_w6_a_photo_that_never_comes_holds_nothing_up_until_the_refund(shop: Shop) -> None:
    case = await shop.open(Reason.PERSONAL, evidence=["e1"])
    await case.audit()
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"


async def test_w6_photos_that_come_later_are_attached_while_the_case_is_under_audit(shop: Shop) -> None:
    case = await shop.open(Reason.PERSONAL, evidence=["e1", "e2"])
    await case.pin("e1")
    await case.pin("e3")
    assert case.state is CaseState.UNDER_AUDIT
    assert pinned(case) == ["e1", "e3"]
    await case.audit()
    assert case.state is CaseState.AWAITING_RETURN


async def test_w6_what_an_auditor_asks_for_is_not_optional(shop: Shop) -> None:
    case = await shop.open(Reason.PERSONAL, evidence=["e1"])
    await case.audit("request_information", reason_code="blurred_photo")
    assert case.state is CaseState.INFORMATION_REQUESTED
    await case.pin("e1")
    assert case.state is CaseState.UNDER_AUDIT


@pytest.mark.parametrize("reason", [Reason.QUALITY, Reason.NOT_AS_DESCRIBED, Reason.TRANSIT_DAMAGE])
async def test_w6_evidence_that_the_reason_requires_is_waited_for(shop: Shop, reason: Reason) -> None:
    case = await shop.open(reason, evidence=["e1"])
    assert case.state is CaseState.INFORMATION_REQUESTED
    await case.pin("e1")
    assert case.state is CaseState.UNDER_AUDIT


async def test_w6_a_run_of_release_0_1_0_goes_on_waiting_for_all_its_photos(shop: Shop) -> None:
    case = await shop.open(Reason.PERSONAL, evidence=["e1", "e2"], process_version=1)
    assert case.case().process_version == 1
    await case.pin("e1")
    assert case.state is CaseState.INFORMATION_REQUESTED
    await case.pin("e2")
    assert case.state is CaseState.UNDER_AUDIT
