"""Fault 2 in full: the worker killed (SIGKILL) at every event of a case's history, one run for each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from temporalio.client import Client

from tests.chaos.kill_environment import KillEnvironment, kill_environment
from tests.chaos.kill_matrix import Moment, Reference, run_killed, undisturbed
from tests.chaos.scale import IS_WHOLE

pytestmark = pytest.mark.e2e

CASES_AT_ONCE, RUNS_UP_AT_ONCE = 32, 4
TRIES = 4
DROPPED = {"kind": "drop_answer_after_commit"}
ALL = 1000


@pytest_asyncio.fixture(scope="module")
async def kill_envs(
    temporal: Client, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, KillEnvironment]]:
    """One whose sandbox answers, one whose sandbox drops the answer after its commit, and one of exchanges."""
    async with AsyncExitStack() as opened:
        yield {
            name: await opened.enter_async_context(
                kill_environment(temporal, tmp_path_factory.mktemp(name), exchanges=name == "exchanging")
            )
            for name in ("answering", "dropping", "exchanging")
        }


@pytest_asyncio.fixture(scope="module")
async def references(kill_envs: dict[str, KillEnvironment]) -> dict[str, Reference]:
    """A run of each in which no worker is killed."""
    kill_envs["dropping"].sandbox.plan({**DROPPED, "times": ALL})
    played = await asyncio.gather(*(undisturbed(one) for one in kill_envs.values()))
    return dict(zip(kill_envs, played, strict=True))


async def test_fault_2_whenever_the_worker_is_killed_it_is_one_refund_one_replacement_and_the_same_end(
    kill_envs: dict[str, KillEnvironment], references: dict[str, Reference]
) -> None:
    cases, entry = asyncio.Semaphore(CASES_AT_ONCE), asyncio.Semaphore(RUNS_UP_AT_ONCE)

    async def failure(name: str, moment: Moment) -> str | None:
        try:
            async with cases:
                hit = [await run_killed(kill_envs[name], moment, references[name], entry)]
                while not any(hit) and len(hit) < TRIES:
                    hit.append(await run_killed(kill_envs[name], moment, references[name], entry))
        except Exception as error:  # noqa: BLE001 - the other runs go on, and all failures are told together
            return f"{name}, {moment}: {error!r}"
        return None if any(hit) else f"{name}, {moment}: never killed at that moment"

    moments = [(name, moment) for name, one in references.items() for moment in _moments(one)]
    failed = await asyncio.gather(*(failure(*one) for one in moments))
    assert not any(failed), "\n".join(filter(None, failed))


def test_fault_1_every_run_of_the_dropping_sandbox_lost_its_answer_once(
    kill_envs: dict[str, KillEnvironment], references: dict[str, Reference]
) -> None:
    sandbox = kill_envs["dropping"].sandbox
    refunds = sandbox.call("GET", "/sandbox/ledger")["refunds"]
    assert ALL - sum(fault["times"] for fault in sandbox.faults_left()) == len(refunds)
    assert references["dropping"].outcome["refunds"] == references["answering"].outcome["refunds"]


def _moments(reference: Reference) -> list[Moment]:
    return reference.moments() if IS_WHOLE else reference.sample()
