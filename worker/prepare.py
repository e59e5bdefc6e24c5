"""`python -m worker.prepare`: creates what worker and API need, the tables and the evidence bucket.

Every deployment runs it before it starts the processes of its version; what is done already is left alone.
"""

import sys

from config.settings import Settings, load
from config.store import bucket_of
from db.core.migrate import migrate
from domain.errors import DatabaseUnavailableError, StoreUnavailableError
from gateways.evidence.evidence_store import EvidenceStore


def prepare_database(settings: Settings) -> None:
    """Migrate the tables to the newest revision; if that fails, SystemExit says why in one line."""
    try:
        migrate(settings.database_url)
    except (ValueError, DatabaseUnavailableError) as error:
        raise SystemExit(f"The database is not prepared: {_in_one_line(error)}. Check REFUNDS_DATABASE_URL.") from error


def prepare_bucket(settings: Settings) -> None:
    """Create the bucket and enable versioning; if that fails, SystemExit says why in one line."""
    try:
        EvidenceStore(bucket_of(settings)).prepare()
    except StoreUnavailableError as error:
        raise SystemExit(
            f"The bucket is not prepared: {_in_one_line(error)}. Check REFUNDS_S3_ENDPOINT and its keys."
        ) from error


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def main() -> int:
    """Prepare everything; return the exit code."""
    settings = load()
    prepare_database(settings)
    prepare_bucket(settings)
    print("database and evidence bucket are ready")
    return 0


if __name__ == "__main__":
    sys.exit(main())
