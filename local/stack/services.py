"""The services of the local system: how each is started, and when it is ready."""

from collections.abc import Callable, Mapping
from pathlib import Path

from config.temporal import SEARCH_ATTRIBUTES
from local.stack.ports import LOOPBACK
from local.stack.readiness import answers, has_namespace, listens, polls
from local.stack.service_spec import Service, module, program
from local.stack.stack_config import StackConfig

_TIME_SKIPPING = ("frontend.WorkflowTimeSkippingEnabled=true", "system.workflowTimeSkippingEnabled=true")
# With the default limit, every workflow task of an idle server waits for about 39 ms.
_NO_IDLE_WAIT = "history.transferProcessorMaxPollRPS=2000"
_GRACE_SECONDS = 30  # longer than worker and API take at most


def temporal(plan: StackConfig) -> Service:
    """Return the Temporal dev server; without `lasting` it keeps its state in memory."""
    environment = plan.settings_env()
    options = {
        "--ip": [LOOPBACK],
        "--port": [str(plan.ports.temporal)],
        "--ui-port": [str(plan.ports.temporal_ui)],
        "--log-level": ["warn"],
        "--namespace": [environment["REFUNDS_TEMPORAL_NAMESPACE"]],
        "--db-filename": [str(plan.folder / "temporal.db")] if plan.lasting else [],
        "--dynamic-config-value": [_NO_IDLE_WAIT, *(_TIME_SKIPPING if plan.time_skipping else ())],
        "--search-attribute": [f"{name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items()],
    }
    flags = [word for option, values in options.items() for value in values for word in (option, value)]
    command = (program("temporal"), "server", "start-dev", "--ui-disable-news-fetch", *flags)
    return Service("temporal", command, lambda _pid: has_namespace(environment), grace_seconds=_grace_seconds(plan))


def store(plan: StackConfig, is_prepared: Callable[[], bool]) -> Service:
    """Return the S3 server; all of its ports require its keys, and it sends no telemetry."""
    folder, ports = plan.folder / "store", plan.ports
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    command = (
        program("weed"),
        "mini",
        f"-dir={folder}",
        f"-ip={LOOPBACK}",
        f"-ip.bind={LOOPBACK}",
        f"-s3.port={ports.s3}",
        *(f"-{part}={port}" for part, port in ports.store_parts.items()),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false"),
        *("-s3.autoCreateBucket=false", "-master.telemetry=false", "-volume.preStopSeconds=0"),
    )
    return Service(
        "evidence store",
        command,
        lambda _pid: listens(ports.s3) and is_prepared(),
        {**plan.keys.environment(), **_index_of(folder), "TMPDIR": str(temporary)},
        _grace_seconds(plan),
        # The server does not allow another folder for these sockets.
        litter=tuple(Path(f"/tmp/seaweedfs-{name}.sock") for name in ports.store_sockets),  # noqa: S108
    )


def _index_of(folder: Path) -> dict[str, str]:
    """Return where the S3 server keeps its index: in SQLite, because its own default fails for good on a full disk.

    LevelDB repeats the error of a write that found the disk full until the server is restarted, however much space
    there is by then (fault 21). A folder that has such an index keeps it.
    """
    if any((folder / "filerldb2").glob("*")):
        return {}
    return {
        "WEED_LEVELDB2_ENABLED": "false",
        "WEED_SQLITE_ENABLED": "true",
        "WEED_SQLITE_DBFILE": str(folder / "index.db"),
    }


def sandbox(plan: StackConfig) -> Service:
    """Return the payment sandbox with its own durable ledger."""
    database = plan.folder / "payments.db"
    command = (*module("local.payment_sandbox"), "--port", str(plan.ports.sandbox), "--database", str(database))
    if plan.tells_by_webhook:
        webhooks = f"{plan.urls.api}/v1/webhooks/payments"
        command += ("--webhook-url", f"{webhooks}/stripe", "--paypal-webhook-url", f"{webhooks}/paypal")
    return Service("payment sandbox", command, lambda _pid: answers(plan.urls.sandbox))


def worker(settings_env: Mapping[str, str]) -> Service:
    """Return the worker, which is ready when Temporal sees exactly this process poll for work."""
    return Service(
        "worker",
        module("worker"),
        lambda pid: polls(settings_env, pid),
        settings_env,
        _GRACE_SECONDS,
        pause_seconds=0.2,  # each check starts a program
    )


def api(settings_env: Mapping[str, str]) -> Service:
    """Return the API, which is ready when it says that everything behind it answers."""
    url = f"http://{LOOPBACK}:{settings_env['REFUNDS_API_PORT']}/readyz"
    return Service("api", module("api"), lambda _pid: answers(url), settings_env, _GRACE_SECONDS)


def _grace_seconds(plan: StackConfig) -> float:
    """Return 0 if the system keeps no data that a proper stop would save."""
    return 10 if plan.lasting else 0
