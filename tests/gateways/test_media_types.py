import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.evidence.media_types import (
    EXTENSIONS,
    IMAGE_LIMIT_BYTES,
    SNIFFED_BYTES,
    VIDEO_LIMIT_BYTES,
    limit_bytes,
    real_type,
)
from tests.gateways.files import FILES, HEIC, JPEG, MOV, MP4, PNG, WEBM, WEBP, ebml, ftyp


@pytest.mark.parametrize("content_type", FILES)
def test_r8_each_accepted_type_is_told_by_its_content(content_type):
    assert real_type(FILES[content_type]) == content_type


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(ftyp(b"heix", b"mif1"), id="ten bits"),
        pytest.param(ftyp(b"mif1", b"mif1", b"heic"), id="generic brand, HEVC inside"),
        pytest.param(ftyp(b"hevc", b"msf1"), id="image sequence"),
    ],
)
def test_r8_every_way_a_heic_is_written_is_told(head):
    assert real_type(head) == "image/heic"


@pytest.mark.parametrize("brand", [b"mp42", b"iso6", b"M4V ", b"avc1", b"dash"])
def test_r8_an_mp4_of_any_common_brand_is_told(brand):
    assert real_type(ftyp(brand)) == "video/mp4"


@pytest.mark.parametrize("atom", [b"moov", b"mdat", b"wide"])
def test_r8_a_mov_without_a_brand_is_told(atom):
    assert real_type(b"\x00\x00\x00\x08" + atom + bytes(16)) == "video/quicktime"


def test_r8_a_webm_is_told_with_its_fields_in_any_order_and_with_padding():
    assert real_type(ebml(b"webm\x00\x00", before=b"")) == "video/webm"


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"MZ\x90\x00" + bytes(60), id="program"),
        pytest.param(b"%PDF-1.7\n", id="pdf"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'>", id="svg"),
        pytest.param(b"<html><script>", id="page"),
        pytest.param(b"GIF89a" + bytes(20), id="gif"),
        pytest.param(b"PK\x03\x04" + bytes(20), id="zip"),
        pytest.param(b"RIFF\x24\x00\x00\x00WAVEfmt ", id="riff that is sound"),
        pytest.param(ftyp(b"avif", b"mif1", b"avif"), id="avif"),
        pytest.param(ftyp(b"mif1", b"mif1", b"avif"), id="generic brand, av1 inside"),
        pytest.param(ebml(b"matroska"), id="mkv"),
        pytest.param(b"\x1a\x45\xdf\xa3", id="ebml cut short"),
        pytest.param(b"\x1a\x45\xdf\xa3\x80", id="ebml without fields"),
        pytest.param(PNG[:8], id="png cut short"),
        pytest.param(b"\x00" * 64, id="zeros"),
    ],
)
def test_r8_anything_else_is_no_accepted_type(head):
    assert real_type(head) is None


@given(st.binary(max_size=256) | st.builds(lambda tail: b"\x1a\x45\xdf\xa3" + tail, st.binary(max_size=128)))
def test_any_bytes_are_judged_without_an_error(head):
    assert real_type(head) in {None, *FILES}


@given(st.sampled_from([JPEG, PNG, WEBP, HEIC, MP4, MOV, WEBM]), st.binary(max_size=64))
def test_what_follows_the_head_does_not_matter(head, tail):
    assert real_type(head + tail) == real_type(head)


def test_r8_images_may_have_20_mib_and_videos_200():
    assert {limit_bytes(one) for one in FILES if one.startswith("image/")} == {IMAGE_LIMIT_BYTES} == {20 * 1024**2}
    assert {limit_bytes(one) for one in FILES if one.startswith("video/")} == {VIDEO_LIMIT_BYTES} == {200 * 1024**2}


def test_every_accepted_type_has_an_extension_and_fits_in_what_is_looked_at():
    assert set(EXTENSIONS) == set(FILES)
    assert max(len(head) for head in FILES.values()) < SNIFFED_BYTES
