"""The smallest heads by which each kind of file is known, made by hand after their formats' standards."""

from domain.cases.media_types import MediaType

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
PNG = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452000000010000000108060000001f15c489")
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(14)
GIF = b"GIF89a" + bytes(20)


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    """Return an ISO media file's first box and the beginning of its next one."""
    brands = b"".join(compatible)
    return (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + major + bytes(4) + brands + b"\x00\x00\x00\x08free"


def ebml(doc_type: bytes, *, before: bytes = b"\x42\x86\x81\x01\x42\xf7\x81\x01") -> bytes:
    """Return an EBML header with that DocType, after a version and a read version, and the segment's id."""
    body = before + b"\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(body)]) + body + b"\x18\x53\x80\x67"


HEIC = ftyp(b"heic", b"mif1", b"heic")
MP4 = ftyp(b"isom", b"isom", b"iso2", b"avc1", b"mp41")
MOV = ftyp(b"qt  ", b"qt  ")
WEBM = ebml(b"webm")

FILES: dict[MediaType, bytes] = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    "image/webp": WEBP,
    "image/gif": GIF,
    "image/heic": HEIC,
    "image/heif": ftyp(b"mif1", b"mif1", b"heic", b"miaf"),
    "image/heic-sequence": ftyp(b"hevc", b"msf1", b"hevc"),
    "image/heif-sequence": ftyp(b"msf1", b"msf1", b"hevc"),
    "image/avif": ftyp(b"avif", b"avif", b"mif1", b"miaf", b"MA1B"),
    "video/mp4": MP4,
    "video/quicktime": MOV,
    "video/3gpp": ftyp(b"3gp4", b"isom", b"3gp4"),
    "video/3gpp2": ftyp(b"3g2a", b"3g2a", b"mp41"),
    "video/x-m4v": ftyp(b"M4V ", b"M4V ", b"mp42", b"isom"),
    "video/webm": WEBM,
    "video/x-matroska": ebml(b"matroska"),
}
