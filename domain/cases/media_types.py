"""The media that phones make and that evidence may be: their names, their aliases, and which of them are one kind."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema


class MediaKind(StrEnum):
    """A family of media types that phones and browsers mix up; a file announced as one may come in as another."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    HEIF = "heif"
    ISO_VIDEO = "iso_video"
    MATROSKA = "matroska"


KINDS: Mapping[str, MediaKind] = {
    "image/jpeg": MediaKind.JPEG,
    "image/png": MediaKind.PNG,
    "image/webp": MediaKind.WEBP,
    "image/gif": MediaKind.GIF,
    "image/heic": MediaKind.HEIF,
    "image/heif": MediaKind.HEIF,
    "image/heic-sequence": MediaKind.HEIF,
    "image/heif-sequence": MediaKind.HEIF,
    "image/avif": MediaKind.HEIF,
    "video/mp4": MediaKind.ISO_VIDEO,
    "video/quicktime": MediaKind.ISO_VIDEO,
    "video/3gpp": MediaKind.ISO_VIDEO,
    "video/3gpp2": MediaKind.ISO_VIDEO,
    "video/x-m4v": MediaKind.ISO_VIDEO,
    "video/webm": MediaKind.MATROSKA,
    "video/x-matroska": MediaKind.MATROSKA,
}
"""Every accepted type. HEIC and AVIF are HEIF (ISO/IEC 23008-12); MP4, 3GP, M4V and MOV share ISO/IEC 14496-12."""

ALIASES: Mapping[str, str] = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/vnd.mozilla.apng": "image/png",
    "image/x-webp": "image/webp",
    "image/x-heic": "image/heic",
    "image/x-heif": "image/heif",
    "image/avif-sequence": "image/avif",
    "video/x-mp4": "video/mp4",
    "video/mpeg4": "video/mp4",
    "video/m4v": "video/x-m4v",
    "video/mov": "video/quicktime",
    "video/x-quicktime": "video/quicktime",
    "video/3gp": "video/3gpp",
    "video/3gpp-tt": "video/3gpp",
    "video/3g2": "video/3gpp2",
    "video/matroska": "video/x-matroska",
    "video/mkv": "video/x-matroska",
}
"""Other names of accepted types that phones, browsers and apps announce."""


def accepted_types() -> str:
    """Return a sentence that names every accepted type, for whoever announced or uploaded another one."""
    photos, videos = (", ".join(name for name in KINDS if name.startswith(family)) for family in ("image/", "video/"))
    return f"a photo ({photos}) or a video ({videos})"


def _known_name(announced: object) -> object:
    """Return the accepted type that was announced under any of its names, in any case and with any parameters.

    Raises ValueError for every other text, which says what can be sent instead.
    """
    if not isinstance(announced, str):
        return announced
    name = announced.partition(";")[0].strip().lower()
    if (known := ALIASES.get(name, name)) not in KINDS:
        raise ValueError(
            f"must be {accepted_types()}; of anything else, such as a document, send a photo or a screenshot"
        )
    return known


MediaType = Annotated[
    str,
    BeforeValidator(_known_name),
    WithJsonSchema(
        {
            "type": "string",
            "description": "the file's media type: " + accepted_types(),
            "examples": ["image/jpeg", "image/heic", "video/mp4"],
        }
    ),
]
"""An accepted media type by its usual name."""
