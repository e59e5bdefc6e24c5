"""Photos to upload: real PNG files, drawn here."""

import struct
import zlib

SIDE_PIXELS = 48


def photo(red: int, green: int, blue: int) -> bytes:
    """Return a PNG of one colour with a crack across it (PNG specification, RGB, 8 bits)."""
    rows = b"".join(
        b"\x00" + b"".join(b"\x00\x00\x00" if x == y else bytes((red, green, blue)) for x in range(SIDE_PIXELS))
        for y in range(SIDE_PIXELS)
    )
    header = struct.pack(">IIBBBBB", SIDE_PIXELS, SIDE_PIXELS, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
