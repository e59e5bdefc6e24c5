"""What must be laid out before the worker and the API start: tables, the evidence bucket, search attributes."""

from collections.abc import Callable, Mapping

from pydantic import SecretStr

from config.temporal import SEARCH_ATTRIBUTES
from db.engine import DatabaseUnavailableError
from db.migrate import migrate
from domain.errors import StoreUnavailableError
from gateways.evidence_store import EvidenceStore
from gateways.s3 import Bucket
from local.process import StackError
from local.readiness import ask_temporal, has_namespace


def migrate_database(settings_env: Mapping[str, str]) -> None:
    """Bring the tables to the newest revision; raises StackError."""
    try:
        migrate(settings_env["REFUNDS_DATABASE_URL"])
    except (ValueError, DatabaseUnavailableError) as error:
        raise StackError(f"The database cannot be prepared: {error}. See REFUNDS_DATABASE_URL.") from error


def evidence_store(settings_env: Mapping[str, str]) -> EvidenceStore:
    """Return the store that the settings name."""
    bucket = Bucket(
        name=settings_env["REFUNDS_S3_BUCKET"],
        endpoint=settings_env.get("REFUNDS_S3_ENDPOINT"),
        region=settings_env["REFUNDS_S3_REGION"],
        access_key=settings_env["REFUNDS_S3_ACCESS_KEY"],
        secret_key=SecretStr(settings_env["REFUNDS_S3_SECRET_KEY"]),
    )
    return EvidenceStore(bucket)


def bucket_check(settings_env: Mapping[str, str]) -> Callable[[], bool]:
    """Return a question that is answered with yes once the bucket is there, versioned and ours."""
    store = evidence_store(settings_env)

    def is_prepared() -> bool:
        try:
            store.prepare()
        except StoreUnavailableError:
            return False
        return True

    return is_prepared


def prepare_foreign_bucket(settings_env: Mapping[str, str]) -> None:
    """Prepare the bucket of a store that somebody else runs; raises StackError."""
    try:
        evidence_store(settings_env).prepare()
    except StoreUnavailableError as error:
        raise StackError(f"{error.says[0].upper()}{error.says[1:]}. See REFUNDS_S3_ENDPOINT and its keys.") from error


def add_search_attributes(settings_env: Mapping[str, str]) -> None:
    """Let operators search a Temporal that somebody else runs by ours; raises StackError when it is out of reach."""
    if not has_namespace(settings_env):
        address, namespace = settings_env["REFUNDS_TEMPORAL_ADDRESS"], settings_env["REFUNDS_TEMPORAL_NAMESPACE"]
        raise StackError(
            f"Temporal does not serve the namespace {namespace!r} at {address}. Start it, or unset "
            "REFUNDS_TEMPORAL_ADDRESS to have one started here."
        )
    for name, kind in SEARCH_ATTRIBUTES.items():  # one that is there already is refused, which is as good
        ask_temporal(settings_env, "operator", "search-attribute", "create", "--name", name, "--type", kind)
