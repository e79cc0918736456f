"""Imported files become sources that build, and losses are reported."""

from __future__ import annotations

import base64
import importlib
import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.oxml import parse_xml
from docx.shared import Cm
from PIL import Image as Picture

from pipeline import build, commands
from pipeline.commands.importing.draft import Draft
from pipeline.commands.importing.draft_writing import write_draft
from pipeline.commands.importing.inputs import Imported, import_file
from pipeline.model import (
    Abbreviation,
    Attributes,
    Heading,
    List,
    ListItem,
    Paragraph,
    Plain,
    Table,
    TableCell,
    TableRow,
    Text,
)
from pipeline.model.metadata import Metadata
from tests.helpers import making
from tests.helpers.paths import ROOT


def picture() -> bytes:
    """A small image."""
    made = io.BytesIO()
    Picture.new("RGB", (40, 30), "red").save(made, "PNG")
    return made.getvalue()


def imported(path: Path) -> Imported:
    """The import of a file, which has to build without any finding."""
    made = import_file(path)
    assert not made.failed, made.findings
    folder = path.parent / "made"
    for name, data in made.images.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    folder.mkdir(exist_ok=True)
    document = making.resolved(made.text, "web", folder)
    assert not document.diagnostics, made.text
    unwanted = ("another form", "not read back")
    assert not any(said in one.message for one in made.findings for said in unwanted), made.findings
    return made


def told(made: Imported) -> list[str]:
    return [one.message for one in made.findings]


def body(made: Imported) -> str:
    """The source without its front matter."""
    return made.text.split("---\n", 2)[2].strip()


# --- Markdown ---------------------------------------------------------------------------

DIALECTS = {
    "Pandoc": (
        "% Wells\n  and pumps\n% Ann Ash; Ben Birch\n% 5 March 2012\n\nSee [@fig:x].\n\n"
        "![A](a.png){#fig:x}\n",
        "title: Wells and pumps\nauthors:\n- Ann Ash\n- Ben Birch\ndate: '2012-03-05'\n---\n\n"
        "See @fig-x.\n\n![A](a.png){#fig-x}\n",
    ),
    "Quarto": (
        "---\ntitle: Wells\nbibliography: [refs.bib, gone.bib]\n---\nBy [@ash].\n\n"
        "{{< pagebreak >}}\n\n{{< video https://example.org/v >}}\n",
        "title: Wells\nbibliography:\n- refs.bib\n---\n\nBy [@ash].\n\n\\newpage\n\n"
        "<https://example.org/v>\n",
    ),
    "MyST": (
        "---\nmyst:\n  substitutions:\n    depth: 11 m\n---\n# Wells\n\n(deep)=\n## Depth\n\n"
        "It is {{ depth }} by {eq}`e`, a {term}`well`; {ref}`deep`.\n\n```{math}\n:label: e\n"
        "a = b\n```\n\n```{code-block} python\n:linenos:\n:caption: a.py\nx = {{ depth }}\n"
        "```\n\n```{list-table} Rain\n:header-rows: 1\n* - A\n  - B\n* - 1\n  - 2\n```\n\n"
        "```{glossary}\nwell\n  A hole.\n```\n\n+++\n\n% Mind.\n",
        "title: Wells\n---\n\n## Depth {#deep}\n\n"
        "It is 11 m by @eq-e, a well; [Depth](#deep).\n\n$$\na = b\n$$ {#eq-e}\n\n"
        '```python {.numbered title="a.py"}\nx = {{ depth }}\n```\n\n| A   | B   |\n'
        "|-----|-----|\n| 1   | 2   |\n\nTable: Rain\n\nwell\n:   A hole.\n\n<!-- Mind. -->\n",
    ),
    "Hugo": (
        '+++\ntitle = "Wells"\ndate = 2024-01-02T10:00:00Z\ntags = ["water"]\n+++\n'
        '{{< figure src="a.png" title="The pump" alt="Green" >}}\n\n{{% notice tip %}}\nMind.\n'
        "{{% /notice %}}\n\n{{< highlight go >}}\nx := 1\n{{< /highlight >}}\n",
        "title: Wells\ndate: '2024-01-02'\nkeywords:\n- water\n---\n\n"
        '![Green](a.png "The pump")\n\n> [!TIP]\n> Mind.\n\n```go\nx := 1\n```\n',
    ),
    "Jekyll": (
        "---\ntitle: Wells\ndate: 2015-11-17 16:16:01 -0600\n---\n{% highlight ruby %}\n"
        'puts 1\n{% endhighlight %}\n\n![A]({{ "/a.png" | relative_url }}) ![B](/a.png)\n',
        "title: Wells\ndate: '2015-11-17'\n---\n\n```ruby\nputs 1\n```\n\n"
        "![A](a.png) ![B](a.png)\n",
    ),
    "GitBook": (
        '# Wells\n\n{% hint style="danger" %}\nMind.\n{% endhint %}\n\n{% tabs %}\n'
        '{% tab title="One" %}\nFirst\n{% endtab %}\n{% endtabs %}\n\n'
        '{% code title="a.py" %}\n```python\nx\n```\n{% endcode %}\n\n'
        '{% embed url="https://example.org/v" %}\n',
        "title: Wells\n---\n\n> [!CAUTION]\n> Mind.\n\n**One**\n\nFirst\n\n"
        '```python {title="a.py"}\nx\n```\n\n'
        "<https://example.org/v>\n",
    ),
    "MkDocs": (
        '# Wells\n\n=== "One"\n\n    First\n\n=== "Two"\n    Second\n\n    More ^^new^^\n\n'
        "{++added++} {--taken--}\n\n"
        "After.\n",
        "title: Wells\n---\n\n**One**\n\nFirst\n\n**Two**\n\nSecond\n\nMore <ins>new</ins>\n\n"
        "<ins>added</ins> ~~taken~~\n\n"
        "After.\n",
    ),
    "Notion": (
        "# Wells\n\nCreated by: Ann Ash\nCreated: March 5, 2024 10:00 AM\nTags: water, rope\n"
        "State: new\n\n<aside>\n\nMind.\n\n</aside>\n\n![Untitled](a.png)\n",
        "title: Wells\nauthors:\n- Ann Ash\ndate: '2024-03-05'\nkeywords:\n- water\n- rope\n"
        "---\n\nState: new\n\n::: sidebar\nMind.\n:::\n\n![](a.png){.decorative}\n",
    ),
    "Google Docs": (
        "# **Wells** {#wells}\n\n## **Depth** {#depth}\n\n![Red][image1] 3 \\+ 4\n\n"
        "[image1]: <data:image/png;base64,PICTURE>\n",
        "title: Wells\n---\n\n## Depth\n\n![Red](images/a/image-1.png) 3 + 4\n",
    ),
    "GitHub": (
        "<!-- comment -->\n# Wells\n\n[![Red](a.png)](https://example.org/) @ann\n\n"
        "```mermaid\ngraph TD\n```\n",
        "title: Wells\n---\n\n<!-- comment -->\n\n"
        "[![Red](a.png)](https://example.org/) @ann\n\n```\ngraph TD\n```\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects(tmp_path: Path, name: str) -> None:
    """Notations that other programs resolve become those of Chapbook, but not in code."""
    given, wanted = DIALECTS[name]
    (tmp_path / "a.png").write_bytes(picture())
    (tmp_path / "refs.bib").write_text("@book{ash, title={Wells}, author={Ash, A.}, year={2000}}")
    data = base64.b64encode(picture()).decode()
    (tmp_path / "a.md").write_text(given.replace("PICTURE", data))
    made = imported(tmp_path / "a.md")
    assert made.text == f"---\n{wanted}"


NOTE = """\
---
tags: [water, wells]
aliases: [Brunnen]
author: Ann
---
# The well

See [[Pump]] and [[#Depth]]. %%not yet%% A :wave: and $5 or $6.

> [!info]- For all
> Text with ==mark==.

<!-- Ask Ben. -->

Depth
-----

![[well.png|300]]

![](missing.png) and [a file](Pump.md), {{ page.title }} and {{ nothing }}.

::: {.callout-tip}
## Careful
Yes.
:::

{{< video a.mp4 >}} and @fig:x.
"""


def test_note(tmp_path: Path) -> None:
    """A note of Obsidian's, with marks of others."""
    (tmp_path / "Well.md").write_text(NOTE)
    (tmp_path / "well.png").write_bytes(picture())
    made = imported(tmp_path / "Well.md")
    head = "---\ntitle: The well\nauthors:\n- Ann\nkeywords:\n- water\n- wells\n"
    assert made.text.startswith(head)
    assert body(made) == (
        "See Pump and [Depth](#depth). A 👋 and $5 or $6.\n\n"
        "::: info For all {collapse=true}\nText with ==mark==.\n:::\n\n"
        "<!-- Ask Ben. -->\n\n"
        "## Depth\n\n"
        "![](well.png){.decorative width=300}\n\n"
        "and a file, \\{\\{ page.title }} and \\{\\{ nothing }}.\n\n"
        "::: tip Careful\nYes.\n:::\n\n"
        "\\{\\{< video a.mp4 >}} and \\@fig:x."
    )
    assert made.images == {"well.png": picture()}
    places = {(one.line, one.message) for one in made.findings}
    assert (3, "The key `aliases` has no counterpart here, and is left out.") in places
    assert (8, "The comment “not yet” is inside a block, and is left out.") in places
    assert (20, "The image “missing.png” does not exist, and is left out.") in places
    assert (20, "The link to “Pump.md” is left out, and its text stays.") in places


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    """A link to nothing is reported; one to the title leads there."""
    (tmp_path / "a.md").write_text("# Wells\n\n[Up](#wells) and [on](#deep).\n")
    made = imported(tmp_path / "a.md")
    assert body(made) == "[Up](#wells) and on."
    found = [(one.line, one.message) for one in made.findings if one.line]
    assert found == [(3, "The link “on” leads nowhere in the source; its text is kept.")]


def test_title_that_is_more_than_text(tmp_path: Path) -> None:
    """A title has no markup and no notes, which is reported."""
    (tmp_path / "a.md").write_text("# Wells[^1]\n\nText.\n\n[^1]: Of *stone*.\n")
    made = imported(tmp_path / "a.md")
    assert body(made) == "Text.\n\nOf *stone*."
    note = "Nothing in the text refers to the note “Of stone.”; it is put at the end."
    assert told(made) == [note]
    (tmp_path / "a.html").write_text("<h1>On H<sub>2</sub>O</h1><p>Text about water.</p>")
    made = imported(tmp_path / "a.html")
    assert made.text.startswith("---\ntitle: On H2O\n---\n\nText")
    assert "“2” is plain text in the title, which has no markup." in told(made)


def test_places_in_what_is_translated(tmp_path: Path) -> None:
    """Messages have the lines of the file, not those of its translation."""
    (tmp_path / "a.md").write_text('% Wells\n\n=== "One"\n    First\n\n[No](#gone)\n')
    made = imported(tmp_path / "a.md")
    assert [one.line for one in made.findings if "#" not in one.message and one.line] == [6]


def test_files_that_are_taken_in(tmp_path: Path) -> None:
    """A source of several files becomes one."""
    (tmp_path / "all.md").write_text("# All\n\n{{< include part.md >}}\n")
    (tmp_path / "part.md").write_text("## A part\n\nText.\n")
    assert body(imported(tmp_path / "all.md")) == "## A part\n\nText."


# --- web pages --------------------------------------------------------------------------

PAGE = f"""\
<!DOCTYPE html>
<html lang="de"><head>
<title>Der Brunnen – Nachrichten</title>
<meta property="og:title" content="Der Brunnen">
<meta name="author" content="Anna Autor">
<meta property="article:published_time" content="2026-03-01T10:00:00Z">
<script>alert(1)</script>
</head><body>
<nav><a href="/">Start</a> <a href="/a">Mehr</a> <a href="/b">Noch mehr</a></nav>
<article>
<h1>Der Brunnen</h1>
<h3>Das <span style="color:red">Dorf</span></h3>
<p>Ein <b>Brunnen </b>für <i>alle</i>.<a href="#fn1" class="footnote-ref"><sup>1</sup></a><br><br>
Siehe <a href="/karte">die Karte</a> und <a href="https://example.org/x">dort</a>.</p>
<figure><img src="data:image/png;base64,{base64.b64encode(picture()).decode()}" alt="Ein Rohr">
<figcaption>Abbildung 1: Das Rohr</figcaption></figure>
<table><tr><th rowspan="2">Jahr</th><th colspan="2">Tiefe</th></tr>
<tr><th>Mai</th><th>Juli</th></tr><tr><td>2016</td><td>11</td><td>12</td></tr></table>
<ul><li>eins</li><li>zwei<ol><li>drei</li></ol></li></ul>
<pre><code class="language-python">x = "&lt;a&gt;"
</code></pre>
<div class="share"><a href="#">Teilen</a></div>
<section class="footnotes"><ol><li id="fn1">Von 1962.<a href="#r1">↩</a></li></ol></section>
</article>
<footer>Impressum und Datenschutz</footer>
</body></html>
"""


def test_page(tmp_path: Path) -> None:
    """The article of a page, and the content around it."""
    (tmp_path / "page.html").write_text(PAGE)
    made = imported(tmp_path / "page.html")
    assert made.text.startswith(
        "---\ntitle: Der Brunnen\nauthors:\n- Anna Autor\nlang: de\ndate: '2026-03-01'\n---\n"
    )
    assert body(made).startswith(
        "## Das Dorf\n\n"
        "Ein **Brunnen** für *alle*.[^1]\n\n"
        "Siehe die Karte und [dort](https://example.org/x).\n\n"
        '![Ein Rohr](images/page/ein-rohr.png "Das Rohr")\n\n'
        "<table>\n"
    )
    assert body(made).endswith(
        '</table>\n\n- eins\n- zwei\n  1. drei\n\n```python\nx = "<a>"\n```\n\n[^1]: Von 1962.'
    )
    assert "alert" not in made.text
    assert "“Start Mehr Noch mehr” (4 words) is left out: it is not part of the article." in told(
        made
    )
    assert "The link to “/karte” is left out, and its text stays." in told(made)
    places = [(one.line, one.column) for one in made.findings if "/karte" in one.message]
    assert places == [(14, 7)]
    assert {(row.name, row.in_input, row.in_source) for row in made.ledger} >= {
        ("tables", 1, 1),
        ("cells", 7, 7),
        ("notes", 1, 1),
        ("images", 1, 1),
    }


PLAIN = (
    "<h1>Water</h1><p>Fill in the table.</p><table><tr><td>River</td><td>km</td></tr>"
    "<tr><td>Nile</td><td></td></tr></table><p>Two questions:</p>"
    "<table><tr><td><p>The first one is about the water of the river.</p></td>"
    "<td><p>The second one, which is longer, is about the sea.</p></td></tr></table>"
)
WORD = (
    '<meta name=Generator content="Microsoft Word 15"><title>Water</title><body><header></header>'
)


@pytest.mark.parametrize("start", ["<title>Water</title>", WORD])
def test_page_without_furniture(tmp_path: Path, start: str) -> None:
    """A page that is nothing but a text is imported as a whole, and so is one of a word
    processor."""
    (tmp_path / "page.html").write_text(f"{start}{PLAIN}")
    made = imported(tmp_path / "page.html")
    assert body(made).startswith("Fill in the table.\n\n| River |")
    assert "Two questions:" in body(made)
    assert "The first one" in body(made)
    rows = {row.name: row[1:] for row in made.ledger}
    assert rows["tables"] == (2, 2)
    assert rows["words"] == (30, 30)
    assert "words outside it" not in rows


def test_what_is_outside_the_article_is_counted(tmp_path: Path) -> None:
    """The comparison says how many words of the page are not in its article."""
    (tmp_path / "page.html").write_text(PAGE)
    assert ("words outside it", 8, 0) in [
        tuple(row) for row in imported(tmp_path / "page.html").ledger
    ]


def test_parts_that_are_scattered(tmp_path: Path) -> None:
    """An article in several parts, none of which has most of it, is imported completely; content
    next to an article is reported."""
    text = "Lower the bucket, slowly, and wait until it is full."
    steps = "".join(f"<div><div><p>Step {n}. {text}</p></div></div>" for n in range(1, 9))
    beside = "<div><p>Nothing of it is about the wells, it sells shoes, and more shoes.</p></div>"
    (tmp_path / "page.html").write_text(
        f"<body><header></header><div>{beside}</div><div><h1>Wells</h1>{steps}</div></body>"
    )
    made = imported(tmp_path / "page.html")
    assert all(f"Step {number}." in made.text for number in range(1, 9))
    assert told(made) == [
        "“Nothing of it is about the wells, it…” (13 words) is left out: it is not part of the "
        "article."
    ]


def test_what_is_guessed(tmp_path: Path) -> None:
    """A table without headers gets some, a single cell is not a table, and a file name is not an
    alternative text: all of these are reported."""
    (tmp_path / "a.png").write_bytes(picture())
    (tmp_path / "page.html").write_text(
        "<h1>Wells</h1><table><tr><td><p>In a frame.</p></td></tr></table>"
        "<table><tr><td><p>Year</p></td><td>Depth</td></tr><tr><td>2016</td><td>11 m</td></tr>"
        '</table><p><img src="a.png" alt="a.png"></p>'
    )
    made = imported(tmp_path / "page.html")
    assert body(made) == (
        "In a frame.\n\n| Year | Depth |\n|------|-------|\n| 2016 | 11 m  |\n\n"
        "![](images/page/a.png){.decorative}"
    )
    assert told(made)[0] == "The table “In a frame.…” has a single cell, and becomes text."
    assert told(made)[1].endswith("has no header cells: its first row is used as the header.")
    assert "The image “images/page/a.png” has no alternative text." in told(made)


def test_the_only_row_of_a_table_gets_a_header_in_its_first_cell(tmp_path: Path) -> None:
    page = "<h1>Wells</h1><p>Fill in.</p><table><tr><td>a</td><td>b</td></tr></table>"
    (tmp_path / "page.html").write_text(page)
    made = imported(tmp_path / "page.html")
    assert told(made)[-1].endswith("has no header cells: its first column is used as the header.")
    assert "{head-columns=1}" in body(made)


def test_pages_of_libreoffice(tmp_path: Path) -> None:
    """Lists directly in lists, an image and its caption in one paragraph, small capitals by style,
    anchors of frames, cells of heads and footers of pages, as LibreOffice writes them."""
    (tmp_path / "a.png").write_bytes(picture())
    page = tmp_path / "page.html"
    page.write_text(
        "<h1>Wells</h1><ol><li><p>One</p></li></ol><ul><ul><li><p>in</p></li></ul></ul>"
        '<ol start="2"><li><p>Two</p></li></ol><ul><li>A</li><ul><li>B</li></ul></ul>'
        '<p><span id="f1" dir="ltr"></span></p><p><img src="a.png" alt="A box">Figure 1: The '
        '<i>pump</i></p><p>In <span style="font-variant: small-caps">Rome</span></p>'
        "<table><thead><tr><td>Year</td><td>mm</td></tr></thead><tr><td>2016</td><td>9</td></tr>"
        '</table><div title="footer"><p>This is page 2</p></div>'
    )
    made = imported(page)
    assert body(made) == (
        "1. One\n   - in\n2. Two\n\n- A\n  - B\n\n"
        '![A box](images/page/a-box.png "The *pump*")\n\nIn [Rome]{.small-caps}\n\n'
        "| Year | mm  |\n|------|-----|\n| 2016 | 9   |"
    )
    assert told(made) == ["“This is page 2” (4 words) is left out: it is not part of the article."]


def test_lost_passages(tmp_path: Path) -> None:
    """A text that is not in the source is reported with its place, and so is a heading whose level
    changes."""
    page = tmp_path / "page.html"
    page.write_text(
        "<h1>Wells</h1><h2>Water</h2>\n<p>It is deep.</p>\n<h4>Depth</h4>"
        "<h3>Pumps</h3>\n<p>Full: <meter value=1>nine tenths of it</meter></p>"
    )
    made = imported(page)
    assert body(made) == "## Water\n\nIt is deep.\n\n### Depth\n\n### Pumps\n\nFull:"
    assert [(one.line, one.column, one.message) for one in made.findings if one.line] == [
        (3, 1, "The heading “Depth” moves from level 3 to 2."),
        (4, 10, "“nine tenths of it” (4 words) is not in the source."),
    ]
    rows = [tuple(row) for row in made.ledger]
    assert rows[:4] == [
        ("headings", 3, 3), ("  level 1", 1, 1), ("  level 2", 1, 2), ("  level 3", 1, 0)
    ]  # fmt: skip


def test_headings_of_one_level_move_together(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<h1>Wells</h1><h2>Water</h2><p>a</p><h4>Depth</h4><p>b</p><h4>Width</h4><p>c</p>"
        "<h3>Pumps</h3><p>d</p><h4>Handles</h4><p>e</p>"
    )
    made = imported(page)
    headings = [line for line in body(made).split("\n") if line.startswith("#")]
    assert headings == ["## Water", "### Depth", "### Width", "### Pumps", "#### Handles"]
    assert told(made) == ["The heading “Depth” and 1 more move from level 3 to 2."]


def test_what_cannot_be_written() -> None:
    """Elements that Markdown cannot express are reduced to what it can, and the others stay."""
    text = Text(text="text")
    table = Table(
        head=(), body=(TableRow(cells=(TableCell(children=(Plain(children=(text,)),)),)),)
    )
    odd = List(ordered=False, items=(ListItem(children=(table,), checked=True),), tight=True)
    classes = Attributes(classes=("a b",))
    named = Abbreviation(text="UN", title="United Nations", attributes=Attributes(id="u"))
    blocks = (
        Heading(level=2, children=(text,), attributes=classes),
        odd,
        Paragraph(children=(named, Text(text=" of it"))),
    )
    made = write_draft(Draft(Metadata(title="Odd"), blocks), "odd.html", "odd")
    assert not made.failed
    assert body(made) == (
        "## text\n\n|      |\n|------|\n| text |\n\nUN of it\n\n*[UN]: United Nations"
    )
    assert told(made) == [
        "“text” loses its attributes: Markdown cannot express them.",
        "Of “text”, only the text is kept: Markdown cannot express the rest.",
        "“UN” loses its attributes: Markdown cannot express them.",
    ]


def test_captions_by_what_they_say(tmp_path: Path) -> None:
    """A label before a table or after an image is its caption's, and no sentence about one."""
    (tmp_path / "a.png").write_bytes(picture())
    table = "<tr><td><p>Year</p></td><td>Depth</td></tr><tr><td>2016</td><td>11</td>"
    (tmp_path / "page.html").write_text(
        "<h1>Wells</h1><p><i>Table <span>1</span>: Depths</i></p>"
        f"<table>{table}</tr></table><p>Table 1 shows it.</p>"
        '<p><img src="a.png" alt="A pump"></p><p>Figure 2. The pump</p><p>Table 2: none</p>'
    )
    made = imported(tmp_path / "page.html")
    assert body(made) == (
        "| Year | Depth |\n|------|-------|\n| 2016 | 11    |\n\nTable: Depths\n\n"
        "Table 1 shows it.\n\n"
        '![A pump](images/page/a-pump.png "The pump")\n\nTable 2: none'
    )
    assert all(row.in_source >= row.in_input for row in made.ledger)


STYLED = """\
<html><head><style>.c1{font-weight:700} .c2, span.c3{font-style:italic;color:red}
.c4{font-size:0.6em;position:relative;top:0.3em} .big{font-size:18pt} p.c9{font-size:11pt}
@media print{.c5{font-weight:700}}</style></head><body>
<p class="c9"><span class="big c1">The depth</span></p>
<p class="c9"><span class="c5">A </span><span class="c1">deep</span><span class="c1"> well</span>
<span class="c1 c2">is</span> H<span class="c4">2</span>O<span style="vertical-align:super">x</span>
<span style="text-decoration:line-through">old</span>, <span style="background: #ff0">bright</span>
<span style="background: #ddd">grey</span>.</p></body></html>
"""


def test_styles_that_say_something(tmp_path: Path) -> None:
    """Google Docs and LibreOffice's e-books have emphasis and headings by their styles alone."""
    (tmp_path / "page.html").write_text(STYLED)
    made = imported(tmp_path / "page.html")
    assert made.title == "The depth"
    assert body(made) == (
        "A **deep well** **_is_** H<sub>2</sub>O<sup>x</sup> ~~old~~, ==bright== grey."
    )


def test_look_that_is_left_out(tmp_path: Path) -> None:
    """Colours of text and columns are reported for a page that is a document; not those of headings
    and links, nor greys."""
    (tmp_path / "a.html").write_text(
        "<style>.r { color: rgb(200, 0, 0) } .two { columns: 2 20em }</style><title>A well</title>"
        '<h2><font color="#ff0000">Depth</font></h2><div class="two"><p style="color: #333">It is '
        '<span class="r">deep</span> and <font color="blue">blue</font>: '
        '<a href="https://example.org/"><font color="#0000ff">wells of the north</font></a>.</p>'
    )
    assert told(imported(tmp_path / "a.html")) == [
        "The colours of text are left out, as of “deep blue”.",
        "Text in 2 columns becomes text in one; `::: columns 2` makes them.",
    ]


def test_numbers_of_items(tmp_path: Path) -> None:
    """Items may have numbers of their own."""
    (tmp_path / "a.html").write_text(
        "<title>A well</title><ol><li value=5>five</li><li value=6>six</li></ol><p>So.</p>"
        "<ol type=a><li>a</li><li value=3>c</li><li>d</li></ol>"
    )
    made = imported(tmp_path / "a.html")
    assert body(made) == "5. five\n6. six\n\nSo.\n\na.  a\n\nc.  c\nd.  d"


def test_spaces_at_the_ends_of_links(tmp_path: Path) -> None:
    text = '<h1>A</h1><p>See <a href="https://example.org/">the site </a>and x<sup> 2 </sup>.</p>'
    (tmp_path / "a.html").write_text(text)
    wanted = "See [the site](https://example.org/) and x <sup>2</sup> ."
    assert body(imported(tmp_path / "a.html")) == wanted


def test_links_that_do_not_say_where(tmp_path: Path) -> None:
    """The text of a link that says “here” becomes the name of its site, so that the source builds
    strictly; if a page does not state its language, it is recognised by the text."""
    text = "Wer mehr über den Brunnen wissen will, und auch nicht nur das, der liest es "
    (tmp_path / "page.html").write_text(
        f'<article><h1>Brunnen</h1><p>{text}<a href="https://www.example.org/b">hier</a>.</p>'
        "<p>Er ist für alle da, die in dem Dorf und um es herum wohnen.</p></article>"
    )
    made = imported(tmp_path / "page.html")
    assert made.text.startswith("---\ntitle: Brunnen\nlang: de\n---\n")
    assert f"{text}[hier (example.org)](https://www.example.org/b)." in made.text
    assert told(made) == [
        "The link text “hier” does not say where it leads: “(example.org)” is added."
    ]


def test_comments_of_libreoffice(tmp_path: Path) -> None:
    """LibreOffice's comments in HTML are comments on the text; those of other pages are not."""
    page = "<body><p>The well<!-- Is that so? --> is deep.</p><p>Text.</p></body>"
    head = '<meta name="generator" content="LibreOffice 25.2 (Linux)"/>'
    (tmp_path / "a.html").write_text(head + page)
    made = imported(tmp_path / "a.html")
    assert body(made) == "The well is deep.\n\n<!-- Is that so? -->\n\nText."
    assert ("comments", 1, 1) in [tuple(row) for row in made.ledger]
    (tmp_path / "b.html").write_text(page)
    assert body(imported(tmp_path / "b.html")) == "The well is deep.\n\nText."


def test_marks_of_ours_in_a_page(tmp_path: Path) -> None:
    """Braces of a template are text in another's page, and its glossary's links stay links."""
    (tmp_path / "page.html").write_text(
        "<article><h1>Templates</h1><p>Write {{ year }} for the year, as "
        '<a class="term" href="https://example.org/b">the book</a> has it.</p></article>'
    )
    made = imported(tmp_path / "page.html")
    assert body(made) == (
        "Write \\{\\{ year }} for the year, as [the book](https://example.org/b) has it."
    )


def test_outputs_of_ours(tmp_path: Path) -> None:
    """A file that Chapbook made is read like others, and a message names its source."""
    (tmp_path / "a.md").write_text(
        "---\ntitle: The well\nauthor: A. B.\n---\n\n## Water\n\nHow *deep* is it?\n"
    )
    build(tmp_path / "a.md", ["web", "ebook", "handout"], out=tmp_path)
    for suffix in ("html", "epub", "pdf"):
        made = imported(tmp_path / "a" / f"a.{suffix}")
        assert made.title == "The well"
        assert "## Water\n\nHow " in made.text
        message = "Chapbook made this file from a source, which says more than the file does."
        assert told(made).count(message) == 1


# --- Word -------------------------------------------------------------------------------

FORMULA = (
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f><m:num>'
    "<m:r><m:t>a</m:t></m:r></m:num><m:den><m:sSup><m:e><m:r><m:t>b</m:t></m:r></m:e><m:sup><m:r>"
    "<m:t>2</m:t></m:r></m:sup></m:sSup></m:den></m:f></m:oMath>"
)
CHANGES = (
    '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:r><w:t'
    ' xml:space="preserve">It is </w:t></w:r><w:del w:id="90" w:author="B"><w:r><w:delText>old'
    '</w:delText></w:r></w:del><w:ins w:id="91" w:author="B"><w:r><w:t>new</w:t></w:r></w:ins>'
    "</w:p>"
)


def word_document(path: Path) -> None:
    """A document with a bit of everything."""
    made = docx.Document()
    made.core_properties.author = "Ann Author"
    made.core_properties.keywords = "water, wells"
    made.add_heading("The well", 0)
    made.add_heading("Depth", 1)
    text = made.add_paragraph("How ")
    run = text.add_run("deep")
    run.bold = True
    text.add_run(" it is: ")
    text._p.append(parse_xml(FORMULA))
    made.add_comment(run, "Ask again.", author="Ben")
    made.add_paragraph("one", style="List Bullet")
    made.add_paragraph("two", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Both"
    table.cell(1, 0).text = "2016"
    table.cell(1, 1).text = "11 m"
    made.add_picture(io.BytesIO(picture()), width=Cm(2))
    for properties in made.element.iter("{*}docPr"):
        properties.set("descr", "A red box")
    made.element.body.insert(len(made.element.body) - 1, parse_xml(CHANGES))
    made.sections[0].footer.paragraphs[0].text = "Page 1"
    made.save(str(path))


def test_word(tmp_path: Path) -> None:
    """A Word document, with comments, a formula, merged cells and tracked changes."""
    word_document(tmp_path / "well.docx")
    made = imported(tmp_path / "well.docx")
    assert "title: The well\nauthors:\n- Ann Author\n" in made.text
    assert "keywords:\n- water\n- wells\n" in made.text
    assert body(made).startswith(
        "## Depth\n\nHow **deep** it is: $\\frac{a}{{b}^{2}}$\n\n<!-- Ben: Ask again. -->\n\n"
        "- one\n- two\n"
    )
    assert '<th scope="col" colspan="2">Both</th>' in made.text
    assert "![A red box](images/well/a-red-box.png)" in made.text
    assert body(made).endswith("It is new")
    assert "2 tracked changes are accepted." in told(made)
    assert "The footer “Page 1” is left out: editions have their own." in told(made)
    fewer = [row.name for row in made.ledger if row.in_source < row.in_input]
    assert fewer == ["tracked changes", "headers and footers"]


def test_build_says_how(tmp_path: Path) -> None:
    """Building a Word document suggests importing it."""
    word_document(tmp_path / "well.docx")
    file = tmp_path / "well.docx"
    hints = [one.hint for one in build(file, out=tmp_path / "out").diagnostics]
    assert hints == [f"Convert it: `chapbook import {file}`."]


# --- e-books ----------------------------------------------------------------------------


def book(path: Path, **more: str) -> None:
    """An e-book of two pages."""
    files = {
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        'container"><rootfiles><rootfile full-path="e/a.opf"/></rootfiles></container>',
        "e/a.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/'
        'elements/1.1/"><metadata><dc:title>Wells</dc:title><dc:creator>Ann</dc:creator>'
        "<dc:language>en-GB</dc:language></metadata><manifest>"
        '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>'
        '</manifest><spine><itemref idref="one"/><itemref idref="two"/></spine></package>',
        "e/one.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>One</h1>'
        '<p>See <a href="two.xhtml#deep">below</a>.<sup><a href="two.xhtml#n1">1</a></sup></p>'
        '<p><img src="../p.png" alt="A pump"/></p></body></html>',
        "e/two.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Two</h1>'
        '<h2 id="deep">Deep</h2><p>Text.</p><aside id="n1"><p>A note.</p></aside></body></html>',
        **more,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("p.png", picture())


def test_book(tmp_path: Path) -> None:
    """The pages of an e-book, with links and notes that go from one to another."""
    book(tmp_path / "wells.epub")
    made = imported(tmp_path / "wells.epub")
    assert made.text.startswith("---\ntitle: Wells\nauthors:\n- Ann\nlang: en-GB\n---\n")
    assert body(made) == (
        "## One\n\nSee [below](#deep).[^1]\n\n![A pump](images/wells/a-pump.png)\n\n"
        "## Two\n\n### Deep\n\nText.\n\n[^1]: A note."
    )


def parts(path: Path) -> None:
    """An e-book with parts, people, a cover, a list of pages and notes with a heading."""
    book(
        path,
        **{
            "e/a.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/'
            'elements/1.1/"><metadata><dc:title id="t">Wells</dc:title><dc:title id="s">A count'
            '</dc:title><meta refines="#t" property="title-type">main</meta><meta refines="#s"'
            ' property="title-type">subtitle</meta><dc:creator id="c">Ann van Au</dc:creator><meta'
            ' refines="#c" property="file-as">Van Au, Ann</meta><dc:contributor id="d">Ben'
            '</dc:contributor><meta refines="#d" property="role">trl</meta><dc:identifier>'
            "urn:isbn:9780306406157</dc:identifier><dc:subject>water</dc:subject><meta"
            ' property="belongs-to-collection" id="x">Counting</meta><meta refines="#x"'
            ' property="group-position">2</meta></metadata><manifest>'
            '<item id="cover" href="c.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="i" href="../p.png" media-type="image/png" properties="cover-image"/>'
            '</manifest><spine><itemref idref="cover"/><itemref idref="one"/>'
            '<itemref idref="two"/></spine></package>',
            "e/c.xhtml": '<html><body><img src="../p.png" alt="Cover"/></body></html>',
            "e/one.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf'
            '.org/2007/ops"><body epub:type="frontmatter"><section epub:type="dedication"><p>For'
            ' Anna</p></section><section epub:type="foreword"><h1>Before</h1><p>Text<a'
            ' epub:type="noteref" href="#n">1</a>.</p></section><section epub:type="footnotes"><h2>'
            'Notes</h2><aside epub:type="footnote" id="n"><p>A note.</p></aside></section></body>'
            "</html>",
            "e/two.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf'
            '.org/2007/ops"><body><section epub:type="appendix"><h1>More</h1><p><span'
            ' epub:type="pagebreak" title="3">3</span>End.</p></section></body></html>',
        },
    )


def test_parts_of_a_book(tmp_path: Path) -> None:
    """Parts, contributors and cover are imported; page markers and identifiers are reported."""
    parts(tmp_path / "wells.epub")
    made = import_file(tmp_path / "wells.epub")
    assert made.text == (
        "---\ntitle: Wells\nsubtitle: A count\nauthors:\n- name: Ann van Au\n"
        "  sort_name: Van Au, Ann\ncontributors:\n- name: Ben\n  role: translator\n"
        "keywords:\n- water\nseries:\n  name: Counting\n  position: '2'\n"
        "cover: images/wells/cover.png\n---\n\n"
        "## Dedication {.dedication}\n\nFor Anna\n\n## Before {.foreword}\n\nText[^1].\n\n"
        "## More {.appendix}\n\nEnd.\n\n[^1]: A note.\n"
    )
    assert made.images == {"images/wells/cover.png": picture()}
    assert told(made) == [
        "The identifier urn:isbn:9780306406157 is left out: a new edition gets its own.",
        "1 print page marker is left out: editions make their own.",
    ]


# --- the documentation ------------------------------------------------------------------

TESTS = {
    "Markdown": "note files_that_are_taken_in links_that_lead_nowhere",
    "Copied text": "text.interview_from_a_web_page text.lines text.standard_input",
    "A folder with": "books.folder",
    "A folder": "books.images_elsewhere_in_a_folder",
    "The": "books.summary books.files_that_chapters_take_in",
    "A Quarto or MkDocs folder": "books.settings",
    "Web pages": "page what_is_guessed comments_of_libreoffice",
    "Pages saved": "odt.mhtml",
    "Word": "word.becomes word.is_told word.notes word.tracked_changes word.citations_and_index",
    "OpenDocument": "odt.odt odt.changes odt.text_boxes odt.citations_and_index odt.flat",
    "Rich Text": "rtf.word rtf.text_edit rtf.citations rtf.tables_in_tables",
    "PDF": "pdf.tagged pdf.untagged pdf.rich pdf.narrow_columns",
    "LaTeX": "pandoc.formats pandoc.slides",
    "E-books": "book parts_of_a_book",
    "Questions": "quizzes.questions_of_others_become_exercises",
}
"""The tests of each row of the table of formats; those of other tools' Markdown are `DIALECTS`."""


def test_every_format_is_tested() -> None:
    page = (ROOT / "docs" / "import.md").read_text("utf-8")
    table = page.partition("## Supported formats\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    named = {start: [row for row in rows[1:] if row.startswith(start)] for start in TESTS}
    for row in rows[1:]:
        if row.startswith("… of "):
            tools = row.removeprefix("… of ").split(" and ")
            assert all(tool in DIALECTS or tool == "Obsidian" for tool in tools), row
        else:
            assert any(row in found for found in named.values()), row
    for start, tests in TESTS.items():
        assert named[start], start
        for test in tests.split():
            module, _, name = f".{test}".rpartition(".")
            module = f"tests.commands.test_importing{module.replace('.', '_')}"
            assert callable(getattr(importlib.import_module(module), f"test_{name}")), test


# --- what cannot be read ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.docx", "a.epub"])
@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Some text."],
    ids=["empty", "cut", "old", "text"],
)
def test_broken(tmp_path: Path, name: str, data: bytes) -> None:
    """A file whose content does not match its name is reported, and makes no source."""
    (tmp_path / name).write_bytes(data)
    made = import_file(tmp_path / name)
    assert [one.code for one in made.findings] == ["unreadable-file"]


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_broken_within(tmp_path: Path, packed: int) -> None:
    """However an archive is packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as archive:
        archive.writestr("word/document.xml", "".join(f"<b>{n}</b>" for n in range(5000)))
    data = bytearray(made.getvalue())
    data[120:160] = bytes(byte ^ 0x5A for byte in data[120:160])
    (tmp_path / "a.docx").write_bytes(data)
    assert told(import_file(tmp_path / "a.docx")) == [
        "The file is damaged: it is not a complete archive."
    ]


def test_damaged_images(tmp_path: Path) -> None:
    """Images that could not be shown are left out, which is said; the source builds."""
    (tmp_path / "bad.png").write_bytes(picture()[:60])
    (tmp_path / "good.png").write_bytes(picture())
    text = (
        "# A\n\n![Red](bad.png)\n\n![](bad.png){.decorative}\n\n"
        '![A box](bad.png "The *box*"){#fig-box}\n\nIt ![is](bad.png) ![so](good.png).\n\n'
        'See @fig-box, @fig-gone.\n\n![Gone](gone.png "Lost"){#fig-gone}\n\n'
        "::: figures\n![One](bad.png)\n![Two](good.png 'Both')\n:::\n"
    )
    (tmp_path / "a.md").write_text(text)
    made = imported(tmp_path / "a.md")
    left = "See \\@fig-box, \\@fig-gone.\n\nLost\n\n"
    left += 'One\n\n![Two](good.png "Both")'
    assert body(made) == f"Red\n\nThe *box*\n\nIt is ![so](good.png).\n\n{left}"
    assert [*made.images] == ["good.png"]
    assert any(one.startswith("The image “bad.png” is left out: the f") for one in told(made))


def test_language_of_a_page(tmp_path: Path) -> None:
    """A page that says that it is English is so, whatever its text looks like."""
    text = "Les des et est une dans que qui pour vous pas du. " * 9
    (tmp_path / "a.html").write_text(f'<html lang="en"><h1>Le</h1><p>{text}</p></html>')
    assert "\nlang: en\n---\n" in imported(tmp_path / "a.html").text


def test_control_characters(tmp_path: Path) -> None:
    """Characters that no text may have are left out of a page with a message, however they are
    written; some numbers mean characters of Windows."""
    text = "<p>A&#2;well&#x1F; is\x0bdeep &#60; &#150; it&#146;s &#38; so.</p>"
    (tmp_path / "a.html").write_text(f"<title>A well</title>\n{text}")
    made = imported(tmp_path / "a.html")
    assert body(made) == "A well is deep < – it’s & so."
    [finding] = made.findings
    assert finding.message == "3 control characters are left out."
    assert (finding.line, finding.column) == (2, 5)


def test_control_characters_elsewhere(tmp_path: Path) -> None:
    """They are left out of texts, of pages in one file and of e-books too."""
    (tmp_path / "a.txt").write_text("The well\n\nIt is\x02deep, so &#2; too.\n")
    page = "<html><title>The well</title><body><h1>The well</h1><p>It is&#2;deep.</p></body></html>"
    (tmp_path / "a.mhtml").write_text(f"Content-Type: text/html; charset=utf-8\n\n{page}")
    page_item = '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>'
    opf = f'<manifest>{page_item}</manifest><spine><itemref idref="one"/></spine>'
    opf = f'<package xmlns="http://www.idpf.org/2007/opf"><metadata/>{opf}</package>'
    book(tmp_path / "a.epub", **{"e/a.opf": opf, "e/one.xhtml": page})
    for suffix in ("txt", "mhtml", "epub"):
        made = imported(tmp_path / f"a.{suffix}")
        assert made.title == "The well"
        assert "It is deep" in body(made)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", made.text)
        assert any("1 control character is left out." in one for one in told(made))


def test_entities(tmp_path: Path) -> None:
    """Entities of its own are not expanded, however many they would be."""
    bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    book(tmp_path / "wells.epub", **{"e/a.opf": bomb})
    made = import_file(tmp_path / "wells.epub")
    assert told(made) == ["It defines XML entities, which is not safe."]


def test_unknown_kind(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    assert import_file(tmp_path / "a.xlsx").failed


def test_cut_short(tmp_path: Path) -> None:
    """However a document is damaged, it is read or reported."""
    word_document(tmp_path / "well.docx")
    data = (tmp_path / "well.docx").read_bytes()
    for number in range(60):
        broken = bytearray(data)
        broken[(number * 977) % len(data)] ^= 0x55
        (tmp_path / "broken.docx").write_bytes(broken[: len(data) - number * 7])
        import_file(tmp_path / "broken.docx")


# --- the command ------------------------------------------------------------------------


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder becomes a folder of sources; existing files are not overwritten."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes" / "more").mkdir(parents=True)
    (tmp_path / "notes" / "a.md").write_text("# A\n\nOne\nline.\n")
    (tmp_path / "notes" / "more" / "b.md").write_text("# B\n\nText.\n")
    run = CliRunner()
    result = run.invoke(commands.main, ["import", "notes"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "source/a.md").read_text() == "---\ntitle: A\n---\n\nOne line.\n"
    assert (tmp_path / "source/more/b.md").exists()
    assert "words                  3       3" in result.output
    (tmp_path / "source/a.md").write_text("Mine.")
    result = run.invoke(commands.main, ["import", "notes/a.md"])
    assert result.exit_code == 2
    assert "already exists" in result.output
    assert (tmp_path / "source/a.md").read_text() == "Mine."


def test_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of several documents becomes a source with images of its own; one that cannot be
    imported, or would overwrite something, does not keep others from it."""
    monkeypatch.chdir(tmp_path)
    for name, colour in (("one", "red"), ("two", "blue"), ("three", "green")):
        Picture.new("RGB", (9, 9), colour).save(tmp_path / "image1.png")
        document = docx.Document()
        document.add_paragraph(f"Lesson {name}.")
        document.add_picture("image1.png")
        document.save(str(tmp_path / f"{name}.docx"))
    (tmp_path / "broken.docx").write_bytes(b"x")
    (tmp_path / "source").mkdir()
    (tmp_path / "source/two.md").write_text("Mine.")
    files = ["broken.docx", "one.docx", "two.docx", "three.docx"]
    result = CliRunner().invoke(commands.main, ["import", *files])
    assert result.exit_code == 2
    assert f"two.docx is not imported: {Path('source/two.md')} already exists." in result.output
    assert "2 of 4 files are imported." in result.output
    assert (tmp_path / "source/two.md").read_text() == "Mine."
    made = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.glob("source/images/*/*"))
    assert made == ["source/images/one/image1.png", "source/images/three/image1.png"]


def test_command_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.docx").write_bytes(b"x")
    result = CliRunner().invoke(commands.main, ["import", "a.docx"])
    assert result.exit_code == 1
    assert not (tmp_path / "source").exists()
