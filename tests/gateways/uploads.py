"""A customer's browser, as far as evidence goes."""

from hashlib import sha256
from itertools import count

import httpx2

from domain.cases.media_types import MediaType
from domain.request import AnnouncedEvidence
from tests.gateways.files import JPEG

CASE = "rc_evidence1"


class Uploads:
    """Announces files, then sends them with their tickets."""

    def __init__(self, store):
        self._store = store
        self._browser = httpx2.Client(trust_env=False, verify=False)  # no TLS on loopback
        self._ids = (f"ev_{number}" for number in count(1))

    def close(self):
        self._browser.close()

    def announced(self, content=JPEG, content_type: MediaType = "image/jpeg", **more):
        return AnnouncedEvidence(filename="box.jpg", content_type=content_type, **{"size": len(content), **more})

    def ticket(self, item):
        evidence_id = next(self._ids)
        return evidence_id, self._store.ticket(CASE, evidence_id, item)

    def send(self, ticket, content=JPEG, **headers):
        return self._browser.request(ticket.method, ticket.url, content=content, headers={**ticket.headers, **headers})

    def uploaded(self, content=JPEG, content_type: MediaType = "image/jpeg", *, hashed=True):
        """Announce and send; return the evidence id and what was announced."""
        more = {"sha256": sha256(content).hexdigest()} if hashed else {}
        item = self.announced(content, content_type, **more)
        evidence_id, ticket = self.ticket(item)
        self.send(ticket, content).raise_for_status()
        return evidence_id, item
