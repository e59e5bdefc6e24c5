"""A return slip in any script: every letter is drawn, shaped and in order, and never as a box (R18, W2)."""

import shutil
import subprocess
import unicodedata
from typing import Any

import pypdfium2
import pytest
import uharfbuzz
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.return_slips.printable_text import printable
from gateways.return_slips.return_slip import ReturnSlip, SlipLine, pdf_of, png_of
from gateways.return_slips.return_slip_texts import WORDS
from gateways.return_slips.slip_fonts import FONTS, characters_of, subset_of
from gateways.return_slips.slip_pdf import is_right_to_left, runs, wrapped

HARFBUZZ: Any = uharfbuzz
LEFT_TO_RIGHT = {
    "Polish": "Zażółć gęślą jaźń – Łódź",
    "Turkish": "Işık ğüşöçİ Diyarbakır",
    "Vietnamese": "Đèn bàn Việt Nam – Nguyễn Thị Ưu",
    "Yoruba": "Ọ̀gbẹ́ni x̂ n̈",
    "Korean": "책상 램프 대한민국 똠얌 뷁",
    "Traditional Chinese": "檯燈 臺北市信義區 龜鱉鑰匙 深水埗 嘅咗",
    "Simplified Chinese": "台灯 深圳市宝安区 喆堃玥",
    "Japanese": "デスクランプ 東京都渋谷区 ｶﾀｶﾅ 々",
    "Thai": "โคมไฟตั้งโต๊ะ น้ำ ที่สุด",
    "Devanagari": "मेज का दीपक क्षत्रिय हिन्दी",
    "Cyrillic": "Настольная лампа Їжак Ґудзик Ўзбек Қазақ",
    "Greek": "Επιτραπέζιο φωτιστικό ᾳ ὦ",
    "emoji": "🎁 Gift ❤ ☎ ★",
    "Bengali": "ডেস্ক ল্যাম্প ক্ষুদ্র কো",
    "Gurmukhi": "ਮੇਜ਼ ਲੈਂਪ",
    "Gujarati": "ડેસ્ક લેમ્પ",
    "Odia": "ଓଡ଼ିଆ ଟେବୁଲ କୋ",
    "Tamil": "மேசை விளக்கு கொ",
    "Telugu": "డెస్క్ లాంప్",
    "Kannada": "ಮೇಜಿನ ದೀಪ ಕೊ",
    "Malayalam": "മേശ വിളക്ക് കൊ",
    "Sinhala": "මේස පහන ශ්‍රී",
    "Georgian": "მაგიდის ნათურა",
    "Armenian": "Սեղանի լամպ",
    "Khmer": "ចង្កៀងតុ ខ្មែរ កើ កោ",
    "Lao": "ໂຄມໄຟຕັ້ງໂຕະ ນ້ຳ",
    "Burmese": "စားပွဲတင်မီးအိမ်",
    "Amharic": "የጠረጴዛ መብራት",
    "signs": "① ㎏ ½ № ™ €₺₹₫₩ → ■ “x” … ，（）",
}
RIGHT_TO_LEFT = {
    "Arabic": "مصباح مكتب مُحَمَّد",
    "Persian": "می‌خواهم چراغ پژگ",
    "Urdu": "ٹیبل لیمپ ڈبہ",
    "Hebrew": "מנורת שולחן שלום",
}
NAMES = {**LEFT_TO_RIGHT, **RIGHT_TO_LEFT}
SLIP = ReturnSlip(return_code="RMA-7K3M-Q2XP-0V9T", order_number="A-1", lines=(), return_address=("Returns",))


def slip_of(*names: str, **changes: Any) -> ReturnSlip:
    return SLIP.amend(lines=tuple(SlipLine(sku="X", product_name=name, quantity=1) for name in names), **changes)


def drawn_glyphs(text: str) -> list[tuple[str, int]]:
    """Return every glyph by font, as HarfBuzz chooses it from the fonts that a slip with that text has; 0 is a box."""
    glyphs: list[tuple[str, int]] = []
    for font, run in runs(text):
        line = HARFBUZZ.Buffer()
        line.add_str(run)
        line.guess_segment_properties()
        HARFBUZZ.shape(HARFBUZZ.Font(HARFBUZZ.Face(subset_of(font, frozenset(text)))), line)
        glyphs += [(font, info.codepoint) for info in line.glyph_infos]
    return glyphs


def read_by_pdfium(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_w2_every_letter_is_drawn_in_its_own_script_and_none_as_a_box(name: str) -> None:
    made = printable(name)
    assert made.text == " ".join(unicodedata.normalize("NFC", name).split())
    assert not made.is_transliterated
    assert drawn_glyphs(made.text)
    assert 0 not in [glyph for _, glyph in drawn_glyphs(made.text)]


@pytest.mark.parametrize("language", WORDS)
def test_w2_the_slip_s_own_words_have_no_box(language: str) -> None:
    for text in WORDS[language].model_dump_json(), "2026年12月3日", "12 \u00d7":
        assert 0 not in [glyph for _, glyph in drawn_glyphs(text)]


@pytest.mark.parametrize("name", LEFT_TO_RIGHT.values(), ids=LEFT_TO_RIGHT)
def test_w2_what_is_drawn_can_be_read_again_from_the_pdf(name: str) -> None:
    text = read_by_pdfium(pdf_of(slip_of(name, return_address=(name,), order_number=name)))
    words = [word for word in unicodedata.normalize("NFC", name).split() if word[0].isalnum()]
    assert words
    for word in words:
        assert text.count(word) >= 3, word


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext of poppler")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_w2_poppler_reads_every_word_in_both_directions(name: str, tmp_path) -> None:
    path = tmp_path / "slip.pdf"
    path.write_bytes(pdf_of(slip_of(name)))
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    for word in unicodedata.normalize("NFC", name).split():
        assert word in text


@pytest.mark.parametrize("word", ["سلام", "कर्म", "क्ष", "น้ำ", "కొ", "ক্ষ"])
def test_w2_letters_are_joined_and_stacked_as_their_script_asks(word: str) -> None:
    apart = [glyph for one in word for _, glyph in drawn_glyphs(one)]
    assert [glyph for _, glyph in drawn_glyphs(word)] != apart


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("བོད་ཡིག Tibetan", "bod-yig Tibetan*"),
        ("ᏣᎳᎩ", "TsaLaGi*"),
        ("𠀀 rare", "He rare*"),
        ("王𠀀", "王 He*"),
        ("\ue000", "?*"),
        ("a\U00010330b", "a a b*"),
    ],
)
def test_w2_what_no_font_has_is_written_in_latin_letters_with_a_note(name: str, written: str) -> None:
    text = read_by_pdfium(pdf_of(slip_of(name)))
    assert f"{written} (X)" in text
    assert WORDS["en"].transliterated in text
    assert "缺少原文字的字体" in read_by_pdfium(pdf_of(slip_of("Lamp", return_address=(name,), language="zh")))


def test_w2_a_slip_that_needs_no_note_has_none() -> None:
    assert "*" not in read_by_pdfium(pdf_of(slip_of(*LEFT_TO_RIGHT.values())))


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        pytest.param("e\u0301", "é", id="combining accent"),
        pytest.param("\u1112\u1161\u11ab", "한", id="letters of Hangul"),
        pytest.param("\U0001d400\u24d0", "Aⓐ", id="mathematical letter"),
        pytest.param("👍🏽 👨\u200d👩 1\ufe0f\u20e3", "👍 👨👩 1", id="composed emoji"),
        pytest.param("a\u202eb\u200bc\ufeff\u2066d", "abcd", id="marks that nobody sees"),
        pytest.param("a\u00a0 \u3000b\n\tc", "a b c", id="blanks"),
    ],
)
def test_w2_what_a_reader_takes_for_the_same_is_drawn_the_same(name: str, drawn: str) -> None:
    assert printable(name) == (drawn, False)


@pytest.mark.parametrize("codec", ["gb2312", "big5", "shift_jis", "euc_kr"])
def test_w2_every_character_of_the_national_standards_is_drawn(codec: str) -> None:
    pairs = (bytes((first, second)) for first in range(0x81, 0xFF) for second in range(0x40, 0xFF))
    known = {text for pair in pairs if len(text := pair.decode(codec, "ignore")) == 1 and text.isalnum()}
    assert len(known) > 6000
    assert [one for one in sorted(known) if printable(one).is_transliterated] == []


def test_w2_every_syllable_of_hangul_is_drawn() -> None:
    assert set(range(0xAC00, 0xD7A4)) <= characters_of("NotoSansKR")


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_w2_any_text_becomes_one_that_the_fonts_can_draw(text: str) -> None:
    made = printable(text).text
    assert "".join(run for _, run in runs(made)) == made
    for font, run in runs(made):
        assert font in FONTS
        assert {ord(one) for one in run} <= characters_of(font)


def test_w2_text_runs_in_the_direction_of_most_of_its_letters() -> None:
    assert all(is_right_to_left(name) for name in RIGHT_TO_LEFT.values())
    assert not any(is_right_to_left(name) for name in LEFT_TO_RIGHT.values())
    assert is_right_to_left("LED מנורה 12 שולחן")
    assert not is_right_to_left("12 (7)")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("abcdefghijkl", ["abcdefgh", "ijkl"]),
        ("一二三四五六七八九", ["一二三四五六七八", "九"]),
        ("一二三四五六七八，九", ["一二三四五六七", "八，九"]),
        ("一二三四五六七（八）", ["一二三四五六七", "（八）"]),
        ("กกกกกกกเก", ["กกกกกกก", "เก"]),
        ("กกกกกกกกำ", ["กกกกกกก", "กำ"]),
        ("", [""]),
    ],
)
def test_w2_lines_break_where_the_script_allows_it(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 8, len)) == lines


def test_w2_a_slip_in_every_script_at_once_is_scanned_and_stays_the_same() -> None:
    slip = slip_of(*NAMES.values(), order_number="訂單 #1001", return_address=tuple(NAMES.values())[:6])
    assert pdf_of(slip) == pdf_of(slip)
    assert png_of(slip).startswith(b"\x89PNG")
