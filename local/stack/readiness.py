"""Checks that succeed only if a service is really ready."""

import json
import socket
import subprocess
from collections.abc import Mapping

import httpx2

from local.stack.ports import LOOPBACK
from local.stack.service_spec import bare_environment, program
from workflows.options import TASK_QUEUE

_PATIENCE_SECONDS = 5


def listens(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    with socket.socket() as asking:
        return asking.connect_ex((LOOPBACK, port)) == 0


def answers(url: str) -> bool:
    """Return whether a GET of the URL succeeds."""
    try:
        with httpx2.Client(trust_env=False, timeout=_PATIENCE_SECONDS) as client:
            return client.get(url).is_success
    except httpx2.HTTPError:
        return False


def has_namespace(settings_env: Mapping[str, str]) -> bool:
    """Return whether Temporal serves the configured namespace."""
    return _ask_temporal(settings_env, "operator", "namespace", "describe") is not None


def polls(settings_env: Mapping[str, str], pid: int) -> bool:
    """Return whether Temporal sees the process poll the refund queue."""
    # The other mode answers from a cache that is 5 seconds old.
    question = ("task-queue", "describe", "--legacy-mode", "--task-queue", TASK_QUEUE, "--output", "json")
    answer = _ask_temporal(settings_env, *question)
    pollers: list[dict[str, str]] = (json.loads(answer).get("pollers") if answer else None) or []
    return any(poller["identity"].startswith(f"{pid}@") for poller in pollers)


def _ask_temporal(settings_env: Mapping[str, str], *question: str) -> str | None:
    """Return Temporal's answer to its own command line tool, or None if it refused or did not answer."""
    address, namespace = settings_env["REFUNDS_TEMPORAL_ADDRESS"], settings_env["REFUNDS_TEMPORAL_NAMESPACE"]
    patience = f"{_PATIENCE_SECONDS}s"
    where = ("--address", address, "--namespace", namespace, "--command-timeout", patience)
    asked = subprocess.run(
        [program("temporal"), *question, *where], env=bare_environment(), capture_output=True, text=True, check=False
    )
    return asked.stdout if asked.returncode == 0 else None
