"""Access to one bucket of any S3-compatible store, with short timeouts and one error for all temporary failures."""

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from pydantic import Field, SecretStr

from domain.errors import StoreUnavailableError
from domain.value import Value

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CORSRuleTypeDef, CreateBucketConfigurationTypeDef

TRIES = 2
log = logging.getLogger("evidence")
_PROBE_KEY = "readiness/probe"
_PROBE_BYTES = 16 * 1024  # more than the last block of a file may have left on a full disk
_MAY_BE_FULL = frozenset(
    {"InternalError", "ServiceUnavailable", "InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "500", "507"}
)
_GONE = frozenset({"404", "405", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed"})


class Bucket(Value):
    """The bucket for evidence, and how to access it."""

    name: str
    endpoint: str | None = Field(default=None, description="None means Amazon's endpoint for the region")
    region: str = "us-east-1"
    access_key: str
    secret_key: SecretStr
    public_endpoint: str | None = Field(
        default=None, description="the endpoint as customers' browsers reach it, if different"
    )
    patience_seconds: float = Field(default=4, gt=0, description="timeout for connecting, and for each read")


def connect(bucket: Bucket, endpoint: str | None) -> "S3Client":
    """Return a client that signs with SigV4 and gives up within seconds; creating it is slow, so create it once."""
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
    """Return whether the error means that the object or version does not exist (any more)."""
    return error_code(error) in _GONE


def error_code(error: ClientError) -> str:
    """Return S3's code for the error, or the HTTP status if a HEAD had no body."""
    return error.response.get("Error", {}).get("Code", "unknown")


@contextmanager
def asking(doing: str) -> Generator[None]:
    """Turn every failure of the enclosed call to the store into a StoreUnavailableError."""
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        hint = "; its disk may be full" if code in _MAY_BE_FULL else ""
        raise StoreUnavailableError(f"the evidence store refused to {doing} ({code}){hint}") from error
    except (BotoCoreError, ResponseParserError) as error:
        why = type(error).__name__
        raise StoreUnavailableError(f"the evidence store did not answer when asked to {doing} ({why})") from error


def make_bucket(client: "S3Client", name: str, region: str) -> None:
    """Create the bucket unless it exists."""
    where: CreateBucketConfigurationTypeDef = {"LocationConstraint": region}  # pyright: ignore[reportAssignmentType] - a setting, no literal
    try:
        if region == "us-east-1":  # the only region that S3 refuses in this field
            client.create_bucket(Bucket=name)
        else:
            client.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    except ClientError as error:
        if error_code(error) not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise


def keep_versions(client: "S3Client", name: str) -> None:
    """Enable versioning in the bucket, so that a version can be pinned."""
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def let_browsers_upload(client: "S3Client", name: str, origins: Sequence[str]) -> None:
    """Allow pages of these origins to PUT into the bucket, with any headers that their tickets contain."""
    rule: CORSRuleTypeDef = {"AllowedMethods": ["PUT"], "AllowedOrigins": list(origins), "AllowedHeaders": ["*"]}
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})


def prove_writable(client: "S3Client", name: str) -> None:
    """Prove that the bucket takes content, by a part of an upload that is never completed: no object appears.

    An object that is put and deleted would leave a version behind wherever versions are locked.
    """
    upload = client.create_multipart_upload(Bucket=name, Key=_PROBE_KEY)["UploadId"]
    try:
        client.upload_part(Bucket=name, Key=_PROBE_KEY, UploadId=upload, PartNumber=1, Body=bytes(_PROBE_BYTES))
    finally:
        _abort(client, name, upload)


def _abort(client: "S3Client", name: str, upload: str) -> None:
    try:
        client.abort_multipart_upload(Bucket=name, Key=_PROBE_KEY, UploadId=upload)
    except (ClientError, BotoCoreError) as error:
        log.warning("the unfinished upload %s stays in the bucket: %s", _PROBE_KEY, type(error).__name__)
