"""What the warehouse sends: scans of parcels and of the goods in them."""

from datetime import UTC, datetime
from uuid import uuid4

from tests.support.api_client import told

LINES = [{"sku": "MUG", "quantity": 2, "verdict": "accepted", "disposition": "restock"}]


def scan(code, kind="received", **more):
    body = {"scan_id": uuid4().hex, "code": code, "kind": kind, "scanned_at": datetime.now(UTC).isoformat()}
    return body | ({"lines": LINES} if kind == "inspected" else {}) | more


async def send(api, *scans, as_="dev-warehouse"):
    sent = await api.ask("POST", "/v1/warehouse/scans", {"scans": list(scans)}, as_)
    return told(sent, 200)["results"]
