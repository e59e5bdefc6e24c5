"""The payment sandbox as a process of its own, started as `make dev` starts it, for every test that moves money."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from local.stack import services
from local.stack.ports import reserve
from local.stack.process import Process
from local.stack.stack_config import SANDBOX_KEY, StackConfig


class SandboxProcess:
    """A sandbox over one ledger file; killing it loses nothing but the fault plan."""

    def __init__(self, plan: StackConfig) -> None:
        self.api_key = SANDBOX_KEY
        self.url = plan.urls.sandbox
        self._service = services.sandbox(plan)
        self._logs = plan.folder / "logs"
        self._http = httpx2.Client(base_url=self.url, trust_env=False, verify=False)  # no TLS on loopback
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process
        return self._process

    def start(self) -> None:
        self._process = self._service.start(self._logs)
        self._process.wait_until(self._service.is_ready)

    def kill(self) -> None:
        """As the power cut does it."""
        self.process.kill()

    def stop(self) -> None:
        self._http.close()
        self._service.stop(self.process)

    def capture(self, reference: str, amount: int = 10_000, currency: str = "USD") -> str:
        """Make a captured payment and return its reference."""
        self.call("POST", "/sandbox/payments", {"reference": reference, "amount": amount, "currency": currency})
        return reference

    def plan(self, *faults: dict[str, Any]) -> None:
        """Let these faults happen next, one a call."""
        self.call("PUT", "/sandbox/faults", list(faults))

    def faults_left(self) -> list[dict[str, Any]]:
        return self.call("GET", "/sandbox/faults")

    def finish_refund(self, refund_id: str, status: str, failure_reason: str | None = None) -> None:
        self.call("POST", f"/sandbox/refunds/{refund_id}", {"status": status, "failure_reason": failure_reason})

    def refund_by_hand(self, reference: str, amount: int) -> dict[str, Any]:
        """Refund as somebody does in the dashboard."""
        return self.call("POST", "/sandbox/dashboard/refunds", {"reference": reference, "amount": amount})

    def dispute(self, reference: str, **more: Any) -> dict[str, Any]:
        """Open a chargeback."""
        return self.call("POST", "/sandbox/disputes", {"reference": reference, **more})

    def decide(self, dispute_id: str, status: str | None = None, **more: Any) -> dict[str, Any]:
        """Give a dispute its next status, or PayPal's outcome."""
        return self.call("POST", f"/sandbox/disputes/{dispute_id}", {"status": status, **more})

    def listen(self, *listeners: dict[str, Any]) -> None:
        """Send webhooks there; nowhere when there is none."""
        self.call("PUT", "/sandbox/webhooks", list(listeners))

    def deliveries(self) -> list[dict[str, Any]]:
        return self.call("GET", "/sandbox/webhooks/deliveries")

    def resend(self, event_id: str, times: int = 1) -> None:
        self.call("POST", f"/sandbox/webhooks/deliveries/{event_id}/resend", {"times": times})

    def forget_keys(self) -> None:
        self.call("DELETE", "/sandbox/keys")

    def refunds(self, payment: str) -> list[dict[str, Any]]:
        """Return the refunds of a payment, newest first."""
        return [refund for refund in self.call("GET", "/sandbox/ledger")["refunds"] if refund["payment"] == payment]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask the tester's side, which answers in JSON."""
        return self._http.request(method, path, json=body).raise_for_status().json()

    def stripe(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """Ask the provider's side as any HTTP client would, without the SDK."""
        sent = {"Authorization": f"Bearer {self.api_key}", **headers}
        if method == "GET":
            return self._http.get(f"/v1{path}", headers=sent, params=fields)
        return self._http.request(method, f"/v1{path}", headers=sent, data=fields)


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    reserved = reserve()
    process = SandboxProcess(StackConfig(tmp_path_factory.mktemp("sandbox"), reserved.ports, tells_by_webhook=False))
    with reserved.guard:
        process.start()
        yield process
        process.stop()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> Iterator[SandboxProcess]:
    """The one sandbox of the session, healthy before and after."""
    yield sandbox_process
    sandbox_process.plan()
    sandbox_process.listen()
