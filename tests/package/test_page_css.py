"""Web pages have the rules that they need, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipeline
from pipeline.model.rendered import Style
from pipeline.package.page_css import fitted

PAGE = '<main class="book open"><p id="first">Text, in a wide word.</p></main>'


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
        ("[data-x] { margin: 0 }", "[data-x]{margin:0}"),
        ("@media print { table { margin: 0 } }", ""),
        ("@media print { p { margin: 0 } }", "@media print{p{margin:0}}"),
        ("@page { margin: 0 }", "@page{margin:0}"),
        ("/* why */ :root { --a: 1px }", ":root{--a:1px}"),
    ],
)
def test_rules_that_may_apply_are_kept(css: str, kept: str) -> None:
    styles = fitted([Style("a.css", css)], PAGE, "element.classList.add('added')")
    assert [style.css for style in styles] == ([kept] if kept else [])


def test_a_plain_page_is_light(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\ntitle: T\npage_list: false\n---\n\nText.\n", "utf-8")
    pipeline.build(tmp_path / "x.md", ["web"], out=tmp_path)
    page = (tmp_path / "x" / "x.html").read_text("utf-8")
    styles = "".join(re.findall(r"<style[^>]*>(.*?)</style>", page))
    assert len(re.sub(r"url\([^)]*\)", "", styles)) < 12_000
    assert ".exercise" not in styles
