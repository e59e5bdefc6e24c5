import os
import signal
import subprocess
import time
from contextlib import contextmanager

import httpx2
import pytest

from config.store import bucket_of
from gateways.evidence.s3 import connect
from local.stack.ports import reserve
from local.stack.process import StackError
from local.stack.readiness import answers, has_namespace, listens
from local.stack.service_spec import bare_environment, program
from local.stack.stack import Stack
from local.stack.stack_config import StackConfig
from local.stack.store_keys import StoreKeys

STEPS = ["database", "promotion"]
SERVICES = ["temporal", "payment sandbox", "evidence store", "worker", "api"]


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def ports_of_stack():
    reserved = reserve()
    with reserved.guard:
        yield reserved.ports


@pytest.fixture(scope="module")
def stack(tmp_path_factory, told, ports_of_stack):
    config = StackConfig(tmp_path_factory.mktemp("system"), ports_of_stack)
    with Stack(config, progress=lambda step, _seconds: told.append(step)) as running:
        yield running


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_system_that_has_started_answers_at_every_address_it_names(stack):
    urls = stack.urls
    assert all(answers(url) for url in (f"{urls.api}/readyz", urls.docs, urls.temporal_ui, urls.sandbox))
    assert has_namespace(stack.settings_env)


def test_every_step_of_the_start_was_told(stack, told):
    assert sorted(told[: len(SERVICES + STEPS)]) == sorted(SERVICES + STEPS)
    assert told.index("database") < told.index("worker") < told.index("promotion")


def test_every_service_has_a_log_of_its_own(stack):
    assert {log.stem for log in stack.logs.iterdir()} == {name.replace(" ", "-") for name in SERVICES}


@pytest.mark.parametrize("part", ["filer.port", "volume.port"])
def test_the_inner_ports_of_the_store_refuse_who_has_no_key(stack, ports_of_stack, part):
    port = ports_of_stack.store_parts[part]
    assert httpx2.get(f"http://127.0.0.1:{port}/buckets/evidence/", trust_env=False).status_code == 401


def test_a_service_that_ends_by_itself_is_noticed_and_a_worker_can_be_killed_and_started_again(stack):
    first = stack.pid("worker")
    os.kill(first, signal.SIGKILL)
    with pytest.raises(StackError, match="worker ended with code -9 by itself"):
        check_until_it_fails(stack)
    stack.start_worker({"REFUNDS_MAX_CACHED_WORKFLOWS": "7"})
    second = stack.pid("worker")
    stack.check()
    stack.kill_worker()
    assert not is_alive(second)
    stack.start_worker()
    assert len({first, second, stack.pid("worker")}) == 3


def test_a_worker_that_is_asked_to_end_ends_in_order(stack):
    os.kill(stack.pid("worker"), signal.SIGTERM)
    with pytest.raises(StackError, match="worker ended with code 0 by itself"):
        check_until_it_fails(stack, patience_seconds=30)
    assert "worker stopping" in (stack.logs / "worker.log").read_text()
    stack.start_worker()


def check_until_it_fails(stack, patience_seconds=10):
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        stack.check()
        time.sleep(0.02)


@pytest.fixture
def ports():
    reserved = reserve()
    with reserved.guard:
        yield reserved.ports


def keep_something(stack):
    store = client_of(stack)
    store.put_object(Bucket="evidence", Key="kept", Body=b"what was uploaded")
    ask_temporal(stack, "workflow", "start", "--type", "Kept", "--task-queue", "nobody", "--workflow-id", "kept")


def client_of(stack):
    settings = stack.settings
    return connect(bucket_of(settings), settings.s3_endpoint)


def ask_temporal(stack, *question):
    command = [program("temporal"), *question, "--address", stack.urls.temporal_address]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=bare_environment()).stdout


@pytest.fixture
def servers(tmp_path, ports):
    """Start the servers of one lasting system again and again, without worker and API."""
    config = StackConfig(tmp_path, ports, StoreKeys.kept(tmp_path / "keys.json"), lasting=True)

    @contextmanager
    def _servers():
        stack = Stack(config)
        try:
            stack.start_servers()
            yield stack
        finally:
            stack.stop()

    return _servers


def test_what_lasts_is_there_after_a_restart_and_no_process_stays(servers, ports):
    with servers() as first:
        pids = [first.pid(name) for name in ("temporal", "payment sandbox", "evidence store")]
        keep_something(first)
    assert not any(is_alive(pid) for pid in pids)
    assert not any(listens(port) for port in (ports.temporal, ports.s3, ports.sandbox))
    with servers() as second:
        assert client_of(second).get_object(Bucket="evidence", Key="kept")["Body"].read() == b"what was uploaded"
        assert "kept" in ask_temporal(second, "workflow", "describe", "--workflow-id", "kept")


def test_a_part_that_cannot_start_is_told_and_leaves_nothing_running(tmp_path, ports):
    config = StackConfig(tmp_path, ports, given={"REFUNDS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    with pytest.raises(StackError, match="The database is not prepared"), Stack(config):
        pass
    assert not any(listens(port) for port in (ports.api, ports.temporal, ports.s3, ports.sandbox))
