"""What the local system prepares before worker and API start, and promotes once they run."""

import subprocess
from collections.abc import Callable, Mapping

from config.settings import Settings
from config.store import bucket_of
from domain.errors import StoreUnavailableError
from gateways.evidence.evidence_store import EvidenceStore
from local.stack.process import ROOT, StackError
from local.stack.service_spec import bare_environment, module
from worker.prepare import prepare_bucket, prepare_database


def migrate_tables(settings: Settings) -> None:
    """Migrate the tables to the newest revision; raises StackError."""
    _or_fail(prepare_database, settings)


def prepare_external_bucket(settings: Settings) -> None:
    """Prepare the bucket of a store that this system does not start; raises StackError."""
    _or_fail(prepare_bucket, settings)


def bucket_check(settings: Settings) -> Callable[[], bool]:
    """Return a check that is true once the bucket exists, has versions on, and an object can be written and read.

    A restarted store knows its bucket before it knows the content.
    """
    store = EvidenceStore(bucket_of(settings))

    def is_prepared() -> bool:
        try:
            store.prepare()
            store.keep_slip("local", "ready", b"ready", "text/plain")
            return store.slip("local", "ready") == b"ready"
        except StoreUnavailableError:
            return False

    return is_prepared


def promote_version(settings_env: Mapping[str, str]) -> None:
    """Give all cases, including those of an earlier commit, to the running worker's version; raises StackError."""
    environment = {**bare_environment(), **settings_env}
    promotion = subprocess.run(
        module("worker.promote"), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if promotion.returncode != 0:
        raise StackError(promotion.stderr.strip())


def _or_fail(prepare: Callable[[Settings], None], settings: Settings) -> None:
    try:
        prepare(settings)
    except SystemExit as refused:
        raise StackError(str(refused.code)) from refused
