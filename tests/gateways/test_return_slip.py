"""The return slip: its codes can be scanned, its text can be read, in both languages (R18)."""

from datetime import date
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from gateways.return_slips.return_slip import ReturnSlip, SlipLine, pdf_of, png_of

CODE = "RMA-7K3M-Q2XP-0V9T"
SLIP = ReturnSlip(
    return_code=CODE,
    order_number="A-1001",
    lines=(
        SlipLine(sku="LAMP-1", product_name="Desk lamp", quantity=2),
        SlipLine(sku="MUG-7", product_name="马克杯", quantity=1),
    ),
    return_address=("Returns, Example Shop", "深圳市宝安区兴华路28号"),
    ship_by=date(2026, 12, 3),
)


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def scanned(png: bytes, shrunk: int = 1) -> set[tuple[str, str]]:
    with Image.open(BytesIO(png)) as picture:
        small = picture.resize((picture.width // shrunk, picture.height // shrunk))
        return {(one.format.name, one.text) for one in zxingcpp.read_barcodes(small)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_r18_both_codes_are_scanned_also_from_a_small_picture(language: str) -> None:
    png = png_of(SLIP.amend(language=language))
    for shrunk in (1, 2):
        assert scanned(png, shrunk) == {("QRCode", CODE), ("Code128", CODE)}


@pytest.mark.parametrize(("language", "day"), [("en", "3 December 2026"), ("zh", "2026年12月3日")])
def test_r18_the_slip_says_what_goes_where_and_until_when(language: str, day: str) -> None:
    [text] = pages(pdf_of(SLIP.amend(language=language)))
    for part in (CODE, "A-1001", "Desk lamp", "LAMP-1", "马克杯", "MUG-7", *SLIP.return_address, day):
        assert part in text, part


def test_the_same_slip_is_the_same_file() -> None:
    assert pdf_of(SLIP) == pdf_of(SLIP)
    assert png_of(SLIP) == png_of(SLIP)
    assert pdf_of(SLIP) != pdf_of(SLIP.amend(order_number="A-1002"))


def test_many_goods_take_more_pages_and_none_is_left_out() -> None:
    lines = tuple(SlipLine(sku=f"SKU-{place:03}", product_name="Mug " * 30, quantity=1) for place in range(100))
    told = pages(pdf_of(SLIP.amend(lines=lines)))
    assert len(told) > 5
    assert all(line.sku in "".join(told) for line in lines)


@pytest.mark.parametrize("name", ["🎁" * 50, "W" * 200, "𠀀 rare", "a\u200bb\u2028c\td", "<b>&amp;</b> **x**", "עברית"])
def test_no_product_name_breaks_the_slip(name: str) -> None:
    slip = SLIP.amend(lines=(SlipLine(sku="X", product_name=name, quantity=1),), ship_by=None)
    assert scanned(png_of(slip)) == {("QRCode", CODE), ("Code128", CODE)}
    assert "(X)" in "".join(pages(pdf_of(slip)))
