"""What runs by the clock: made once, left as operators left it, and never twice at the same time."""

from datetime import timedelta

import pytest
from temporalio.client import ScheduleActionExecutionStartWorkflow, ScheduleOverlapPolicy

from tests.support.temporal_env import dev_server, time_skipping_server
from tests.support.waiting import until
from worker.schedules import (
    CALENDARS,
    CASE_WATCH,
    INBOX_SWEEP,
    RECONCILIATION,
    ensure_schedules,
    schedules,
    sweep_calendars,
)

EVERY = {
    RECONCILIATION: timedelta(hours=1),
    INBOX_SWEEP: timedelta(seconds=30),
    CALENDARS: timedelta(days=1),
    CASE_WATCH: timedelta(minutes=1),
}


@pytest.mark.parametrize("name", EVERY)
async def test_r34_a_schedule_is_made_once_and_what_operators_did_to_it_stays(name):
    async with dev_server() as env:
        await ensure_schedules(env.client)
        schedule = env.client.get_schedule_handle(name)
        await schedule.pause(note="the provider is down for a day")
        await ensure_schedules(env.client)
        described = (await schedule.describe()).schedule
    assert described.state.paused
    assert described.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert [interval.every for interval in described.spec.intervals] == [EVERY[name]]


def test_every_schedule_is_one_of_these():
    assert schedules().keys() == EVERY.keys()


async def test_a_server_without_schedules_lets_the_worker_start_and_is_named_in_the_log(caplog):
    async with time_skipping_server() as env:
        await ensure_schedules(env.client)
    for name in EVERY:
        assert f"there is no schedule {name}, so it does not run by itself" in caplog.text


async def test_t2_a_worker_that_starts_has_the_calendars_swept_at_once_and_after_a_sweep_that_runs():
    async with dev_server() as env:
        await ensure_schedules(env.client)
        for _ in range(2):
            await sweep_calendars(env.client)
        schedule = env.client.get_schedule_handle(CALENDARS)
        described = await until(schedule.describe, lambda one: one.info.running_actions)
    assert described.info.num_actions_skipped_overlap == 0
    [running] = described.info.running_actions
    assert isinstance(running, ScheduleActionExecutionStartWorkflow)
    assert running.workflow_id.startswith(CALENDARS)


async def test_t2_a_server_without_schedules_is_named_in_the_log(caplog):
    async with time_skipping_server() as env:
        await sweep_calendars(env.client)
    assert "provisional deadlines are computed again tomorrow only" in caplog.text
