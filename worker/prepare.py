"""`python -m worker.prepare`: lay out what worker and API stand on, the tables and the evidence bucket.

Every deployment runs it before the processes of that version; it does nothing that is done already.
"""

import sys

from config.settings import Settings, load
from config.store import bucket_of
from db.core.migrate import migrate
from domain.errors import DatabaseUnavailableError, StoreUnavailableError
from gateways.evidence.evidence_store import EvidenceStore


def prepare_database(settings: Settings) -> None:
    """Bring the tables to the newest revision; SystemExit says in one line why it cannot be."""
    try:
        migrate(settings.database_url)
    except (ValueError, DatabaseUnavailableError) as error:
        raise SystemExit(f"The database is not prepared: {_in_one_line(error)}. See REFUNDS_DATABASE_URL.") from error


def prepare_bucket(settings: Settings) -> None:
    """Make the bucket and keep versions in it; SystemExit says in one line why it cannot be."""
    try:
        EvidenceStore(bucket_of(settings)).prepare()
    except StoreUnavailableError as error:
        raise SystemExit(
            f"The bucket is not prepared: {_in_one_line(error)}. See REFUNDS_S3_ENDPOINT and its keys."
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
