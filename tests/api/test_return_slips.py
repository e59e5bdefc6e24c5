"""The return slip over HTTP: for approved returns, in the customer's language, kept in the store (R18)."""

from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from api.routes import return_slips
from domain.errors import StoreUnavailableError
from tests.api.breakage import broken
from tests.support.api_client import problem, told


async def label(api, case, query="", as_="dev-storefront", **headers):
    return await api.ask("GET", f"/v1/refunds/{case['case_id']}/label{query}", as_=as_, **headers)


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


async def test_r18_an_approval_links_a_slip_that_can_be_scanned(api):
    case = await api.approved()
    assert case["links"]["label"] == f"/v1/refunds/{case['case_id']}/label"

    pdf = await label(api, case)
    png = await label(api, case, "?format=png")

    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert (png.status_code, png.headers["content-type"]) == (200, "image/png")
    with Image.open(BytesIO(png.content)) as picture:
        assert {one.text for one in zxingcpp.read_barcodes(picture)} == {case["return_code"]}
    text = text_of(pdf.content)
    for part in (case["order_number"], "Mug", "Return slip", *case["return_address"]):
        assert part in text


async def test_r18_the_slip_is_in_the_customer_s_language(api):
    case = await api.approved()
    assert "退货单" in text_of((await label(api, case, "?language=zh")).content)
    assert "退货单" in text_of((await label(api, case, Accept_Language="fr;q=0.9, zh-CN, en")).content)
    assert "Return slip" in text_of((await label(api, case, Accept_Language="fr")).content)


@pytest.mark.parametrize(
    "name", ["Zażółć Łódź", "Đèn bàn Nguyễn", "책상 램프", "檯燈 臺北", "Настольная", "น้ำ", "कर्म", "मेज"]
)
async def test_w2_the_goods_are_named_in_their_own_script(api, name):
    lines = api.facts("O-any")["lines"]
    lines[0]["product_name"] = name
    asked = api.request(await api.order(lines=lines))
    case = told(await api.submit(asked), 201)
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)

    text = text_of((await label(api, case)).content)
    assert name in text
    assert "\u25a1" not in text
    assert (await label(api, case, "?format=png")).status_code == 200


async def test_w2_a_slip_stored_by_another_edition_is_drawn_again(api, seaweed, monkeypatch):
    case = await api.approved()
    await label(api, case)
    monkeypatch.setattr(return_slips, "EDITION", return_slips.EDITION + 1)
    await label(api, case)
    assert len(seaweed.sizes(f"slips/{case['case_id']}/")) == 2


async def test_the_slip_is_kept_in_the_store_and_given_without_it(api, seaweed):
    case = await api.approved()
    first = (await label(api, case)).content
    assert seaweed.sizes(f"slips/{case['case_id']}/") == [len(first)]
    assert (await label(api, case)).content == first

    class Away:
        upload_origin = "https://away.example"

        def slip(self, case_id, name):
            raise StoreUnavailableError("away")

        def prove_writable(self):
            raise StoreUnavailableError("away")

    async with broken(api, store=Away()) as cut_off:
        assert (await label(cut_off, case)).content == first


async def test_r13_there_is_no_slip_before_approval_or_where_nothing_comes_back(api):
    case = await api.open()
    assert "label" not in case["links"]
    problem(await label(api, case), 409, "no-label")
    rejected = {"decision": "reject", "reason_code": "signs_of_use"}
    told(await api.send(case, "audit", rejected, "dev-auditor"), 200)
    problem(await label(api, case), 409, "no-label")


async def test_another_storefront_sees_no_slip(api):
    problem(await label(api, await api.approved(), as_="other-shop"), 404, "unknown-case")
