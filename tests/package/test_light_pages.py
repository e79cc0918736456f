"""Web pages have what they need, and nothing else."""

from __future__ import annotations

import base64
import gzip
import io
import re
from pathlib import Path

import pytest
from PIL import Image

import pipeline
from pipeline.model.rendered import Style
from pipeline.package.html import fit_styles
from tests.helpers import checkers, making
from tests.helpers.paths import ROOT

PAGE = (
    '<html lang="de-AT" dir="ltr"><main class="book open"><p id="first">Text, in a wide word.</p>'
    "</main></html>"
)
SCRIPT = """const box = document.createElement("span"); box.classList.add('added'); mark(box);"""


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("main, p { margin: 0 }", "main,p{margin:0}"),
        ("main, table { margin: 0 }", "main{margin:0}"),
        ("table { margin: 0 }", ""),
        (".book > p, .wide { margin: calc(1px + 2px) }", ".book>p{margin:calc(1px + 2px)}"),
        ('#first::before, #last { content: "a  b" }', '#first::before{content:"a  b"}'),
        ("p:not(.wide):hover { margin: 0 }", "p:not(.wide):hover{margin:0}"),
        (":is(.wide, .open) p { margin: 0 }", ":is(.wide,.open) p{margin:0}"),
        (":is(.wide, .narrow) p { margin: 0 }", ""),
        (".added { margin: 0 }", ".added{margin:0}"),
        ("span { margin: 0 }", "span{margin:0}"),
        ("mark, .box { margin: 0 }", ""),
        (":lang(de), :lang(ar) { margin: 0 }", ":lang(de){margin:0}"),
        (":lang(de-at) p { margin: 0 }", ":lang(de-at) p{margin:0}"),
        ('[dir="ltr"] p, [dir="rtl"] p { margin: 0 }', '[dir="ltr"] p{margin:0}'),
        ("[data-x] { margin: 0 }", "[data-x]{margin:0}"),
        ("@media print { table { margin: 0 } }", ""),
        ("@media print { p { margin: 0 } }", "@media print{p{margin:0}}"),
        ("@page { margin: 0 }", "@page{margin:0}"),
        ("/* why */ :root { --a: 1px }", ":root{--a:1px}"),
    ],
)
def test_rules_that_may_apply_are_kept(css: str, kept: str) -> None:
    styles = fit_styles([Style("a.css", css)], PAGE, SCRIPT)
    assert [style.css for style in styles] == ([kept] if kept else [])


def test_a_plain_page_is_light(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\ntitle: T\npage_list: false\n---\n\nText.\n", "utf-8")
    pipeline.build(tmp_path / "x.md", ["web"], out=tmp_path)
    page = (tmp_path / "x" / "x.html").read_text("utf-8")
    styles = "".join(re.findall(r"<style[^>]*>(.*?)</style>", page))
    assert len(re.sub(r"url\([^)]*\)", "", styles)) < 8_000
    assert ".exercise" not in styles


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with photographs, one of which is in a link."""
    folder = tmp_path_factory.mktemp("light")
    for name, size in (("wide.jpg", (1600, 900)), ("tiny.png", (60, 40))):
        Image.linear_gradient("L").resize(size).convert("RGB").save(folder / name)
    body = 'A ![tiny one](tiny.png).\n\n![A photo](wide.jpg "Wide")\n\n'
    body += "[![The photo](wide.jpg)](https://example.org/)\n\n::: exercise\nWhy? ____\n:::\n"
    front = "---\ntitle: T\nlang: en\nlight: true\npage_list: false\n---"
    (folder / "x.md").write_text(f"{front}\n\n{body}", "utf-8")
    assert not pipeline.build(folder / "x.md", ["web"], out=folder).diagnostics
    return folder / "x" / "x.html"


def test_a_light_page_has_no_fonts_and_scripts(light: Path) -> None:
    page = light.read_text("utf-8")
    assert "@font-face" not in page
    assert "<script>" not in page
    assert "page--tools" not in page


def test_its_photographs_are_small_and_lead_to_large_ones(light: Path) -> None:
    page = light.read_text("utf-8")
    links = re.findall(r'<a class="larger" href="([^"]*)"><img [^>]*alt="([^"]*)"', page)
    assert links == [("x-files/large/wide.jpg", "A photo")]
    with Image.open(light.parent / links[0][0]) as large:
        assert large.size == (1600, 900)
    embedded = re.findall(r'src="data:image/(?:jpeg|png);base64,([^"]*)"', page)
    sizes = [Image.open(io.BytesIO(base64.b64decode(data))).size for data in embedded]
    assert sizes == [(60, 40), (640, 360), (640, 360)]


def test_a_light_handout_is_small() -> None:
    """The whole publication, of seven pages, has less than the goal for a handout of two."""
    source = (ROOT / "source" / "ending-modern-slavery.md").read_text("utf-8")
    source = source.replace("---\n", "---\nlight: true\n", 1)
    page = making.data(source, folder=ROOT / "source")
    assert len(page) < 60_000
    assert len(gzip.compress(page, mtime=0)) < 30_000


def test_images_are_as_large_as_the_front_matter_says(tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((1000, 500)).convert("RGB").save(tmp_path / "wide.jpg")
    text = "---\ntitle: T\nlang: en\nimage_size: 800\n---\n\n![A photo](wide.jpg)\n"
    page, book = (making.data(text, edition, tmp_path) for edition in ("web", "ebook"))
    (embedded,) = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', page.decode())
    images = [base64.b64decode(embedded), *making.unpacked(book, "wide.jpg").values()]
    assert [Image.open(io.BytesIO(data)).size for data in images] == [(800, 400)] * 2


@pytest.mark.checkers
@pytest.mark.slow
def test_everybody_can_use_a_light_page(light: Path) -> None:
    assert checkers.browser(light) == []
    assert checkers.nu(light) == []
