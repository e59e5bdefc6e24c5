"""What becomes of tickets and stores that are not (any more) as they should be."""

import time
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from pydantic import SecretStr

from domain.errors import StoreUnavailableError
from domain.request import AnnouncedEvidence
from gateways.evidence.evidence_store import EvidenceStore
from gateways.evidence.s3 import Bucket
from local.stack.ports import reserve
from tests.gateways.files import JPEG
from tests.gateways.uploads import CASE

ITEM = AnnouncedEvidence(filename="box.jpg", content_type="image/jpeg", size=len(JPEG))


def wait_until_past(instant):
    while datetime.now(UTC) <= instant:
        time.sleep(0.05)


def test_fault_27_an_expired_ticket_is_refused_and_a_fresh_one_works(seaweed):
    brief = EvidenceStore(seaweed.bucket, ticket_ttl=timedelta(seconds=1))
    expired = brief.ticket(CASE, "ev_expired", ITEM)
    wait_until_past(expired.expires_at + timedelta(seconds=1))
    assert httpx2.put(expired.url, content=JPEG, headers=expired.headers).status_code == 403
    fresh = seaweed.store.ticket(CASE, "ev_expired", ITEM)
    assert httpx2.put(fresh.url, content=JPEG, headers=fresh.headers).status_code == 200


def test_an_expired_link_shows_nothing(seaweed, uploads):
    evidence_id, item = uploads.uploaded()
    brief = EvidenceStore(seaweed.bucket, link_ttl=timedelta(seconds=3))
    link = brief.link(CASE, evidence_id, brief.verify(CASE, evidence_id, item).version_id)
    assert httpx2.get(link).status_code == 200
    wait_until_past(datetime.now(UTC) + timedelta(seconds=4))
    assert httpx2.get(link).status_code == 403


def test_fault_27_a_ticket_lives_15_minutes_and_a_link_5(seaweed):
    ticket = seaweed.store.ticket(CASE, "ev_ttl", ITEM)
    assert httpx2.URL(ticket.url).params["X-Amz-Expires"] == "900"
    assert timedelta(minutes=14) < ticket.expires_at - datetime.now(UTC) <= timedelta(minutes=15)
    assert httpx2.URL(seaweed.store.link(CASE, "ev_ttl", "v1")).params["X-Amz-Expires"] == "300"


def test_tickets_name_the_store_as_the_browser_reaches_it(seaweed):
    public = seaweed.bucket.amend(public_endpoint="https://files.shop.example")
    ticket = EvidenceStore(public).ticket(CASE, "ev_public", ITEM)
    assert ticket.url.startswith("https://files.shop.example/evidence/cases/")


def test_fault_22_a_store_out_of_reach_is_one_clear_sentence():
    with reserve().guard as guard:  # a port that is held, so that nobody else answers on it
        endpoint = f"http://127.0.0.1:{guard.getsockname()[1] - 1}"
        bucket = Bucket(name="evidence", endpoint=endpoint, access_key="a", secret_key=SecretStr("b"))
        with pytest.raises(StoreUnavailableError, match="did not answer when asked to open its bucket 'evidence'"):
            EvidenceStore(bucket).ping()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"secret_key": SecretStr("wrong")}, "refused to open"), ({"name": "elsewhere"}, "refused to open")],
    ids=["wrong keys", "no such bucket"],
)
def test_a_store_that_does_not_let_us_in_is_one_clear_sentence(seaweed, change, message):
    with pytest.raises(StoreUnavailableError, match=message):
        EvidenceStore(seaweed.bucket.amend(**change)).ping()


def test_fault_28_a_bucket_without_versions_pins_nothing(seaweed):
    store = seaweed.unversioned("unversioned")
    ticket = store.ticket(CASE, "ev_1", ITEM)
    httpx2.put(ticket.url, content=JPEG, headers=ticket.headers).raise_for_status()
    with pytest.raises(StoreUnavailableError, match="enable versioning"):
        store.verify(CASE, "ev_1", ITEM)
