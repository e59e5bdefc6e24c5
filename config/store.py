"""The evidence bucket from the settings, the same for every process."""

from config.settings import Settings
from gateways.evidence.s3 import Bucket


def bucket_of(settings: Settings) -> Bucket:
    """Return the configured bucket."""
    return Bucket(
        name=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        public_endpoint=settings.s3_public_endpoint,
    )
