"""`make reconcile` against a system as `make dev` runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from local.stack.ports import reserve
from local.stack.process import ROOT
from local.stack.stack import Stack
from local.stack.stack_config import StackConfig
from local.stack.store_keys import StoreKeys

Run = Callable[[], subprocess.CompletedProcess[str]]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[tuple[Stack, Run]]:
    """A system that is not started yet, and the command that asks it."""
    reserved = reserve()
    ports = reserved.ports
    named = {
        "REFUNDS_API_PORT": ports.api,
        "REFUNDS_TEMPORAL_PORT": ports.temporal,
        "REFUNDS_TEMPORAL_UI_PORT": ports.temporal_ui,
        "REFUNDS_SANDBOX_PORT": ports.sandbox,
        "REFUNDS_S3_PORT": ports.s3,
    }
    bare = {name: value for name, value in os.environ.items() if not name.startswith("REFUNDS_")}
    environment = {**bare, **{name: str(port) for name, port in named.items()}, "COLUMNS": "200"}

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "local.reconcile", str(tmp_path)]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    with reserved.guard:
        yield Stack(StackConfig(tmp_path, ports, StoreKeys.kept(tmp_path / "store-keys.json"), lasting=True)), run


def refund_by_hand(stack: Stack) -> None:
    with httpx2.Client(base_url=stack.urls.sandbox, trust_env=False) as sandbox:
        payment = {"reference": "pi_hand", "amount": 2_000, "currency": "USD"}
        sandbox.post("/sandbox/payments", json=payment).raise_for_status()
        sandbox.post("/sandbox/dashboard/refunds", json={"reference": "pi_hand", "amount": 700}).raise_for_status()


def close_all(stack: Stack) -> None:
    with httpx2.Client(
        base_url=stack.urls.api, trust_env=False, headers={"Authorization": "Bearer dev-finance"}
    ) as api:
        for finding in api.get("/v1/findings").raise_for_status().json()["items"]:
            path = f"/v1/findings/{finding['finding_id']}/close"
            api.post(path, json={"note": "given for the broken box"}).raise_for_status()


def test_fault_10_a_refund_made_by_hand_is_shown_until_it_is_closed(system: tuple[Stack, Run]) -> None:
    stack, reconcile = system
    with stack:
        clean = reconcile()
        assert (clean.returncode, clean.stderr) == (0, ""), clean.stdout
        assert "0 refunds" in clean.stdout

        refund_by_hand(stack)
        found = reconcile()
        assert found.returncode == 3, found.stdout + found.stderr
        assert found.stdout.count("unknown_refund:stripe:re_") == 1
        assert "unknown_refund:paypal" not in found.stdout, "what Stripe refunded is not PayPal's"
        assert "700 USD" in found.stdout

        close_all(stack)
        assert reconcile().returncode == 0


def test_where_nothing_runs_one_line_says_so(system: tuple[Stack, Run]) -> None:
    _, reconcile = system
    told = reconcile()
    assert told.returncode == 1
    [line] = told.stderr.splitlines()
    assert "make dev" in line
