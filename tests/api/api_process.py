"""The API as a process of its own: started, asked, waited for."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30


def start(settings: dict[str, str]) -> subprocess.Popen[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("REFUNDS_", "TEMPORAL_"))}
    command = [sys.executable, "-m", "api"]
    return subprocess.Popen(command, cwd=ROOT, env={**own, **settings}, stderr=subprocess.PIPE, text=True)


def complaint(settings: dict[str, str], exit_code: int) -> str:
    """Start an API that cannot run, and return the one line it says."""
    process = start(settings)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == exit_code, said
    [line] = said.splitlines()
    return line


@contextmanager
def running(settings: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    """Give a running API and a client of it."""
    process = start(settings)
    address = f"http://127.0.0.1:{settings['REFUNDS_API_PORT']}"
    client = httpx2.Client(base_url=address, headers={"Authorization": "Bearer dev-admin"}, trust_env=False, timeout=30)
    try:
        with client:
            await_answer(process, client)
            yield process, client
    finally:
        process.kill()
        process.communicate()


def await_answer(process: subprocess.Popen[str], client: httpx2.Client) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        assert process.poll() is None, process.communicate()[1]
        try:
            client.get("/healthz")
        except httpx2.ConnectError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the API does not answer")


def await_requests(client: httpx2.Client, count: int) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while f"refunds_http_requests_in_flight {count}.0" not in client.get("/metrics").text:
        assert time.monotonic() < patience
