"""What phones make is taken as evidence, whatever name it is announced under (R8, W1)."""

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError

from domain.cases.media_types import ALIASES, KINDS, MediaType
from tests.gateways.files import FILES, ftyp
from tests.support.api_client import inspection, photo, problem, told

MEDIA_TYPE = TypeAdapter(MediaType)
IPHONE_HEIC = FILES["image/heif"]
ANDROID_3GP = FILES["video/3gpp"]


async def taken(api, content, **changes):
    """Announce, upload and confirm a file; return the case."""
    case = await api.open(reason="quality", evidence=[photo(**{"size": len(content), **changes})])
    [ticket] = case["upload_tickets"]
    assert await api.upload(ticket, content) == 200
    return await api.send(case, f"evidence/{ticket['evidence_id']}/uploaded", as_="dev-storefront")


@pytest.mark.parametrize(
    ("announced", "content"),
    [
        pytest.param("image/jpg", FILES["image/jpeg"], id="alias"),
        pytest.param("IMAGE/JPEG; q=0.9", FILES["image/jpeg"], id="case and parameters"),
        pytest.param("image/heic", IPHONE_HEIC, id="HEIC of brand mif1"),
        pytest.param("image/heif", FILES["image/heic"], id="iPhone's HEIC announced as HEIF"),
        pytest.param("image/heif", ftyp(b"mif1", b"mif1", b"avif"), id="HEIF with AV1 inside"),
        pytest.param("image/avif", FILES["image/avif"], id="AVIF"),
        pytest.param("image/gif", FILES["image/gif"], id="GIF"),
        pytest.param("video/3gpp", ANDROID_3GP, id="3GP"),
        pytest.param("video/mp4", ANDROID_3GP, id="mp4 of brand 3gp4"),
        pytest.param("video/3gpp", FILES["video/mp4"], id="mp4 announced as 3GP"),
        pytest.param("video/3gpp2", FILES["video/3gpp2"], id="3G2"),
        pytest.param("video/mp4", FILES["video/x-m4v"], id="mp4 of brand M4V"),
        pytest.param("video/x-m4v", FILES["video/x-m4v"], id="M4V"),
        pytest.param("video/mp4", FILES["video/quicktime"], id="iPhone's MOV announced as MP4"),
        pytest.param("video/quicktime", FILES["video/quicktime"], id="MOV"),
        pytest.param("video/webm;codecs=vp9,opus", FILES["video/webm"], id="WebM of a browser"),
        pytest.param("video/x-matroska;codecs=avc1", FILES["video/x-matroska"], id="Matroska of a browser"),
    ],
)
async def test_w1_what_a_phone_makes_is_pinned_and_sent_to_the_audit(api, announced, content):
    case = told(await taken(api, content, content_type=announced), 200)
    assert case["state"] == "under_audit"
    assert [one["status"] for one in case["evidence"]] == ["pinned"]
    assert case["evidence"][0]["content_type"] in KINDS


@pytest.mark.parametrize("name", ["изделие.jpg", "破损 照片.heic", "صورة.jpg", "हाथ.jpg", "사진.jpg", "é🎁.jpg"])
async def test_w1_a_file_may_have_a_name_in_any_script(api, name):
    case = told(await taken(api, FILES["image/jpeg"], filename=name), 200)
    assert case["evidence"][0]["filename"] == name


async def test_w1_the_link_serves_the_usual_name_of_the_type_as_a_download(api):
    case = told(await taken(api, FILES["image/jpeg"], content_type="image/JPG"), 200)
    path = f"/v1/refunds/{case['case_id']}/evidence/{case['evidence'][0]['evidence_id']}"
    link = told(await api.ask("GET", path, as_="dev-auditor"), 200)
    async with httpx2.AsyncClient(trust_env=False) as browser:
        shown = await browser.get(link["url"])
    assert shown.headers["content-type"] == link["content_type"] == "image/jpeg"
    assert shown.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(b"%PDF-1.7\n" + bytes(40), "application/pdf", id="pdf"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/html", id="svg"),
        pytest.param(b"MZ\x90\x00" + bytes(60), "application/x-dosexec", id="program"),
        pytest.param(FILES["image/jpeg"] + b"<script>", "text/html", id="jpeg that is a page"),
    ],
)
async def test_w1_what_could_harm_is_refused_with_the_field_and_what_is_taken(api, content, found):
    refused = problem(await taken(api, content), 422, "evidence-refused")
    assert f"content_type: the upload is {found}, which is no accepted type" in refused["detail"]
    assert "image/heic" in refused["detail"]
    assert "video/3gpp" in refused["detail"]


async def test_w1_a_video_announced_as_a_photo_is_refused_with_how_to_announce_it(api):
    refused = problem(await taken(api, ANDROID_3GP), 422, "evidence-refused")
    assert "the upload is video/3gpp, image/jpeg was announced: announce it as video/3gpp" in refused["detail"]


@pytest.mark.parametrize("content_type", ["application/pdf", "image/svg+xml", "text/html", "audio/mp4", "image", ""])
async def test_w1_another_type_is_refused_with_the_field_what_is_taken_and_what_can_be_done(api, content_type):
    case = await api.open(reason="quality")
    body = {"evidence": [photo(content_type=content_type)]}
    refused = problem(await api.send(case, "evidence", body, "dev-storefront"), 422, "invalid-request")
    [error] = [one for one in refused["errors"] if one["field"] == "evidence.0.content_type"]
    for part in ("image/jpeg", "image/heif", "video/mp4", "video/3gpp", "send a photo or a screenshot"):
        assert part in error["says"]


async def test_w1_the_warehouse_s_photos_are_taken_as_phones_make_them(api):
    case = await api.approved()
    body = inspection(photos=[photo(IPHONE_HEIC, filename="скамья.heic", content_type="image/heif")])
    [ticket] = told(await api.send(case, "inspection", body, "dev-warehouse"), 200)["upload_tickets"]
    assert await api.upload(ticket, IPHONE_HEIC) == 200
    told(await api.send(case, f"evidence/{ticket['evidence_id']}/uploaded", as_="dev-warehouse"), 200)
    events = [one["event"] for one in await api.timeline(case)]
    assert "photo_pinned" in events


def test_w1_every_alias_stands_for_an_accepted_type_in_any_case_and_with_parameters():
    assert not set(ALIASES) & set(KINDS)
    for alias, name in ALIASES.items():
        assert MEDIA_TYPE.validate_python(f" {alias.upper()} ; codecs=1") == name


@pytest.mark.parametrize("no_text", [None, 7, ["image/jpeg"]])
def test_w1_a_type_that_is_no_text_is_refused(no_text):
    with pytest.raises(ValidationError):
        MEDIA_TYPE.validate_python(no_text)


@pytest.mark.parametrize("name", ["a/b.jpg", "C:\\photos\\a.jpg", "", "x" * 121, "a\nb.jpg"])
async def test_w1_a_name_that_no_file_can_have_is_refused_with_what_can_be_done(api, name):
    case = await api.open(reason="quality")
    body = {"evidence": [photo(filename=name)]}
    refused = problem(await api.send(case, "evidence", body, "dev-storefront"), 422, "invalid-request")
    [error] = [one for one in refused["errors"] if one["field"] == "evidence.0.filename"]
    assert "1 to 120 characters in any script, without its folder" in error["says"]


@pytest.mark.parametrize("content_type", ["image/heif", "video/3gpp"])
async def test_w1_a_file_that_is_too_large_is_refused_with_the_limit_and_what_can_be_done(api, content_type):
    case = await api.open(reason="quality")
    body = {"evidence": [photo(content_type=content_type, size=300 * 1024**2)]}
    refused = problem(await api.send(case, "evidence", body, "dev-storefront"), 422, "invalid-request")
    [error] = refused["errors"]
    assert error["field"] == "evidence.0.size"
    assert "may have at most" in error["says"]
    assert "send a smaller picture or a shorter video" in error["says"]
