"""The page finds the number in couriers' labels as the service does, from text and from pictures of barcodes (R18)."""

import base64
import random
from io import BytesIO
from typing import cast

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image
from typing_extensions import Buffer

from domain.parcel_labels.labels import find_numbers
from policy.parcels.return_codes import find_return_code
from tests.support.assertions import assert_present
from tests.support.label_vectors import VECTORS

READ = """async (texts) => {
  const { readCode } = await import("/scan/codes/codes.js");
  return texts.map((one) => readCode(one));
}"""
READ_PICTURE = """async (png) => {
  const { readBarcodes } = await import("/scan/codes/camera.js");
  const { readCode } = await import("/scan/codes/codes.js");
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const [text] = await readBarcodes(await createImageBitmap(new Blob([bytes], { type: "image/png" })));
  return { text, read: text && readCode(text) };
}"""
DRAWN = [one for one in VECTORS if one.image]
GS1 = {
    "sscc": ("(00)340434161094042557", "00340434161094042557"),
    "usps": ("(420)78745(94)00111206206406260787", "9400111206206406260787"),
    "consignment and destination": ("(401)40123450000012(420)80331", "40123450000012"),
}


@pytest_asyncio.fixture(scope="module")
async def page(url, browser):
    """The page, whose modules read what a test gives them."""
    page = await browser.new_page()
    await page.goto(url)
    yield page
    await page.close()


def as_read(read):
    """Say in the words of the table what the page read."""
    if read is None:
        return None, []
    if read.get("isReturnCode"):
        return read["code"], []
    return None, read.get("candidates") or [read["code"]]


async def test_p3_the_page_reads_every_label_of_the_table_as_the_service_does(page):
    readings = await page.evaluate(READ, [one.read for one in VECTORS])
    found = {one.name: as_read(read) for one, read in zip(VECTORS, readings, strict=True)}
    assert found == {one.name: (one.return_code, one.numbers) for one in VECTORS}


NOISE = [
    "\x1d",
    "\x1e",
    "{GS}",
    "]C1",
    "420",
    "96",
    "00",
    "(",
    "[)>",
    " ",
    "-",
    "/",
    "1Z",
    "RMA-",
    "单",
    *"0123456789AZ",
]


def misread(label, chance):
    """Return the label with signs lost, doubled or mixed with those of other labels."""
    signs = list(label)
    for _ in range(chance.randint(0, 5)):
        place = chance.randint(0, len(signs))
        signs[place : place + chance.randint(0, 2)] = chance.choice(NOISE)
    return "".join(signs) + (chance.choice(VECTORS).read[:20] if chance.random() < 0.2 else "")


async def test_p3_the_page_and_the_service_agree_about_misread_labels_too(page):
    chance = random.Random(20261128)  # noqa: S311 - to be the same tomorrow
    texts = [misread(chance.choice(VECTORS).read, chance) for _ in range(4000)]
    readings = await page.evaluate(READ, texts)
    differing = [
        (text, read)
        for text, read in zip(texts, readings, strict=True)
        if as_read(read) != (find_return_code(text), [] if find_return_code(text) else list(find_numbers(text)))
    ]
    assert differing == []


@pytest.mark.parametrize("vector", DRAWN, ids=[one.name for one in DRAWN])
async def test_p3_the_page_reads_the_barcode_of_a_label(page, vector):
    seen = await page.evaluate(READ_PICTURE, picture_of(vector.read, vector.image))
    assert as_read(seen["read"]) == (vector.return_code, vector.numbers), seen["text"]


@pytest.mark.parametrize("kind", ["Code128", "DataMatrix", "QRCode"])
@pytest.mark.parametrize(("elements", "number"), GS1.values(), ids=GS1)
async def test_p3_the_page_reads_gs1_element_strings_with_fnc1_from_a_barcode(page, kind, elements, number):
    seen = await page.evaluate(READ_PICTURE, picture_of(elements, kind, gs1=True))
    assert as_read(seen["read"]) == (None, [number]), seen["text"]


def picture_of(text, kind, **more):
    """Return a PNG of the barcode, in base64."""
    drawn = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **more)
    shades = memoryview(cast("Buffer", drawn.to_image(scale=4)))
    height, width = assert_present(shades.shape)
    picture = Image.new("L", (width + 80, height + 80), 255)
    picture.paste(Image.frombytes("L", (width, height), shades.tobytes()), (40, 40))
    written = BytesIO()
    picture.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()
