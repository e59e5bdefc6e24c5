"""The page's files: the service worker keeps every one of them, under a version made of their content."""

import re
from hashlib import sha256
from pathlib import Path

SCANNER = Path(__file__).parents[2] / "web" / "scanner"
WORKER = SCANNER / "service-worker.js"
NOT_SERVED = {".md", ""}


def kept() -> list[str]:
    [listed] = re.findall(r"const FILES = \[(.*?)\];", WORKER.read_text(), re.DOTALL)
    return re.findall(r'"(.*?)"', listed)


def test_the_service_worker_keeps_every_file_of_the_page():
    files = {str(one.relative_to(SCANNER)) for one in SCANNER.rglob("*") if one.is_file()}
    served = {one for one in files if Path(one).suffix not in NOT_SERVED} - {"service-worker.js", "index.html"}
    assert sorted(kept()) == sorted({"./", *served})


def test_the_version_is_that_of_the_content():
    digest = sha256()
    for name in kept():
        digest.update((SCANNER / ("index.html" if name == "./" else name)).read_bytes())
    rest = WORKER.read_text().split("const FILES")[1]
    version = sha256(digest.digest() + rest.encode()).hexdigest()[:16]
    assert f'const VERSION = "{version}";' in WORKER.read_text(), f"write the version {version} into service-worker.js"


def test_no_file_asks_another_host():
    for one in SCANNER.rglob("*"):
        if one.suffix in {".js", ".html", ".css", ".webmanifest"}:
            hosts = set(re.findall(r"https?://[a-z0-9.-]+", one.read_text()))
            assert hosts <= {"http://www.w3.org"}, f"{one.name}: {hosts}"


def test_both_languages_have_every_text():
    words = (SCANNER / "i18n.js").read_text()
    english, chinese = re.findall(r"const [A-Z]+ = \{\n(.*?)\n\};", words, re.DOTALL)[:2]
    names = [set(re.findall(r"^  ([A-Za-z_]+):", one, re.MULTILINE)) for one in (english, chinese)]
    assert names[0] == names[1]
    assert len(names[0]) > 50
