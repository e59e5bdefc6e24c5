"""Two neighbouring versions of the worker on the real dev server: what one has begun the next one ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker

from config.settings import Settings
from domain.enums import CaseState
from tests.replay import releases
from tests.support.temporal_env import dev_server, time_skipping_server
from tests.workflows.case_driver import OpenCase
from tests.workflows.environment import open_shop
from tests.workflows.shop import Shop
from worker.build import ActivitySet, build_worker
from worker.release import DEPLOYMENT, RELEASE, version_of
from worker.versions import PATIENCE, NotPromotedError, as_deployed, current_build, promote, promote_first

ENOUGH = {"s3_access_key": "a", "s3_secret_key": "s", "stripe_api_key": "sk_test_versions"}
A_MOMENT = timedelta(seconds=1)


class Releases:
    """A shop on a server of its own, whose workers are of the versions that the test says."""

    def __init__(self, shop: Shop, activity_set: ActivitySet) -> None:
        self.shop = shop
        self._activity_set = activity_set

    @property
    def client(self) -> Client:
        return self.shop.client

    def worker(self, build: str) -> Worker:
        return build_worker(self.client, self._activity_set, deployment=as_deployed(of(build)))

    async def promote(self, build: str, patience: timedelta = PATIENCE) -> None:
        await promote(self.client, of(build), patience)
        assert await self.current() == build

    async def current(self) -> str | None:
        return await current_build(self.client, DEPLOYMENT)

    async def promote_first(self, build: str) -> str:
        return await promote_first(self.client, of(build))


def of(build: str) -> WorkerDeploymentVersion:
    return WorkerDeploymentVersion(DEPLOYMENT, build)


def settings(**given: Any) -> Settings:
    return Settings.model_validate({**ENOUGH, **given})


async def builds(case: OpenCase) -> list[str]:
    """Return the versions that the case was carried by, in order."""
    history = await case.handle.fetch_history()
    finished = (one.workflow_task_completed_event_attributes for one in history.events)
    return list(
        dict.fromkeys(one.deployment_version.build_id for one in finished if one.HasField("deployment_version"))
    )


@pytest_asyncio.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Releases]:
    async with _releases(tmp_path_factory.mktemp("running")) as opened:
        yield opened


@pytest_asyncio.fixture
async def brand_new(tmp_path: Path) -> AsyncIterator[Releases]:
    """A server on which no version was ever promoted."""
    async with _releases(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def _releases(folder: Path) -> AsyncIterator[Releases]:
    async with dev_server() as env:
        with open_shop(env, folder) as (shop, activity_set):
            yield Releases(shop, activity_set)


async def test_a_case_opened_by_one_version_is_ended_by_the_next_while_a_third_case_runs(running: Releases) -> None:
    async with running.worker("old"):
        await running.promote("old")
        first, second = await running.shop.open(), await running.shop.open()
        await first.audit()
        async with running.worker("new"):
            await running.promote("new")
            third = await running.shop.open()
    # Nobody works for a moment; what the old version began is taken up by the next worker of the new one.
    async with running.worker("new"):
        await first.inspect(("MUG", 1, "accepted"))
        assert await first.ended() == "refunded"
        await second.audit()
        assert await builds(first) == await builds(second) == ["old", "new"]
        assert await builds(third) == ["new"]
        assert [one.state for one in (second, third)] == [CaseState.AWAITING_RETURN, CaseState.UNDER_AUDIT]
    assert len(first.case().payouts) == 1


async def test_a_rollback_takes_the_cases_of_the_newer_version_back(running: Releases) -> None:
    async with running.worker("good"):
        await running.promote("good")
        async with running.worker("bad"):
            await running.promote("bad")
            case = await running.shop.open()
            await running.promote("good")
        await case.audit()
        await case.inspect(("MUG", 1, "accepted"))
        assert await case.ended() == "refunded"
    assert await builds(case) == ["bad", "good"]


async def test_a_version_is_promoted_by_its_own_worker_only_where_none_ever_was(brand_new: Releases) -> None:
    async with brand_new.worker("one"):
        assert await brand_new.current() is None
        assert await brand_new.promote_first("one") == await brand_new.current() == "one"
        async with brand_new.worker("two"):
            assert await brand_new.promote_first("two") == await brand_new.current() == "one"
            await brand_new.promote("two")
            await brand_new.promote("two")
            assert await brand_new.promote_first("one") == await brand_new.current() == "two"


async def test_a_version_without_workers_is_never_promoted(running: Releases) -> None:
    async with running.worker("one"):
        await running.promote("one")
        with pytest.raises(NotPromotedError):
            await running.promote("mistyped", A_MOMENT)
        assert await running.promote_first("one") == "one"


async def test_a_server_that_knows_no_versions_says_so_at_once() -> None:
    async with time_skipping_server() as env:
        with pytest.raises(NotPromotedError):
            await promote(env.client, of("one"))


def test_the_release_is_the_version_of_the_project() -> None:
    assert releases.version() == RELEASE


def test_the_version_of_a_worker_is_its_release_and_its_commit() -> None:
    assert version_of(settings(commit="3f2a91c")) == of(f"{RELEASE}+3f2a91c")
    assert version_of(settings()) == of(f"{RELEASE}+local")
