"""The payment sandbox as a process of its own, for every test that moves money."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

API_KEY = "sk_test_local_sandbox"
ROOT = Path(__file__).parent.parent
PRINTED_URL = re.compile(r"http://\S+")


class SandboxProcess:
    """A sandbox over one ledger file; killing it loses nothing but the fault plan."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.api_key = API_KEY
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "local.payment_sandbox", "--port", port, "--database", str(self.database)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = PRINTED_URL.findall(self._process.stdout.readline())[0]

    def kill(self) -> None:
        """As the power cut does it."""
        assert self._process
        self._process.kill()
        self._reap()

    def stop(self) -> None:
        assert self._process
        self._process.terminate()
        self._reap()

    def capture(self, reference: str, amount: int = 10_000, currency: str = "USD") -> str:
        """Make a captured payment and return its reference."""
        self._call("POST", "/sandbox/payments", {"reference": reference, "amount": amount, "currency": currency})
        return reference

    def plan(self, *faults: dict[str, Any]) -> None:
        """Let these faults happen next, one a call."""
        self._call("PUT", "/sandbox/faults", list(faults))

    def faults_left(self) -> list[dict[str, Any]]:
        return self._call("GET", "/sandbox/faults")

    def settle(self, refund_id: str, status: str, failure_reason: str | None = None) -> None:
        self._call("POST", f"/sandbox/refunds/{refund_id}", {"status": status, "failure_reason": failure_reason})

    def forget_keys(self) -> None:
        self._call("DELETE", "/sandbox/keys")

    def refunds(self, payment: str) -> list[dict[str, Any]]:
        """Return the refunds of a payment, newest first."""
        return [refund for refund in self._call("GET", "/sandbox/ledger")["refunds"] if refund["payment"] == payment]

    def _call(self, method: str, path: str, body: object = None) -> Any:
        return httpx.request(method, self.url + path, json=body).raise_for_status().json()

    def _reap(self) -> None:
        assert self._process
        assert self._process.stdout
        self._process.wait(timeout=10)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox") / "ledger.db")
    process.start()
    yield process
    process.stop()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> Iterator[SandboxProcess]:
    """The one sandbox of the session, healthy before and after."""
    yield sandbox_process
    sandbox_process.plan()
