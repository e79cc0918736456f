"""Marks of other tools: each row of the table in docs/markdown.md is run.

`EXPECTED` has a part of the HTML that each row's example becomes, by the example as the row
shows it; a row that says *warning* has findings, and no other has.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import parse, render_fragment
from pipeline.features.dialects import DIALECTS, lessons
from pipeline.parser import parse_body
from pipeline.parser.lines import Line
from pipeline.parser.tables import split_row
from tests.helpers.documentation import DOCS

EXPECTED = {
    "H~2~O": "H<sub>2</sub>O",
    "~gone~": "<del>gone</del>",
    "2^nd^": "2<sup>nd</sup>",
    "==so==": "<mark>so</mark>",
    "[text]{.underline}": "<u>text</u>",
    "[Text]{.smallcaps}": '<span class="small-caps">Text</span>',
    "::: {.note}⏎Text⏎:::": '<div class="box note"',
    "::: {#refs}⏎:::": "",
    "```{=html}⏎<b>Text</b>⏎```": "<b>Text</b>",
    "`<b>x</b>`{=html}": "<b>x</b>",
    "```{=latex}⏎\\newpage⏎```": '<div class="page-break"></div>',
    "```{=latex}⏎\\vfill⏎```": "",
    "@fig:well": "@fig:well",
    "{{< include part.qmd >}}": "<p>A part.</p>",
    "{{< pagebreak >}}": '<div class="page-break"></div>',
    '<div style="page-break-after: always;"></div>': '<div class="page-break"></div>',
    '<p style="text-align: center">Text</p>': '<p class="center">Text</p>',
    '![A well](w.png){fig-align="right"}': '<figure class="right">',
    '![](w.png){fig-cap="Wells" fig-alt="A well"}': "</span> Wells</figcaption>",
    "{{< meta title >}}": "{{ title }}",
    "{{< video well.mp4 >}}": "{{&lt; video well.mp4 &gt;}}",
    '::: {.content-hidden when-format="pdf"}⏎Text⏎:::': '<div class="content-hidden">',
    "::: {.callout-tip}⏎Text⏎:::": '<div class="box tip" role="doc-tip">',
    "::: {.column-margin}⏎Text⏎:::": '<aside class="sidebar" role="note">',
    "::: {.panel-tabset}⏎# One⏎# Two⏎:::": "<h1>One</h1>\n<h1>Two</h1>",
    "![A well](w.png){#fig-well}": "</span> A well</figcaption>",
    "| a |⏎|---|⏎| 1 |⏎⏎: Wells {#tbl-w}": "</span> Wells</caption>",
    "```{python}⏎#| label: lst-x⏎1 + 1⏎```": '<pre id="lst-x" class="code highlighted">',
    "# Thanks {.unnumbered .unlisted}": '<h1 class="unnumbered unlisted">',
    "# Wells⏎⏎[[#Wells]]": '<a href="#wells">Wells</a>',
    "[[Other note|there]]": "<p>there</p>",
    "![[well.png|300]]": '<figure class="width-300px">',
    "![[Note]]": "<p>A note.</p>",
    "Open %%hidden%% text": "<p>Open text</p>",
    "%%⏎hidden⏎⏎too⏎%%⏎Text": "<p>Text</p>",
    "Open %% text": "<p>Open %% text</p>",
    "Open {/* hidden */} text": "<p>Open text</p>",
    "{% comment %}⏎hidden⏎{% endcomment %}⏎Text": "<p>Text</p>",
    "\\iffalse⏎hidden⏎\\fi⏎Text": "<p>Text</p>",
    "\\@ref(fig:well)": "<p>\\@ref(fig:well)</p>",
    "(\\#fig:well)": "<p>(\\#fig:well)</p>",
    "\\clearpage": '<div class="page-break"></div>',
    "\\begin{center}⏎Text⏎\\end{center}": '<div class="center">\n<p>Text</p>',
    "\\LaTeX{} and \\ldots": "<p>LaTeX and …</p>",
    "\\noindent Text": "<p>\\noindent Text</p>",
    "% hidden": "",
    "Open {>>hidden<<}text": "<p>Open text</p>",
    "{++More++} {--old--}{~~old~>new~~} {==text==}": "<p>More new <mark>text</mark></p>",
    "::: spoiler More⏎Text⏎:::": "<summary>More</summary>",
    ">! Text": "<p>! Text</p>",
    "> [!INFO] For all⏎> Text": '<p class="box-title">For all</p>',
    "> [!question]-⏎> Text": '<summary class="box-title">Question</summary>',
    "> [!quote] Ann⏎> Text": "<blockquote>",
    "A paragraph. ^well-1⏎⏎[[#^well-1]]": '<p id="well-1">A paragraph.</p>',
    ":rocket: at 10:30:45": "🚀 at 10:30:45",
    "> [!TIP]⏎> Text": '<div class="box tip" role="doc-tip">',
    "```mermaid⏎graph LR⏎```": '<code class="language-mermaid">',
    "See @ann and #12": "See @ann and #12",
    "[TOC]": "",
    '!!! note "Title"⏎    Text': '<p class="box-title">Title</p>',
    '??? note "Title"⏎    Text': '<p class="box-title">Title</p>',
    '=== "Tab"⏎    Text': "<p><strong>Tab</strong></p>\n<p>Text</p>",
    "/// note | Title⏎Text⏎///": '<p class="box-title">Title</p>',
    "++ctrl+alt+x++": "<kbd>Ctrl</kbd>+<kbd>Alt</kbd>+<kbd>X</kbd>",
    '--8<-- "part.qmd"': "<p>A part.</p>",
    ":::tip[Title]⏎Text⏎:::": '<p class="box-title">Title</p>',
    "import Tabs from '@theme/Tabs'": "",
    "export const wells = 2;": "",
    "# Wells⏎{: #well .wide}": '<h1 id="well" class="wide">',
    "> Boil it.⏎{: .prompt-tip }": 'class="box tip"',
    "{% raw %}{{ x }}{% endraw %}": "<p>{{ x }}</p>",
    "Text⏎⏎---⏎title: Two⏎---": "<p>Text</p>",
    "{% include wells.md %}": "{% include wells.md %}",
    "```{note} Title⏎Text⏎```": '<p class="box-title">',
    "```{figure} well.png⏎:name: fig-well⏎:alt: A well⏎The caption⏎```": (
        "</span> The caption</figcaption>"
    ),
    "{ref}`wells <well>`": '<a href="#well">wells</a>',
    "{cite}`Ann`": "{cite}<code>Ann</code>",
    "`r mean(x)`": "<code>r mean(x)</code>",
    "(ref:cap) A caption": "<p>(ref:cap) A caption</p>",
    "image::well.png[]": "<p>image::well.png[]</p>",
    ".. note:: Text": ".. note:: Text",
}


def rows() -> dict[str, str]:
    """The result of each example of the table, in the words of its row."""
    text = (DOCS / "markdown.md").read_text("utf-8")
    section = text.partition("## Coming from other tools\n")[2].partition("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("|")][2:]
    found = {}
    for line in lines:
        example, _, becomes = split_row(Line(line, 0, 0), 3)
        fence = example[: len(example) - len(example.lstrip("`"))]
        written = example.removeprefix(fence).removesuffix(fence)
        found[written.strip(" ") if len(fence) > 1 else written] = str(becomes)
    return found


ROWS = rows()


def test_every_row_is_run() -> None:
    assert list(ROWS) == list(EXPECTED)


@pytest.mark.parametrize("example", ROWS)
def test_row(example: str, tmp_path: Path) -> None:
    (tmp_path / "part.qmd").write_text("A part.\n", "utf-8")
    (tmp_path / "Note.md").write_text("A note.\n", "utf-8")
    source = example.replace("⏎", "\n")
    html = render_fragment(source, folder=tmp_path)
    assert EXPECTED[example] in html
    assert EXPECTED[example] or not html.strip()
    parsed = parse_body(source, tmp_path)
    told = (*parsed.diagnostics, *parsed.unread)
    assert bool(told) == ("*warning*" in ROWS[example]), told


@pytest.mark.parametrize(
    "mark", ["[TOC]", "[[_TOC_]]", "\\tableofcontents", "{{< toc >}}", "1. toc\n{:toc}"]
)
def test_a_wish_for_contents_is_granted(mark: str) -> None:
    """However short the text is, unless the front matter says otherwise."""
    source = "---\ntitle: Wells\n{}---\n\n# One\n\n" + mark + "\n\n# Two\n"
    assert parse(source.replace("{}", "")).metadata.contents.show == "always"
    refused = parse(source.replace("{}", "contents: false\n"))
    assert refused.metadata.contents.show == "never"
    assert (
        parse(source.replace("{}", "").replace(mark, "```\n[TOC]\n```")).metadata.contents.show
        == "auto"
    )


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("![A well](w.png =100x20)", "`![A well](w.png){width=100px}`"),
        ("![A well](the w.png =50%x)", "`![A well](the w.png){width=50%}`"),
    ],
)
def test_the_size_of_an_image_is_told_in_braces(written: str, instead: str) -> None:
    hints = [found.hint for found in parse_body(written).diagnostics]
    assert hints == [f"Write its width in braces: {instead}."]


@pytest.mark.parametrize(
    ("source", "told"),
    [("= The well\n\nText", 1), ("Text\n\n= five wells", 0), ("= 5 wells", 0), ("=\n\nText", 0)],
)
def test_only_the_first_line_may_be_a_title_of_asciidoc(source: str, told: int) -> None:
    assert len(parse_body(source).diagnostics) == told


def test_lines_of_a_tool_begin_with_its_characters() -> None:
    for tool in DIALECTS:
        pairs = (pair.opening for pair in (*tool.pairs, *tool.verbatim))
        for pattern in (*pairs, *(row.pattern for row in tool.standing)):
            first = pattern.pattern.replace(lessons.BEGIN, "--- ").lstrip("\\")[0]
            assert first in tool.begins, (tool.names, pattern.pattern)
