"""The process: what it answered survives it, and it says what is wrong in one line."""

import subprocess
import sys

import httpx2
import pytest

from local.stack.process import ROOT

COMMAND = (sys.executable, "-m", "local.payment_sandbox")


def test_fault_2_a_killed_sandbox_remembers_refunds_and_keys(refund, sandbox, payment):
    answered = refund(key="k").json()
    sandbox.kill()
    sandbox.start()
    again = refund(key="k")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (answered, "true")
    assert len(sandbox.refunds(payment)) == 1


def test_a_killed_sandbox_comes_back_healthy(refund, sandbox):
    sandbox.plan({"kind": "busy", "status": 503})
    sandbox.kill()
    sandbox.start()
    assert refund().status_code == 200


def test_a_port_that_is_taken_is_one_clear_line(sandbox, tmp_path):
    port = sandbox.url.rpartition(":")[2]
    command = (*COMMAND, "--port", port, "--database", str(tmp_path / "l.db"))
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert ended.stderr == (
        f"payment sandbox: port {port} is not free (Address already in use): set REFUNDS_SANDBOX_PORT\n"
    )


def test_a_ledger_that_cannot_be_opened_is_one_clear_line(tmp_path):
    command = (*COMMAND, "--port", "0", "--database", str(tmp_path))
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert ended.stderr.startswith(f"payment sandbox: cannot open the ledger {tmp_path}")
    assert ended.stderr.count("\n") == 1


def test_the_same_payment_again_is_the_same_and_another_amount_is_refused(sandbox, payment):
    assert sandbox.capture(payment, 1_000) == payment
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        sandbox.capture(payment, 1_001)


def test_settling_a_refund_nobody_made_is_a_404(sandbox):
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        sandbox.finish_refund("re_nobody", "failed")


def test_the_page_shows_the_ledger_and_escapes_what_came_from_outside(refund, sandbox, payment):
    made = refund(400, **{"metadata[payout_id]": "<script>alert(1)</script>"}).json()
    page = httpx2.get(sandbox.url).text
    assert f"<td>{payment}</td>" in page
    assert f"<td>{made['id']}</td>" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
