import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from local.stack.ports import LOOPBACK, reserve
from local.stack.process import ROOT
from local.stack.readiness import listens
from tests.support.assertions import assert_present


@pytest.fixture
def environment():
    reserved = reserve()
    ports = {
        "REFUNDS_API_PORT": reserved.ports.api,
        "REFUNDS_TEMPORAL_PORT": reserved.ports.temporal,
        "REFUNDS_TEMPORAL_UI_PORT": reserved.ports.temporal_ui,
        "REFUNDS_SANDBOX_PORT": reserved.ports.sandbox,
        "REFUNDS_S3_PORT": reserved.ports.s3,
    }
    bare = {name: value for name, value in os.environ.items() if not name.startswith("REFUNDS_")}
    with reserved.guard:
        yield {**bare, **{name: str(port) for name, port in ports.items()}}


def dev(folder, environment):
    return subprocess.run(
        [sys.executable, "-m", "local.dev", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_taken_port_is_one_line_before_anything_is_started(tmp_path, environment):
    with socket.create_server((LOOPBACK, int(environment["REFUNDS_API_PORT"]))):
        told = dev(tmp_path, environment)
    assert told.returncode == 1
    (line,) = told.stderr.splitlines()
    assert environment["REFUNDS_API_PORT"] in line
    assert "REFUNDS_API_PORT" in line
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("name", ["REFUNDS_API_PORT", "REFUNDS_API_KEYS", "REFUNDS_TEMPORAL_ADDRESS"])
def test_a_wrong_setting_is_one_line_before_anything_is_started(tmp_path, environment, name):
    told = dev(tmp_path, {**environment, name: "nonsense"})
    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"{name} is wrong: ")
    assert not (tmp_path / "logs").exists()


def test_the_system_says_where_it_is_and_ends_with_all_its_parts_when_asked_to(tmp_path, environment):
    command = [sys.executable, "-m", "local.dev", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        output = assert_present(running.stdout)
        impatience = threading.Timer(120, running.kill)
        impatience.start()
        said = "".join(iter(output.readline, "Press Ctrl-C to stop.\n"))
        assert dev(tmp_path, environment).stderr.startswith("`make dev` already runs in ")
        running.send_signal(signal.SIGTERM)
        rest = output.read()
        impatience.cancel()
    assert running.returncode == 0
    assert f"http://127.0.0.1:{environment['REFUNDS_API_PORT']}/docs" in said
    assert f"http://127.0.0.1:{environment['REFUNDS_TEMPORAL_UI_PORT']}" in said
    assert "dev-storefront, dev-auditor, dev-warehouse, dev-finance, dev-admin" in said
    assert str(tmp_path) in rest
    assert not any(listens(int(environment[name])) for name in environment if name.startswith("REFUNDS_"))
    assert "worker stopping" in (tmp_path / "logs" / "worker.log").read_text()
