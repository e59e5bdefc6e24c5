"""Worker versions at Temporal: only the promoted version gets work, including all open cases."""

import asyncio
from datetime import timedelta

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.deployment.v1 import WorkerDeploymentVersion as VersionMessage
from temporalio.api.enums.v1 import RoutingConfigUpdateState, TaskQueueType
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentVersionRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

PATIENCE = timedelta(seconds=60)
_FIRST_PAUSE_SECONDS, _LAST_PAUSE_SECONDS = 0.2, 3
"""Each request counts against a limit of the deployment, which its registering workers share."""
_NOT_YET = frozenset(
    {
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.RESOURCE_EXHAUSTED,
    }
)
_NEEDED = frozenset({TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY})


class NotPromotedError(Exception):
    """The version could not be promoted; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def as_deployed(version: WorkerDeploymentVersion) -> WorkerDeploymentConfig:
    """Return the worker's deployment options; open cases move to whichever version is promoted."""
    return WorkerDeploymentConfig(
        version=version,
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def promote(client: Client, version: WorkerDeploymentVersion, patience: timedelta = PATIENCE) -> None:
    """Give all new and open cases to the version once its workers poll; a repeat has no further effect.

    When it returns, no other version gets tasks any more. Raises NotPromotedError if that takes too long.
    """
    obstacle, pause = "none of its workers polls yet", _FIRST_PAUSE_SECONDS
    try:
        async with asyncio.timeout(patience.total_seconds()):
            while True:
                try:
                    if await _is_promoted(client, version):
                        return
                except RPCError as error:
                    obstacle = _passing(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LAST_PAUSE_SECONDS)
    except TimeoutError:
        raise NotPromotedError(obstacle) from None


async def promote_first(client: Client, version: WorkerDeploymentVersion) -> str:
    """Promote the version if none was ever promoted; return the build that gets the work, "" for unversioned workers.

    A worker that merely restarts never takes the work from a newer version or undoes a rollback. Raises
    NotPromotedError, and RPCError if the server does not support versions.
    """
    current = await current_build(client, version.deployment_name)
    if current is None:
        await promote(client, version)
        return version.build_id
    return current


async def current_build(client: Client, deployment_name: str) -> str | None:
    """Return the build that gets the work, "" for unversioned workers, or None if none was ever promoted.

    Raises RPCError.
    """
    try:
        routing = (await _deployment(client, deployment_name)).routing_config
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return routing.current_deployment_version.build_id if routing.HasField("current_version_changed_time") else None


def _passing(error: RPCError) -> str:
    """Return what prevents promotion for now; raises NotPromotedError if waiting cannot help."""
    if error.status not in _NOT_YET:
        raise NotPromotedError(error.message) from None
    return error.message


async def _is_promoted(client: Client, version: WorkerDeploymentVersion) -> bool:
    """Make the version current if its workers poll, and return whether all task queues use it already."""
    if not await _is_polled(client, version):
        return False
    deployment = await _deployment(client, version.deployment_name)
    if deployment.routing_config.current_deployment_version.build_id != version.build_id:
        await _make_current(client, version)
        return False
    return deployment.routing_config_update_state != RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS


async def _deployment(client: Client, name: str) -> WorkerDeploymentInfo:
    asked = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=name)
    return (await client.workflow_service.describe_worker_deployment(asked, retry=True)).worker_deployment_info


async def _is_polled(client: Client, version: WorkerDeploymentVersion) -> bool:
    """Return whether workers of the version poll for both workflows and activities; raises RPCError while unknown."""
    asked = DescribeWorkerDeploymentVersionRequest(
        namespace=client.namespace,
        deployment_version=VersionMessage(deployment_name=version.deployment_name, build_id=version.build_id),
    )
    answer = await client.workflow_service.describe_worker_deployment_version(asked)
    return {queue.type for queue in answer.version_task_queues} >= _NEEDED


async def _make_current(client: Client, version: WorkerDeploymentVersion) -> None:
    # Never `allow_no_pollers`: it would create a version for a mistyped build and give it all cases.
    asked = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=version.deployment_name,
        build_id=version.build_id,
        identity=client.identity,
    )
    await client.workflow_service.set_worker_deployment_current_version(asked)
