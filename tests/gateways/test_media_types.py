"""The real type of an upload is told by its first bytes, whatever phone made it (R8, W1)."""

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.cases.media_types import KINDS, MediaKind
from gateways.evidence.media_types import (
    EXTENSIONS,
    IMAGE_LIMIT_BYTES,
    SNIFFED_BYTES,
    VIDEO_LIMIT_BYTES,
    limit_bytes,
    real_type,
)
from tests.gateways.files import FILES, HEIC, JPEG, MOV, MP4, PNG, WEBM, WEBP, ebml, ftyp

# The brands of the register at mp4ra.org that cameras, phones and their apps write.
VIDEO_BRANDS = re.findall(
    r"\w+",
    "isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 mp71 avc1 hvc1 hev1 av01 dash MSNV mmp4 XAVC "
    "3gp1 3gp2 3gp3 3gp4 3gp5 3gp6 3gp7 3gp8 3gp9 3gg6 3gr6 3gs6 3gs7 3ge6 3ge7 3gt5 3g2a 3g2b 3g2c "
    "M4V M4VH M4VP F4V f4v NDSC NDSH qt",
)
IMAGE_BRANDS = re.findall(
    r"\w+", "heic heix heim heis hevc hevx hevm hevs mif1 msf1 mif2 miaf MiHE MiHB avci avif avis"
)


@pytest.mark.parametrize("content_type", FILES)
def test_r8_each_accepted_type_is_told_by_its_content(content_type):
    assert real_type(FILES[content_type]) == content_type


@pytest.mark.parametrize("brand", VIDEO_BRANDS)
@pytest.mark.parametrize("compatible", [(), (b"isom", b"mp42")], ids=["alone", "compatible with others"])
def test_w1_a_video_of_every_brand_that_phones_write_is_told(brand, compatible):
    head = ftyp(brand.encode().ljust(4), brand.encode().ljust(4), *compatible)
    assert KINDS[real_type(head)] is MediaKind.ISO_VIDEO


@pytest.mark.parametrize("brand", IMAGE_BRANDS)
@pytest.mark.parametrize("compatible", [(), (b"mif1", b"heic", b"miaf")], ids=["alone", "compatible with others"])
def test_w1_a_heif_picture_of_every_brand_is_told(brand, compatible):
    assert KINDS[real_type(ftyp(brand.encode(), brand.encode(), *compatible))] is MediaKind.HEIF


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        pytest.param(ftyp(b"ndsm", b"ndsm", b"isom", b"mp42"), MediaKind.ISO_VIDEO, id="video"),
        pytest.param(ftyp(b"kddi", b"3g2a"), MediaKind.ISO_VIDEO, id="phone of 2005"),
        pytest.param(ftyp(b"new1", b"mif1", b"heic"), MediaKind.HEIF, id="picture"),
    ],
)
def test_w1_a_brand_that_nobody_knows_yet_is_told_by_those_it_is_compatible_with(head, kind):
    assert KINDS[real_type(head)] is kind


@pytest.mark.parametrize(
    ("written", "content_type"),
    [
        ("JPEG", "image/jpeg"),
        ("MPO", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("GIF", "image/gif"),
    ],
)
def test_w1_pictures_as_they_are_really_written_are_told(written, content_type):
    picture = BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(picture, written)
    assert real_type(picture.getvalue()[:SNIFFED_BYTES]) == content_type


@pytest.mark.parametrize("marker", ["e0", "e1", "db", "ee", "ed"])
def test_w1_a_jpeg_with_any_first_segment_is_told(marker):
    assert real_type(bytes.fromhex(f"ffd8ff{marker}0010") + bytes(40)) == "image/jpeg"


@pytest.mark.parametrize("atom", [b"moov", b"mdat", b"wide", b"pnot"])
def test_r8_a_mov_without_a_brand_is_told(atom):
    assert real_type(b"\x00\x00\x00\x08" + atom + bytes(16)) == "video/quicktime"


def test_r8_a_webm_is_told_with_its_fields_in_any_order_and_with_padding():
    assert real_type(ebml(b"webm\x00\x00", before=b"")) == "video/webm"


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"MZ\x90\x00" + bytes(60), id="program"),
        pytest.param(b"\x7fELF" + bytes(60), id="program of Linux"),
        pytest.param(b"#!/bin/sh\n", id="script"),
        pytest.param(b"%PDF-1.7\n", id="pdf"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'>", id="svg"),
        pytest.param(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", id="svg in xml"),
        pytest.param(b"<html><script>", id="page"),
        pytest.param(b"\xef\xbb\xbf<!DOCTYPE html>", id="page with a byte order mark"),
        pytest.param(JPEG + b"<script>alert(1)</script>", id="jpeg that is a page"),
        pytest.param(b"GIF89a/*<html><body onload=1>", id="gif that is a page"),
        pytest.param(b"\xff\xd8\xff\xfe\x00\x20%PDF-1.4\n", id="jpeg that is a pdf"),
        pytest.param(ftyp(b"mp42", b"isom") + b"<svg onload=1>", id="video that is an svg"),
        pytest.param(b"PK\x03\x04\x14\x00" + bytes(20), id="zip"),
        pytest.param(b"RIFF\x24\x00\x00\x00WAVEfmt ", id="riff that is sound"),
        pytest.param(ftyp(b"M4A ", b"M4A ", b"mp42", b"isom"), id="sound"),
        pytest.param(ftyp(b"M4B ", b"M4B ", b"mp42"), id="audio book"),
        pytest.param(ftyp(b"jp2 ", b"jp2 "), id="jpeg 2000"),
        pytest.param(b"II*\x00\x08\x00\x00\x00" + bytes(20), id="tiff or raw picture"),
        pytest.param(ebml(b"other"), id="another ebml"),
        pytest.param(b"\x1a\x45\xdf\xa3", id="ebml cut short"),
        pytest.param(b"\x1a\x45\xdf\xa3\x80", id="ebml without fields"),
        pytest.param(PNG[:8], id="png cut short"),
        pytest.param(b"\x00" * 64, id="zeros"),
    ],
)
def test_r8_anything_else_is_no_accepted_type(head):
    assert real_type(head) not in KINDS


@given(st.binary(max_size=256) | st.builds(lambda tail: b"\x1a\x45\xdf\xa3" + tail, st.binary(max_size=128)))
def test_any_bytes_are_judged_without_an_error(head):
    assert "/" in real_type(head)


@given(st.sampled_from([JPEG, PNG, WEBP, HEIC, MP4, MOV, WEBM]), st.binary(max_size=64))
def test_what_follows_the_head_does_not_matter(head, tail):
    assert real_type(head + tail) == real_type(head)


def test_r8_images_may_have_20_mib_and_videos_200():
    assert {limit_bytes(one) for one in FILES if one.startswith("image/")} == {IMAGE_LIMIT_BYTES} == {20 * 1024**2}
    assert {limit_bytes(one) for one in FILES if one.startswith("video/")} == {VIDEO_LIMIT_BYTES} == {200 * 1024**2}


def test_every_accepted_type_has_an_extension_and_fits_in_what_is_looked_at():
    assert set(EXTENSIONS) == set(FILES) == set(KINDS)
    assert max(len(head) for head in FILES.values()) < SNIFFED_BYTES
