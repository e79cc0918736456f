"""The checkers run, and find planted faults."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pikepdf
import pytest

from tests.commands.test_check_epub import FILES, pack
from tests.helpers import checkers

pytestmark = [pytest.mark.checkers, pytest.mark.slow]

GOOD_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A page</title>
<style>body { color: #222; background: #fff }</style>
</head>
<body><a href="#text">To the text</a>
<main id="text" tabindex="-1"><h1>A page</h1><p>Text.</p></main></body>
</html>
"""
BAD_PAGE = GOOD_PAGE.replace(
    "<p>Text.</p>", '<img src="x"><p style="width:2000px">Text.</p><center>'
)


@pytest.fixture
def bad_epub(tmp_path: Path) -> Path:
    path = tmp_path / "bad.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
    return path


@pytest.fixture
def bad_pdf(tmp_path: Path) -> Path:
    """A whole PDF, but with no tags and no metadata."""
    path = tmp_path / "bad.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    return path


def test_nu(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(GOOD_PAGE, encoding="utf-8")
    bad.write_text(BAD_PAGE, encoding="utf-8")
    assert checkers.nu(good) == []
    assert len(checkers.nu(bad)) > 1


def test_what_has_passed_is_not_checked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkers, "PASSED", tmp_path / "passed")
    page, bad = tmp_path / "good.html", tmp_path / "bad.html"
    page.write_text(GOOD_PAGE, encoding="utf-8")
    bad.write_text(BAD_PAGE, encoding="utf-8")
    asked: list[Path] = []

    def messages(path: Path) -> list[dict[str, str]]:
        asked.append(path)
        return [{"type": "error", "message": "It is bad."}] if path == bad else []

    monkeypatch.setattr(checkers, "_nu_messages", messages)
    for _ in range(2):
        assert checkers.nu(page) == []
        assert checkers.nu(bad)
    page.write_text(GOOD_PAGE + "\n", encoding="utf-8")
    assert checkers.nu(page) == []
    assert asked == [page, bad, bad, page]


POLICY = """<meta http-equiv="Content-Security-Policy"
 content="img-src 'none'; style-src 'unsafe-inline'">"""
# pages, by the addition to a correct one, and their findings
FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "markup": (
        "<img src='data:,'><p style='width: 2000px; color: #ccc'>Text.</p>",
        ("image-alt", "sideways-scroll", "color-contrast"),
    ),
    "focus": (
        "<button style='outline: none'>A</button><button tabindex='3'>B</button>",
        ("focus-not-seen", "out-of-order"),
    ),
    "trap": (
        "<button>A</button>"
        "<script>addEventListener('keydown', event => event.preventDefault())</script>",
        ("never-reached", "skip-link"),
    ),
    "loading": (
        "<img alt='' src='http://localhost:9/a.png'><img alt='' src='../outside.png'>",
        ("localhost", "outside.png"),
    ),
    "complaints": (
        "<script>nothing.at.all()</script><img alt='' src='data:,'>",
        ("script-error", "against the policy"),
    ),
}


@pytest.fixture(scope="module")
def in_browser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The findings for each page of `FAULTS`, and for one without faults."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {name: GOOD_PAGE.replace("<p>Text.</p>", text) for name, (text, _) in FAULTS.items()}
    pages["complaints"] = pages["complaints"].replace("<title>", f"{POLICY}<title>")
    pages["right"] = GOOD_PAGE
    paths = {name: folder / f"{name}.html" for name in pages}
    for name, path in paths.items():
        path.write_text(pages[name], encoding="utf-8")
    lines = checkers.browser(*paths.values(), windows=["320-dark"])
    found = {name: [li for li in lines if li.startswith(str(paths[name]))] for name in pages}
    return {name: "\n".join(of_page) for name, of_page in found.items()}


def test_a_page_that_is_right(in_browser: dict[str, str]) -> None:
    assert in_browser["right"] == ""


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_found_in_the_browser(name: str, in_browser: dict[str, str]) -> None:
    assert [fault for fault in FAULTS[name][1] if fault not in in_browser[name]] == []


def test_epubcheck(bad_epub: Path) -> None:
    assert any("META-INF/container.xml" in finding for finding in checkers.epubcheck(bad_epub))


@pytest.mark.parametrize("reader", checkers.READERS)
def test_reading_systems(reader: str, tmp_path: Path) -> None:
    """In this book an entry of the contents leads nowhere, and a file with a note is hidden."""
    pages = FILES | {
        "EPUB/nav.xhtml": FILES["EPUB/nav.xhtml"].replace("#part", "#no-part"),
        "EPUB/two.xhtml": FILES["EPUB/two.xhtml"].replace("<body>", '<body hidden="hidden">'),
    }
    found = "\n".join(checkers.reading_system(reader, pack(tmp_path / "book.epub", pages)))
    assert "contents\ttwo.xhtml#no-part" in found
    assert "not-visible\ttwo.xhtml" in found
    assert "note\tone.xhtml" in found


@pytest.mark.parametrize("check", [checkers.verapdf, checkers.page_validation])
def test_pdf(check: checkers.Check, bad_pdf: Path) -> None:
    assert len(check(bad_pdf)) > 1


def test_qpdf(bad_pdf: Path) -> None:
    assert checkers.qpdf(bad_pdf) == []
    bad_pdf.write_bytes(bad_pdf.read_bytes()[:-40])
    assert checkers.qpdf(bad_pdf)
