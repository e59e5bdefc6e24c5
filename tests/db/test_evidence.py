"""Evidence: announced, then pinned or refused, once."""

from datetime import timedelta

import pytest

from db.cases.evidence import EvidenceBook
from domain.enums import EvidenceStatus
from domain.errors import UnknownEvidenceError
from domain.request import AnnouncedEvidence
from tests.db.facts import NOON, at_once, case_id

PHOTO = AnnouncedEvidence(filename="crack.png", content_type="image/png", size=900, sha256="c" * 64)
VIDEO = AnnouncedEvidence(filename="noise.mp4", content_type="video/mp4", size=90000)


def test_r8_evidence_is_listed_in_the_order_it_was_announced(evidence: EvidenceBook):
    evidence.announce(case_id(1), {"ev_z": PHOTO, "ev_a": VIDEO}, NOON)
    evidence.announce(case_id(1), {"ev_b": PHOTO}, NOON + timedelta(hours=1))
    evidence.announce(case_id(2), {"ev_c": PHOTO}, NOON)
    evidence.announce(case_id(2), {}, NOON)
    records = evidence.all(case_id(1))
    assert [record.evidence_id for record in records] == ["ev_z", "ev_a", "ev_b"]
    assert [record.item for record in records] == [PHOTO, VIDEO, PHOTO]


def test_r8_evidence_is_pinned_with_its_version_and_hash(evidence: EvidenceBook):
    evidence.announce(case_id(1), {"ev_1": PHOTO}, NOON)
    pinned = evidence.pin("ev_1", "v7", "c" * 64, NOON)
    assert pinned == evidence.get(case_id(1), "ev_1")
    assert (pinned.status, pinned.version_id, pinned.sha256) == (EvidenceStatus.PINNED, "v7", "c" * 64)
    assert pinned.pin.model_dump() == {
        "evidence_id": "ev_1",
        "status": EvidenceStatus.PINNED,
        "version_id": "v7",
        "sha256": "c" * 64,
    }


def test_r8_what_was_refused_says_why_and_cannot_be_pinned_afterwards(evidence: EvidenceBook):
    evidence.announce(case_id(1), {"ev_1": PHOTO}, NOON)
    refused = evidence.refuse("ev_1", "not a PNG", NOON)
    assert (refused.status, refused.why) == (EvidenceStatus.REFUSED, "not a PNG")
    assert evidence.pin("ev_1", "v1", "c" * 64, NOON) == refused


def test_fault_28_pinned_evidence_keeps_its_first_version(evidence: EvidenceBook):
    evidence.announce(case_id(1), {"ev_1": PHOTO}, NOON)
    records = at_once(8, lambda number: evidence.pin("ev_1", f"v{number}", "c" * 64, NOON))
    assert len({record.version_id for record in records}) == 1
    assert evidence.pin("ev_1", "v9", "d" * 64, NOON) == records[0]


def test_evidence_of_another_case_or_of_none_is_unknown(evidence: EvidenceBook):
    evidence.announce(case_id(1), {"ev_1": PHOTO}, NOON)
    with pytest.raises(UnknownEvidenceError):
        evidence.get(case_id(2), "ev_1")
    with pytest.raises(UnknownEvidenceError):
        evidence.get(case_id(1), "ev_2")
    with pytest.raises(UnknownEvidenceError):
        evidence.pin("ev_2", "v1", "c" * 64, NOON)
