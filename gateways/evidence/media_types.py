"""The real type of an upload, detected from its first bytes, and the size limit of each type."""

from collections.abc import Callable, Mapping

from domain.request import MediaType

IMAGE_LIMIT_BYTES = 20 * 1024 * 1024
VIDEO_LIMIT_BYTES = 200 * 1024 * 1024
SNIFFED_BYTES = 4096
EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
}

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_GENERIC_HEIF_BRANDS = frozenset({b"mif1", b"msf1"})
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"mp71"}
    | {b"avc1", b"hvc1", b"dash", b"M4V ", b"MSNV", b"XAVC", b"F4V "}
)
_QUICKTIME_BRAND = b"qt  "
_CLASSIC_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_EBML_HEADER = b"\x1a\x45\xdf\xa3"
_EBML_DOC_TYPE = b"\x42\x82"


def limit_bytes(content_type: MediaType) -> int:
    """Return the largest accepted size in bytes: 20 MiB for images, 200 MiB for videos."""
    return VIDEO_LIMIT_BYTES if content_type.startswith("video/") else IMAGE_LIMIT_BYTES


def real_type(head: bytes) -> MediaType | None:
    """Return the type of a file by its first `SNIFFED_BYTES` bytes, or None if it is not an accepted one."""
    return next((found for detect in _DETECTORS if (found := detect(head))), None)


def _jpeg(head: bytes) -> MediaType | None:
    return "image/jpeg" if head.startswith(b"\xff\xd8\xff") else None


def _png(head: bytes) -> MediaType | None:
    return "image/png" if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" else None


def _webp(head: bytes) -> MediaType | None:
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP" and head[12:16] in {b"VP8 ", b"VP8L", b"VP8X"}
    return "image/webp" if is_webp else None


def _iso_media(head: bytes) -> MediaType | None:
    """Distinguish HEIC, MOV and MP4 by the brands of the `ftyp` box (ISO/IEC 14496-12, 4.3)."""
    if head[4:8] != b"ftyp":
        return None
    major, compatible = head[8:12], _compatible_brands(head)
    if major in _HEIC_BRANDS or (major in _GENERIC_HEIF_BRANDS and compatible & _HEIC_BRANDS):
        return "image/heic"
    if major == _QUICKTIME_BRAND:
        return "video/quicktime"
    return "video/mp4" if major in _MP4_BRANDS else None


def _compatible_brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[at : at + 4] for at in range(16, end - 3, 4)}


def _classic_quicktime(head: bytes) -> MediaType | None:
    """Recognise MOV files from before 2001, which begin with another atom and have no `ftyp`."""
    return "video/quicktime" if head[4:8] in _CLASSIC_QUICKTIME_ATOMS else None


def _webm(head: bytes) -> MediaType | None:
    """Distinguish WebM from Matroska by the DocType of the EBML header (RFC 8794, 11.2.4)."""
    if not head.startswith(_EBML_HEADER):
        return None
    size, start = _vint(head, 4)
    return "video/webm" if _ebml_child(head[start : start + size], _EBML_DOC_TYPE) == b"webm" else None


def _ebml_child(body: bytes, wanted: bytes) -> bytes | None:
    """Return the content of the first child element with that id, or None."""
    at = 0
    while at < len(body):
        id_end = at + _vint_width(body[at])
        size, start = _vint(body, id_end)
        if body[at:id_end] == wanted:
            return body[start : start + size].rstrip(b"\x00")
        at = start + size
    return None


def _vint(data: bytes, at: int) -> tuple[int, int]:
    """Return the variable-size integer at a position and where it ends; zero beyond the end of the data."""
    if at >= len(data):
        return 0, at + 1
    end = at + _vint_width(data[at])
    width_marker = 1 << 7 * (end - at)
    return int.from_bytes(data[at:end], "big") & (width_marker - 1), end


def _vint_width(first: int) -> int:
    return 9 - max(first.bit_length(), 1)


_DETECTORS: tuple[Callable[[bytes], MediaType | None], ...] = (
    _jpeg,
    _png,
    _webp,
    _iso_media,
    _classic_quicktime,
    _webm,
)
