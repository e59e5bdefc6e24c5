"""The way to one bucket of any S3, with short timeouts and one word for every failure that may pass."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import Field, SecretStr

from domain.errors import StoreUnavailableError
from domain.value import Value

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CORSRuleTypeDef, CreateBucketConfigurationTypeDef

TRIES = 2
_GONE = frozenset({"404", "405", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed"})


class Bucket(Value):
    """Where evidence is kept and how to get in."""

    name: str
    endpoint: str | None = Field(default=None, description="None means Amazon's own for the region")
    region: str = "us-east-1"
    access_key: str
    secret_key: SecretStr
    public_endpoint: str | None = Field(default=None, description="as the customer's browser reaches it, if different")
    patience_seconds: float = Field(default=4, gt=0, description="for a connection, and for the next bytes over it")


def connect(bucket: Bucket, endpoint: str | None) -> "S3Client":
    """Return a client that signs with SigV4 and gives up within seconds; it takes long to make, so make it once."""
    config = Config(
        signature_version="s3v4",
        connect_timeout=bucket.patience_seconds,
        read_timeout=bucket.patience_seconds,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        s3={"addressing_style": "path" if endpoint else "auto"},
        # The default would sign a CRC into every ticket, which a browser would have to compute.
        request_checksum_calculation="when_required",
    )
    return boto3.client(  # pyright: ignore[reportUnknownMemberType] - the stubs name only the services installed
        "s3",
        endpoint_url=endpoint,
        region_name=bucket.region,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key.get_secret_value(),
        config=config,
    )


def is_gone(error: ClientError) -> bool:
    """Return whether the store said that the object or that version does not exist (any more)."""
    return error_code(error) in _GONE


def error_code(error: ClientError) -> str:
    """Return S3's word for the error, or the HTTP status where a HEAD had no body."""
    return error.response.get("Error", {}).get("Code", "unknown")


@contextmanager
def asking(doing: str) -> Generator[None]:
    """Turn every failure of the store inside into StoreUnavailableError."""
    try:
        yield
    except ClientError as error:
        raise StoreUnavailableError(f"the evidence store refused to {doing} ({error_code(error)})") from error
    except BotoCoreError as error:
        why = type(error).__name__
        raise StoreUnavailableError(f"the evidence store did not answer when asked to {doing} ({why})") from error


def make_bucket(client: "S3Client", name: str, region: str) -> None:
    """Make the bucket unless it is there."""
    where: CreateBucketConfigurationTypeDef = {"LocationConstraint": region}  # pyright: ignore[reportAssignmentType] - a setting, no literal
    try:
        if region == "us-east-1":  # the one region that S3 refuses to hear named here
            client.create_bucket(Bucket=name)
        else:
            client.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    except ClientError as error:
        if error_code(error) not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise


def keep_versions(client: "S3Client", name: str) -> None:
    """Let the bucket keep every version of an object, so that one can be pinned."""
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def let_browsers_upload(client: "S3Client", name: str, origins: Sequence[str]) -> None:
    """Let pages of these origins PUT into the bucket, with any header their ticket names."""
    rule: CORSRuleTypeDef = {"AllowedMethods": ["PUT"], "AllowedOrigins": list(origins), "AllowedHeaders": ["*"]}
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
