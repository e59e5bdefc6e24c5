import os
import subprocess

import pytest

from config.temporal import SEARCH_ATTRIBUTES
from local.stack.ports import LOOPBACK, reserve
from local.stack.process import ROOT, Process
from local.stack.readiness import listens
from local.stack.service_spec import program

NAMESPACE = "shop"


@pytest.fixture
def temporal_address(tmp_path):
    """A Temporal server as it is when it has just been installed: without our namespace and attributes."""
    reserved = reserve()
    port = reserved.ports.temporal
    command = [program("temporal"), "server", "start-dev", "--headless", "--ip", LOOPBACK, "--port", str(port)]
    with reserved.guard:
        server = Process("temporal", command, dict(os.environ), tmp_path / "temporal.log")
        try:
            server.wait_until(lambda _pid: listens(port))
            yield f"{LOOPBACK}:{port}"
        finally:
            server.kill()


def temporal(address, *question):
    where = ["--address", address, "--namespace", NAMESPACE]
    return subprocess.run([program("temporal"), *question, *where], capture_output=True, text=True, check=True).stdout


def run_script(address):
    environment = {
        "PATH": f"{os.path.dirname(program('temporal'))}:{os.environ['PATH']}",  # noqa: PTH120
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "RETENTION": "720h",
    }
    script = ROOT / "deploy" / "temporal" / "create-namespace.sh"
    return subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)


def test_the_namespace_of_a_new_server_gets_every_search_attribute_however_often_it_is_made(temporal_address):
    first, again = run_script(temporal_address), run_script(temporal_address)
    assert first.returncode == 0, first.stderr
    assert again.returncode == 0, again.stderr
    listed = dict(
        line.split() for line in temporal(temporal_address, "operator", "search-attribute", "list").splitlines()[1:]
    )
    assert SEARCH_ATTRIBUTES.items() <= listed.items()
    assert "720h" in temporal(temporal_address, "operator", "namespace", "describe")
