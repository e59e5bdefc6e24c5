from hashlib import sha256

import httpx2
import pytest

from domain.cases.evidence import EvidencePin
from domain.enums import EvidenceStatus
from domain.errors import EvidenceMissingError, EvidenceRefusedError, StoreUnavailableError
from gateways.evidence.evidence_store import EvidenceStore
from tests.gateways.files import FILES, JPEG, MP4, PNG
from tests.gateways.uploads import CASE
from tests.support.assertions import does_not_raise


def pin(evidence_id, pinned, **changes):
    return EvidencePin(
        **{"evidence_id": evidence_id, "status": EvidenceStatus.PINNED, **pinned.model_dump(), **changes}
    )


@pytest.mark.parametrize("content_type", FILES)
@pytest.mark.parametrize("hashed", [True, False])
def test_r8_an_upload_that_is_what_was_announced_is_pinned_by_version_and_hash(store, uploads, content_type, hashed):
    content = FILES[content_type]
    evidence_id, item = uploads.uploaded(content, content_type, hashed=hashed)
    pinned = store.verify(CASE, evidence_id, item)
    assert pinned.sha256 == sha256(content).hexdigest()
    assert store.still_matches(CASE, pin(evidence_id, pinned))


def test_r8_a_file_of_several_chunks_is_hashed_whole(store, uploads):
    content = MP4 + bytes(3 * 1024 * 1024 + 17)
    evidence_id, item = uploads.uploaded(content, "video/mp4", hashed=False)
    pinned = store.verify(CASE, evidence_id, item)
    assert pinned.sha256 == sha256(content).hexdigest()
    assert store.still_matches(CASE, pin(evidence_id, pinned))


def test_verifying_again_gives_the_same_pin(store, uploads):
    evidence_id, item = uploads.uploaded()
    assert store.verify(CASE, evidence_id, item) == store.verify(CASE, evidence_id, item)


def test_r8_nothing_uploaded_yet_is_said_so(store, uploads):
    item = uploads.announced()
    evidence_id, _ = uploads.ticket(item)
    with pytest.raises(EvidenceMissingError, match="nothing is uploaded yet"):
        store.verify(CASE, evidence_id, item)


def test_r8_a_file_that_is_another_type_than_announced_is_refused_by_its_content(store, uploads):
    evidence_id, item = uploads.uploaded(PNG, "image/jpeg")
    with pytest.raises(EvidenceRefusedError, match="the upload is image/png, image/jpeg was announced"):
        store.verify(CASE, evidence_id, item)


def test_r8_a_file_of_no_accepted_type_is_refused_by_its_content(store, uploads):
    evidence_id, item = uploads.uploaded(b"MZ\x90\x00 a program under a photo's name", "image/jpeg")
    with pytest.raises(EvidenceRefusedError, match="no accepted type"):
        store.verify(CASE, evidence_id, item)


def test_r8_an_upload_of_another_size_than_announced_is_refused(store, uploads):
    evidence_id, item = uploads.uploaded()
    with pytest.raises(EvidenceRefusedError, match=rf"has {len(JPEG)} bytes, but 5 were announced"):
        store.verify(CASE, evidence_id, item.amend(size=5))


def test_r8_an_upload_with_another_hash_than_announced_is_refused(store, uploads):
    evidence_id, item = uploads.uploaded(hashed=False)
    with pytest.raises(EvidenceRefusedError, match="sha256 differs"):
        store.verify(CASE, evidence_id, item.amend(sha256="0" * 64))


@pytest.mark.parametrize(
    ("content_type", "limit"), [("image/png", 20 * 1024**2), ("video/mp4", 200 * 1024**2)], ids=["image", "video"]
)
def test_r8_a_file_over_the_limit_of_its_kind_gets_no_ticket(store, uploads, content_type, limit):
    assert uploads.ticket(uploads.announced(content_type=content_type, size=limit))
    with pytest.raises(EvidenceRefusedError, match=f"at most {limit} bytes"):
        uploads.ticket(uploads.announced(content_type=content_type, size=limit + 1))


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        pytest.param(JPEG + b"more", {"Content-Length": str(len(JPEG) + 4)}, id="size"),
        pytest.param(JPEG, {"Content-Type": "text/html"}, id="type"),
        pytest.param(JPEG[:-1], {"Content-Length": str(len(JPEG) - 1)}, id="smaller"),
        pytest.param(JPEG, {"If-None-Match": ""}, id="write-once"),
    ],
)
def test_fault_27_the_store_itself_refuses_an_upload_that_is_not_what_the_ticket_says(uploads, content, headers):
    _, ticket = uploads.ticket(uploads.announced())
    assert uploads.send(ticket, content, **headers).status_code == 403


def test_fault_27_the_store_itself_refuses_another_file_than_the_one_whose_hash_was_announced(uploads):
    _, ticket = uploads.ticket(uploads.announced(sha256=sha256(JPEG).hexdigest()))
    assert uploads.send(ticket, bytes(len(JPEG))).status_code == 400


def test_fault_27_a_replayed_ticket_is_refused_and_the_first_upload_stays(store, uploads):
    item = uploads.announced()
    evidence_id, ticket = uploads.ticket(item)
    assert uploads.send(ticket).status_code == 200
    pinned = store.verify(CASE, evidence_id, item)
    assert uploads.send(ticket, bytes(len(JPEG))).status_code == 412
    assert store.verify(CASE, evidence_id, item) == pinned


def test_fault_28_only_the_pinned_version_is_seen_after_a_swap(seaweed, store, uploads):
    evidence_id, item = uploads.uploaded()
    pinned = store.verify(CASE, evidence_id, item)
    seaweed.overwrite(CASE, evidence_id, PNG)
    seen = httpx2.get(store.link(CASE, evidence_id, pinned.version_id, "image/jpeg"))
    assert seen.content == JPEG
    assert store.still_matches(CASE, pin(evidence_id, pinned))


@pytest.mark.parametrize("hashed", [True, False], ids=["hash kept by the store", "hash computed again"])
def test_fault_28_another_version_or_another_hash_is_no_match(seaweed, store, uploads, hashed):
    evidence_id, item = uploads.uploaded(hashed=hashed)
    pinned = store.verify(CASE, evidence_id, item)
    other_version = seaweed.overwrite(CASE, evidence_id, PNG)
    assert not store.still_matches(CASE, pin(evidence_id, pinned, version_id=other_version))
    assert not store.still_matches(CASE, pin(evidence_id, pinned, sha256="0" * 64))


def test_fault_28_a_pinned_version_that_is_gone_is_no_match(seaweed, store, uploads):
    evidence_id, item = uploads.uploaded()
    pinned = store.verify(CASE, evidence_id, item)
    seaweed.erase(CASE, evidence_id, pinned.version_id)
    assert not store.still_matches(CASE, pin(evidence_id, pinned))


def test_fault_28_a_deleted_object_still_shows_its_pinned_version(seaweed, store, uploads):
    evidence_id, item = uploads.uploaded()
    pinned = store.verify(CASE, evidence_id, item)
    seaweed.erase(CASE, evidence_id)
    assert store.still_matches(CASE, pin(evidence_id, pinned))
    with pytest.raises(EvidenceMissingError):
        store.verify(CASE, evidence_id, item)


def test_evidence_that_was_never_pinned_matches_nothing(store):
    announced = EvidencePin(evidence_id="ev_none", status=EvidenceStatus.ANNOUNCED)
    assert not store.still_matches(CASE, announced)


def test_a_link_downloads_and_never_shows_inline(store, uploads):
    evidence_id, item = uploads.uploaded()
    pinned = store.verify(CASE, evidence_id, item)
    answer = httpx2.get(store.link(CASE, evidence_id, pinned.version_id, "image/jpeg"))
    assert answer.headers["content-disposition"] == f'attachment; filename="{evidence_id}.jpg"'
    assert answer.headers["content-type"] == "image/jpeg"
    assert httpx2.get(store.link(CASE, evidence_id, pinned.version_id)).headers["content-type"] == "image/jpeg"


def test_a_link_to_one_file_opens_no_other(store, uploads):
    (first, item), (second, _) = uploads.uploaded(), uploads.uploaded(PNG, "image/png")
    link = store.link(CASE, first, store.verify(CASE, first, item).version_id)
    assert httpx2.get(link.replace(first, second)).status_code == 403


def test_a_page_may_upload_from_the_browser(store, uploads):
    _, ticket = uploads.ticket(uploads.announced())
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
    answer = httpx2.options(ticket.url, headers={**asked, "Access-Control-Request-Headers": "content-type"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] in {"*", "https://shop.example"}


def test_preparing_twice_and_asking_after_the_bucket_are_fine(store):
    with does_not_raise():
        store.prepare()
        store.ping()


def test_the_case_and_evidence_ids_are_the_whole_name(uploads):
    evidence_id, ticket = uploads.ticket(uploads.announced())
    assert httpx2.URL(ticket.url).path == f"/evidence/cases/{CASE}/{evidence_id}"
    assert "box.jpg" not in ticket.url


def test_fault_22_a_store_that_hangs_is_a_clear_error(seaweed, uploads):
    evidence_id, item = uploads.uploaded()
    pinned = seaweed.store.verify(CASE, evidence_id, item)
    hasty = EvidenceStore(seaweed.bucket.amend(patience_seconds=0.2))
    with seaweed.hanging():
        with pytest.raises(StoreUnavailableError, match="did not answer when asked to read an upload"):
            hasty.verify(CASE, evidence_id, item)
        with pytest.raises(StoreUnavailableError, match="did not answer when asked to check pinned evidence"):
            hasty.still_matches(CASE, pin(evidence_id, pinned))
