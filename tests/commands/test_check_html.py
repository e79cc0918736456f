"""Checking web pages: each fault planted in a page that is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.commands.check.finished import CheckReport, check
from tests.helpers.sentences import no_sentences

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A talk</title>
<link rel="license" href="https://example.org/licence">
<style>@font-face { src: url(data:font/woff2;base64,AA) } p { color: red;
 background: url("data:image/png,x") }</style>
</head>
<body>
<a href="#text">Skip</a>
<main id="text">
<h1 id="top-heading">A <em>talk</em></h1>
<p>Text.<sup><a id="ref-1" href="#note-1" role="doc-noteref">1</a></sup>
<a href="#caf%C3%A9">Here</a>, <a href="#top">up</a>, <a href="">again</a>,
<a href="page.html#text">too</a>, <a href="mailto:a@example.org">write</a></p>
<h2 id="café">Part</h2>
<h3>Part of a part</h3>
<h2 id="notes-title">Notes</h2>
<img src="data:image/png;base64,AA" alt="">
<svg role="img" aria-labelledby="t"><title id="t">A line</title><path fill="url(#t)"/></svg>
<table><tr><th scope="col">Head</th></tr><tr><td aria-describedby="notes-title">1</td></tr></table>
<section role="doc-endnotes" aria-labelledby="notes-title"><ol>
<li id="note-1">A note. <a href="#ref-1" role="doc-backlink">Back</a></li>
</ol></section>
</main>
</body>
</html>
"""


def place_of(text: str, at: str) -> tuple[int, int]:
    """Line and column of the beginning of ``at``, zeros for ""."""
    if not at:
        return 0, 0
    before = text[: text.index(at)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_a_page_that_is_right(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.encode())
    assert check(path) == CheckReport()
    path.write_bytes(b"\xef\xbb\xbf" + PAGE.replace("\n", "\r\n").encode())
    assert check(path) == CheckReport()


# replaced text, replacement, the text in the line of the finding, and a part of its message
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "link": ('"#caf%C3%A9"', '"#cafe"', '<a href="#cafe"', "“#cafe”, which does not exist"),
    "link by name": ("html#text", "html#nix", '<a href="page.html#nix', "“#nix”, which does not"),
    "fill": ("url(#t)", "url(#u)", "<path", "“#u”, which does not exist"),
    "image on the web": ("data:image/png;base64,AA", "http://x/a.png", "<img", "“http://x/a.png”"),
    "image from the web's root": ("data:image/png;base64,AA", "/a.png", "<img", "“../a.png”"),
    "image beside": ("data:image/png;base64,AA", "a.png", "<img", "“a.png”, which is not part"),
    "one of several images": (' alt=""', ' alt="" srcset="data:,x 1x, //a/b"', "<img", "“//a/b”"),
    "style on the web": ('rel="license"', 'rel="stylesheet"', "<link", "from elsewhere"),
    "script on the web": ("<h3>", "<script src=//a/b></script><h3>", "<script", "“//a/b”"),
    "font on the web": ("url(data:font", "url(http:font", "<style", "“http:font/woff2"),
    "picture on the web": ('url("data:', 'url("ftp:', 'url("ftp:', "“ftp:image/png,x”"),
    "import": ("@font-face", '@import "a.css"; @font-face', "<style", "“a.css”"),
    "import by url": ("@font-face", '@import url("a.css"); @font-face', "<style", "“a.css”"),
    "style of an element": ("<h3>", '<h3 style="background:url(b)">', "<h3 style", "“b”"),
    "link to a disk": ("mailto:a@example.org", "file:///etc/x", '<a href="file', "cannot follow"),
    "script as a link": ("mailto:a@example.org", "javascript:x()", '<a href="java', "cannot"),
    "no address": ("mailto:a@example.org", "http://[x", '<a href="http', "is not an address"),
}
WARNINGS: dict[str, tuple[str, str, str, str]] = {
    "file beside": ('"mailto:a@example.org"', '"a.pdf"', '<a href="a.pdf"', "“a.pdf”, which is"),
    "file outside": ('"mailto:a@example.org"', '"../x"', '<a href="../x"', "“../x”, which is"),
}


@pytest.mark.parametrize("name", [*FAULTS, *WARNINGS])
def test_fault(name: str, tmp_path: Path) -> None:
    old, new, at, message = (FAULTS | WARNINGS)[name]
    assert old in PAGE
    text = PAGE.replace(old, new)
    path = tmp_path / "page.html"
    (tmp_path.parent / "x").write_text("outside")
    path.write_bytes(text.encode())
    report = check(path)
    assert not no_sentences(report.diagnostics)
    lines = [
        found.line
        for found in report.diagnostics
        if message in found.message
        and found.code == ("check-failed" if name in FAULTS else "check-warning")
        and found.source == str(path)
    ]
    assert lines == [place_of(text, at)[0]]


@pytest.fixture
def with_files(tmp_path: Path) -> Path:
    """A page with its files next to it."""
    path = tmp_path / "a talk.html"
    page = PAGE.replace("data:image/png;base64,AA", "a%20talk-files/a.png")
    page = page.replace("page.html#", "a%20talk.html#")
    style = '<link rel="stylesheet" href="a%20talk-files/style.css">'
    path.write_text(page.replace("<title>", f"{style}<title>"), encoding="utf-8")
    folder = tmp_path / "a talk-files"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"")
    (folder / "b.woff2").write_bytes(b"")
    (folder / "style.css").write_text("/* url(x) */\n@font-face {\n src: url(b.woff2) }")
    return path


def test_files_beside(with_files: Path) -> None:
    assert check(with_files) == CheckReport()


@pytest.mark.parametrize(
    ("name", "source", "line"),
    [("a.png", "a talk.html", 20), ("b.woff2", "a talk-files/style.css", 3)],
)
def test_a_missing_file_beside(name: str, source: str, line: int, with_files: Path) -> None:
    (with_files.parent / "a talk-files" / name).unlink()
    (found,) = check(with_files).diagnostics
    assert (found.source, found.line) == (str(with_files.parent / source), line)
    assert f"the file “a talk-files/{name}”, which does not exist" in found.message


def test_a_style_beside_that_leads_away(with_files: Path) -> None:
    style = with_files.parent / "a talk-files/style.css"
    style.write_text('@import "https://example.org/x.css";\n.a { cursor: url(../../x) }')
    found = check(with_files).diagnostics
    assert [(d.source, d.line, d.column) for d in found] == [
        (str(style), 1, 9),
        (str(style), 2, 14),
    ]


def test_xhtml(tmp_path: Path) -> None:
    path = tmp_path / "page.xhtml"
    page = PAGE.replace("<html", '<html xmlns="http://www.w3.org/1999/xhtml"')
    page = page.replace("page.html", "page.xhtml").replace('alt="">', 'alt=""/>')
    page = page.replace('utf-8">', 'utf-8"/>').replace('licence">', 'licence"/>')
    path.write_text(page.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'), "utf-8")
    assert check(path) == CheckReport()
    path.write_text(page.replace("#text", "#nix"), "utf-8")
    assert {found.message for found in check(path).diagnostics} == {
        "`href` of `a` leads to “#nix”, which does not exist on the page."
    }
