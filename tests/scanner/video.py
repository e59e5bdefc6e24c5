"""A camera's video of a code on a parcel: concatenated JPEGs, which a browser takes for Motion JPEG."""

from io import BytesIO
from typing import cast

import zxingcpp
from PIL import Image
from typing_extensions import Buffer

from tests.support.assertions import assert_present

FRAMES, SIZE = 30, (1280, 720)


def video_of(code: str, kind: str) -> bytes:
    """Return a second of a slightly moving code; `kind` is QRCode or Code128."""
    drawn = zxingcpp.create_barcode(code, getattr(zxingcpp.BarcodeFormat, kind))
    shades = memoryview(cast("Buffer", drawn.to_image(scale=8 if kind == "QRCode" else 3)))
    height, width = assert_present(shades.shape)
    picture = Image.frombytes("L", (width, height), shades.tobytes())
    return b"".join(_frame(picture, place) for place in range(FRAMES))


def _frame(picture: Image.Image, place: int) -> bytes:
    frame = Image.new("L", SIZE, 235)
    left = (SIZE[0] - picture.width) // 2 + place % 5
    frame.paste(picture, (left, (SIZE[1] - picture.height) // 2 + place % 3))
    written = BytesIO()
    frame.convert("RGB").save(written, "JPEG", quality=85)
    return written.getvalue()
