"""`python -m api`: serves the HTTP API until it is stopped, and finishes the requests that it has begun."""

import logging
import signal
import socket
import sys
from datetime import UTC, datetime

import uvicorn
import uvloop

from api.app import create_app
from api.dependencies import Services
from api.http.auth import KeyRing
from config.ports import variable
from config.settings import Settings, load
from config.store import bucket_of
from config.temporal import connect
from db.core.engine import Database
from domain.errors import DatabaseUnavailableError, WorkflowsUnavailableError
from gateways.couriers.registry import courier_webhooks_of
from gateways.evidence.evidence_store import EvidenceStore
from gateways.payments.registry import gateways_of, payment_webhooks_of

GRACE_SECONDS = 25
log = logging.getLogger("api")


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; if it cannot start, SystemExit says why in one line."""
    keys, database = _keys(settings), _database(settings)
    listening = _listen(settings)
    store = EvidenceStore(bucket_of(settings))
    temporal = await connect(settings)
    readers = payment_webhooks_of(settings, _now), courier_webhooks_of(settings, _now)
    services = Services.over(database, store, temporal, keys, _now, *readers, gateways_of(settings))
    await _check_temporal(services)
    app = create_app(services)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    log.info("listening on http://%s:%s", *listening.getsockname()[:2])
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn receives the signal first, and raises it again once it has shut down properly.
        signal.signal(number, lambda _number, _frame: None)
    await uvicorn.Server(config).serve(sockets=[listening])
    database.close()


def main() -> int:
    """Run with the settings of the environment; if it cannot start, stderr says why in one line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = load()
    uvloop.run(run(settings))
    return 0


def _keys(settings: Settings) -> KeyRing:
    try:
        return KeyRing.of(settings.api_keys)
    except ValueError as error:
        raise SystemExit(f"{variable('api_keys')} is wrong: {error}.") from None


def _database(settings: Settings) -> Database:
    try:
        database = Database(settings.database_url)
        database.ping()
    except (ValueError, DatabaseUnavailableError) as error:
        message = " ".join(str(error).split())
        remedy = f"Check {variable('database_url')}; `python -m worker.prepare` creates the tables"
        raise SystemExit(f"The API does not start: {message}. {remedy}.") from None
    return database


def _listen(settings: Settings) -> socket.socket:
    """Return a socket that listens on the configured host and port."""
    host, port = settings.api_host, settings.api_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        remedy = f"Set {variable('api_host')} and {variable('api_port')} to a free address"
        raise SystemExit(f"The API cannot listen on {host} port {port}: {error.strerror}. {remedy}.") from None


async def _check_temporal(services: Services) -> None:
    try:
        await services.workflows.ping()
    except WorkflowsUnavailableError as error:
        raise SystemExit(f"The API does not start: {error.message}. Check {variable('temporal_namespace')}.") from None


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the edge where the clock is read


if __name__ == "__main__":
    sys.exit(main())
