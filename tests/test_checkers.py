"""The checkers run, and find a fault where there is one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pikepdf
import pytest

from tests import checkers

pytestmark = [pytest.mark.checkers, pytest.mark.slow]

GOOD_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A page</title>
<style>body { color: #222; background: #fff }</style>
</head>
<body><main><h1>A page</h1><p>Text.</p></main></body>
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


@pytest.mark.parametrize("check", [checkers.nu, checkers.axe])
def test_page(check: checkers.Check, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(GOOD_PAGE, encoding="utf-8")
    bad.write_text(BAD_PAGE, encoding="utf-8")
    assert check(good) == []
    assert len(check(bad)) > 1


def test_axe_sees_a_page_that_is_too_wide(tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text(BAD_PAGE, encoding="utf-8")
    assert any("sideways-scroll" in finding for finding in checkers.axe(path, 320, dark=True))


def test_epubcheck(bad_epub: Path) -> None:
    assert any("META-INF/container.xml" in finding for finding in checkers.epubcheck(bad_epub))


@pytest.mark.parametrize("check", [checkers.verapdf, checkers.page_validation])
def test_pdf(check: checkers.Check, bad_pdf: Path) -> None:
    assert len(check(bad_pdf)) > 1


def test_qpdf(bad_pdf: Path) -> None:
    assert checkers.qpdf(bad_pdf) == []
    bad_pdf.write_bytes(bad_pdf.read_bytes()[:-40])
    assert checkers.qpdf(bad_pdf)
