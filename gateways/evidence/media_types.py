"""The real type of an upload, detected from its first bytes, and the size limit of each type."""

import re
from collections.abc import Mapping
from functools import cache

from pure_magic_rs import MagicDb

from domain.cases.media_types import MediaType

IMAGE_LIMIT_BYTES = 20 * 1024 * 1024
VIDEO_LIMIT_BYTES = 200 * 1024 * 1024
SMALLER = "send a smaller picture or a shorter video"
SNIFFED_BYTES = 4096
EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/heic-sequence": ".heics",
    "image/heif-sequence": ".heifs",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/3gpp": ".3gp",
    "video/3gpp2": ".3g2",
    "video/x-m4v": ".m4v",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
}
UNKNOWN = "application/octet-stream"

# Brands that libmagic's list, which the library brings, lacks, or takes for sound although phones film with them.
_MORE_BRANDS: Mapping[bytes, str] = {
    b"MSNV": "video/mp4",
    b"mp71": "video/mp4",
    b"hvc1": "video/mp4",
    b"hev1": "video/mp4",
    b"av01": "video/mp4",
    b"f4v ": "video/mp4",
    b"mif2": "image/heif",
    b"miaf": "image/heif",
    b"MiHE": "image/heif",
    b"MiHB": "image/heif",
    b"avci": "image/heif",
}
_CLASSIC_QUICKTIME = b"pnot"
_ACTIVE = re.compile(rb"%PDF-|<(?:!doctype|html|head|body|script|svg|iframe)[\s>/]", re.IGNORECASE)


def limit_bytes(content_type: MediaType) -> int:
    """Return the largest accepted size in bytes: 20 MiB for images, 200 MiB for videos."""
    return VIDEO_LIMIT_BYTES if content_type.startswith("video/") else IMAGE_LIMIT_BYTES


def real_type(head: bytes) -> str:
    """Return the media type of a file by its first `SNIFFED_BYTES` bytes; `application/octet-stream` if it is unknown.

    A picture that is a page or a document at the same time is what could harm: a page or a document.
    """
    if active := _ACTIVE.search(head):
        return "application/pdf" if active[0].startswith(b"%") else "text/html"
    return _iso_media(head) if head[4:8] == b"ftyp" else _by_library(head)


def _iso_media(head: bytes) -> str:
    """Return the type by the major brand, or else by the first known one that it is compatible with (14496-12, 4.3)."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    return next((found for brand in brands if (found := _by_brand(brand)) != UNKNOWN), UNKNOWN)


def _by_brand(brand: bytes) -> str:
    return _MORE_BRANDS.get(brand) or _by_library(b"\x00\x00\x00\x14ftyp" + brand + bytes(4) + brand)


def _by_library(head: bytes) -> str:
    if head[4:8] == _CLASSIC_QUICKTIME:
        return "video/quicktime"
    return _library().first_magic_buffer(head, None).mime_type if head else UNKNOWN


@cache
def _library() -> MagicDb:
    """Return the database of libmagic's rules, which takes some 25 ms to load; it is safe to share between threads."""
    return MagicDb()
