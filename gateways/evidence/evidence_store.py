"""Evidence in any S3-compatible store: write-once tickets, verified content, pinned versions (R8, faults 27, 28)."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from domain.cases.evidence import EvidencePin, Pinned, UploadTicket
from domain.cases.media_types import KINDS, MediaType, accepted_types
from domain.errors import EvidenceMissingError, EvidenceRefusedError, StoreUnavailableError
from domain.request import AnnouncedEvidence
from gateways.evidence.media_types import EXTENSIONS, SMALLER, SNIFFED_BYTES, limit_bytes, real_type
from gateways.evidence.s3 import (
    Bucket,
    asking,
    connect,
    is_gone,
    keep_versions,
    let_browsers_upload,
    make_bucket,
    prove_writable,
)

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

TICKET_TTL = timedelta(minutes=15)
LINK_TTL = timedelta(minutes=5)
_CHUNK_BYTES = 1024 * 1024
_HASHES_REMEMBERED = 4096
_UNVERSIONED = frozenset({None, "null"})


class EvidenceStore:
    """Photos and videos of cases, one object each at `cases/{case_id}/{evidence_id}`, and return slips; calls block.

    Implements activities.payouts.EvidenceVault. Safe to share between threads.
    """

    def __init__(self, bucket: Bucket, ticket_ttl: timedelta = TICKET_TTL, link_ttl: timedelta = LINK_TTL) -> None:
        self._bucket = bucket.name
        self._region = bucket.region
        self._ticket_ttl = ticket_ttl
        self._link_ttl = link_ttl
        # Cached, so that a payout that timed out while reading a large video does not read it again in each try.
        self._computed_hash = lru_cache(_HASHES_REMEMBERED)(self._compute_hash)
        self._s3 = connect(bucket, bucket.endpoint)
        is_same = bucket.public_endpoint in {None, bucket.endpoint}
        self._signer = self._s3 if is_same else connect(bucket, bucket.public_endpoint)

    @property
    def upload_origin(self) -> str:
        """The origin to which tickets upload, as browsers name it: scheme, host and port."""
        url = urlsplit(self._signer.generate_presigned_url("put_object", {"Bucket": self._bucket, "Key": "any"}))
        return f"{url.scheme}://{url.netloc}"

    def ticket(self, case_id: str, evidence_id: str, item: AnnouncedEvidence) -> UploadTicket:
        """Return a permission to upload exactly what was announced, once: type, size and hash are signed.

        Raises EvidenceRefusedError if the announced size is larger than its type allows.
        """
        _refuse_too_large(item)
        params = {
            "Bucket": self._bucket,
            "Key": _key(case_id, evidence_id),
            "ContentType": item.content_type,
            "ContentLength": item.size,
            "IfNoneMatch": "*",
            **({"ChecksumSHA256": _base64(item.sha256)} if item.sha256 else {}),
        }
        url = self._signer.generate_presigned_url("put_object", params, int(self._ticket_ttl.total_seconds()))
        return UploadTicket(url=url, headers=_signed_headers(item), expires_at=_expiry(url))

    def keep_slip(self, case_id: str, name: str, content: bytes, content_type: str) -> None:
        """Store a return slip; storing the same one again changes nothing. Raises StoreUnavailableError."""
        with asking("store a return slip"):
            self._s3.put_object(
                Bucket=self._bucket, Key=_slip_key(case_id, name), Body=content, ContentType=content_type
            )

    def slip(self, case_id: str, name: str) -> bytes | None:
        """Return a stored slip, or None. Raises StoreUnavailableError."""
        with asking("read a return slip"):
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=_slip_key(case_id, name))
            except ClientError as error:
                if is_gone(error):
                    return None
                raise
            with closing(answer["Body"]) as body:
                return body.read()

    def verify(self, case_id: str, evidence_id: str, item: AnnouncedEvidence) -> Pinned:
        """Check that the upload has the announced size, type and hash, and return its version and hash.

        Raises EvidenceMissingError, EvidenceRefusedError with the reason, StoreUnavailableError.
        """
        with asking("read an upload"):
            answer = self._current(case_id, evidence_id)
            with closing(answer["Body"]) as body:
                _refuse_other_size(item, answer["ContentLength"])
                found = _hashed(item, body)
        if item.sha256 not in {None, found}:
            raise EvidenceRefusedError("the upload is not the announced file: its sha256 differs")
        return Pinned(version_id=self._version(answer), sha256=found)

    def link(self, case_id: str, evidence_id: str, version_id: str, content_type: MediaType | None = None) -> str:
        """Return a short-lived URL that downloads the pinned version and never shows it inline.

        Without `content_type`, the store sends the type of the upload, which is the announced one.
        """
        filename = evidence_id + EXTENSIONS.get(content_type or "", "")
        params = {
            "Bucket": self._bucket,
            "Key": _key(case_id, evidence_id),
            "VersionId": version_id,
            "ResponseContentDisposition": f'attachment; filename="{filename}"',
            **({"ResponseContentType": content_type} if content_type else {}),
        }
        return self._signer.generate_presigned_url("get_object", params, int(self._link_ttl.total_seconds()))

    def still_matches(self, case_id: str, pin: EvidencePin) -> bool:
        """Return whether the pinned version still exists and has the pinned hash (fault 28).

        Newer versions do not matter, because only the pinned one is shown. Raises StoreUnavailableError.
        """
        if pin.version_id is None or pin.sha256 is None:
            return False
        with asking("check pinned evidence"):
            return self._hash_of_version(_key(case_id, pin.evidence_id), pin.version_id) == pin.sha256

    def prepare(self, browser_origins: Sequence[str] = ("*",)) -> None:
        """Create the bucket, enable versioning and allow uploads from browsers; what is done already is left alone.

        Any origin is allowed by default, because uploads are authorised by their signature, not by their origin.
        """
        with asking("prepare its bucket"):
            make_bucket(self._s3, self._bucket, self._region)
            keep_versions(self._s3, self._bucket)
            let_browsers_upload(self._s3, self._bucket, browser_origins)

    def ping(self) -> None:
        """Check that the bucket exists and can be accessed; raises StoreUnavailableError if not."""
        with asking(f"open its bucket {self._bucket!r}"):
            self._s3.head_bucket(Bucket=self._bucket)

    def prove_writable(self) -> None:
        """Prove that the bucket takes content, and leave none behind; raises StoreUnavailableError (fault 21)."""
        with asking("store a probe"):
            prove_writable(self._s3, self._bucket)

    def _current(self, case_id: str, evidence_id: str) -> "GetObjectOutputTypeDef":
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=_key(case_id, evidence_id))
        except ClientError as error:
            if is_gone(error):
                raise EvidenceMissingError("nothing is uploaded yet: upload the file with its ticket first") from error
            raise

    def _version(self, answer: "GetObjectOutputTypeDef") -> str:
        if (version_id := answer.get("VersionId")) in _UNVERSIONED:
            raise StoreUnavailableError(f"the bucket {self._bucket!r} has no versioning: enable versioning on it")
        return str(version_id)

    def _hash_of_version(self, key: str, version_id: str) -> str | None:
        """Return the hash that the store has for a version, or compute it; None if the version is gone."""
        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=key, VersionId=version_id, ChecksumMode="ENABLED")
            if stored := head.get("ChecksumSHA256"):
                return b64decode(stored).hex()
            return self._computed_hash(key, version_id, head["ETag"])
        except ClientError as error:
            if is_gone(error):
                return None
            raise

    def _compute_hash(self, key: str, version_id: str, etag: str) -> str:
        """Read the whole version and return its hash; raises ClientError if its content no longer fits its ETag."""
        answer = self._s3.get_object(Bucket=self._bucket, Key=key, VersionId=version_id, IfMatch=etag)
        with closing(answer["Body"]) as body:
            return _digest(body)


def _key(case_id: str, evidence_id: str) -> str:
    return f"cases/{case_id}/{evidence_id}"


def _slip_key(case_id: str, name: str) -> str:
    return f"slips/{case_id}/{name}"


def _base64(sha256_hex: str) -> str:
    return b64encode(bytes.fromhex(sha256_hex)).decode()


def _signed_headers(item: AnnouncedEvidence) -> dict[str, str]:
    checksum = {"x-amz-checksum-sha256": _base64(item.sha256)} if item.sha256 else {}
    return {
        "Content-Type": item.content_type,
        "Content-Length": str(item.size),
        "If-None-Match": "*",
        **checksum,
    }


def _expiry(url: str) -> datetime:
    """Return when the signature expires, read from the URL itself, because that is what the store checks."""
    query = parse_qs(urlsplit(url).query)
    signed_at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return signed_at + timedelta(seconds=int(query["X-Amz-Expires"][0]))


def _refuse_too_large(item: AnnouncedEvidence) -> None:
    if item.size > (limit := limit_bytes(item.content_type)):
        raise EvidenceRefusedError(
            f"{item.content_type} may have at most {limit} bytes, but {item.size} were announced; {SMALLER}"
        )


def _refuse_other_size(item: AnnouncedEvidence, size: int) -> None:
    _refuse_too_large(item)
    if size != item.size:
        raise EvidenceRefusedError(f"the upload has {size} bytes, but {item.size} were announced")


def _hashed(item: AnnouncedEvidence, body: StreamingBody) -> str:
    head = body.read(SNIFFED_BYTES)
    _refuse_other_kind(item, real_type(head))
    return _digest(body, head)


def _refuse_other_kind(item: AnnouncedEvidence, found: str) -> None:
    if found not in KINDS:
        raise EvidenceRefusedError(
            f"content_type: the upload is {found}, which is no accepted type, {item.content_type} was announced: "
            f"send {accepted_types()}"
        )
    if KINDS[found] is not KINDS[item.content_type]:
        raise EvidenceRefusedError(
            f"content_type: the upload is {found}, {item.content_type} was announced: announce it as {found}"
        )


def _digest(body: StreamingBody, head: bytes = b"") -> str:
    """Return the sha256 (hex) of a body of any size in constant memory; `head` has been read from it already."""
    digest = sha256(head)
    for chunk in body.iter_chunks(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()
