"""What must be laid out before the worker and the API start, as steps of the local system."""

from collections.abc import Callable

from config.settings import Settings
from config.store import bucket_of
from domain.errors import StoreUnavailableError
from gateways.evidence.evidence_store import EvidenceStore
from local.stack.process import StackError
from worker.prepare import prepare_bucket, prepare_database


def lay_tables(settings: Settings) -> None:
    """Bring the tables to the newest revision; raises StackError."""
    _or_fail(prepare_database, settings)


def lay_foreign_bucket(settings: Settings) -> None:
    """Prepare the bucket of a store that somebody else runs; raises StackError."""
    _or_fail(prepare_bucket, settings)


def bucket_check(settings: Settings) -> Callable[[], bool]:
    """Return a question that is answered with yes once the bucket is there, versioned and ours, and keeps and gives.

    A store that starts again knows its bucket before it knows what is in it.
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


def _or_fail(prepare: Callable[[Settings], None], settings: Settings) -> None:
    try:
        prepare(settings)
    except SystemExit as refused:
        raise StackError(str(refused.code)) from refused
