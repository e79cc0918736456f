"""OpenDocument texts become sources, and so do pages that are saved with their images."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest

from pipeline.commands.importing.draft import Changes
from pipeline.commands.importing.inputs import import_file
from pipeline.parser import parse_file
from tests.commands.test_importing import body, imported, picture, told

SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}
NAMES = " ".join(f'xmlns:{name}="{address}"' for name, address in SPACES.items())
STYLES = """
<style:style style:name="T1" style:family="text">
<style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T2" style:family="text">
<style:text-properties style:text-position="sub 58%"/></style:style>
<style:style style:name="T3" style:family="text">
<style:text-properties fo:language="de" fo:country="DE"/></style:style>
<style:style style:name="T4" style:family="text">
<style:text-properties fo:font-variant="small-caps"/></style:style>
<style:style style:name="P3" style:family="paragraph" style:parent-style-name="Standard">
<style:text-properties fo:language="de" fo:country="DE"/></style:style>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Standard">
<style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="P7" style:family="paragraph"><style:paragraph-properties
fo:break-before="page"/></style:style><style:style style:name="P8" style:family="paragraph">
<style:paragraph-properties fo:break-after="page"/></style:style>
<style:style style:name="P2" style:family="paragraph" style:parent-style-name="Quotations"/>
<style:style style:name="T5" style:family="text"><style:text-properties text:display="none"/>
</style:style><style:style style:name="P5" style:family="paragraph" style:parent-style-name="P6"/>
<style:style style:name="P6" style:family="paragraph"><style:text-properties text:display="none"/>
</style:style><style:font-face style:name="Wingdings1" svg:font-family="Wingdings"/>
<style:style style:name="T6" style:family="text"><style:text-properties
style:font-name="Wingdings1" fo:color="#ff0000"/></style:style>
<style:style style:name="S1" style:family="section"><style:section-properties><style:columns
fo:column-count="2"/></style:section-properties></style:style><text:list-style style:name="L1">
<text:list-level-style-number text:level="1" style:num-format="1"/>
<text:list-level-style-bullet text:level="2" text:bullet-char="-"/></text:list-style>
<text:list-style style:name="L2"><text:list-level-style-number text:level="1"
style:num-format="a" style:num-prefix="(" style:num-suffix=")"/></text:list-style>
"""
MATH = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><mi>a</mi><msup>'
    "<mi>b</mi><mn>2</mn></msup></mfrac><mo>≤</mo><msqrt><mi>x</mi></msqrt></mrow>"
    '<annotation encoding="StarMath 5.0">a over b^2 &lt;= sqrt x</annotation></semantics></math>'
)


def odt(path: Path, text: str, **parts: str) -> None:
    """A text with this content in its body."""
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}"
        f"</office:automatic-styles><office:body><office:text>{text}</office:text></office:body>"
        "</office:document-content>"
    )
    meta = (
        f"<office:document-meta {NAMES}><office:meta><dc:title>The well</dc:title>"
        "<meta:initial-creator>Ann Ash</meta:initial-creator><meta:keyword>water</meta:keyword>"
        "<dc:language>en-GB</dc:language></office:meta></office:document-meta>"
    )
    styles = (
        f"<office:document-styles {NAMES}><office:master-styles><style:master-page><style:footer>"
        "<text:p>Page 1</text:p></style:footer></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in {
            "content.xml": content,
            "meta.xml": meta,
            "styles.xml": styles,
            "Object 1/content.xml": MATH,
            **parts,
        }.items():
            archive.writestr(name, part)
        archive.writestr("Pictures/p.png", picture())


WELL = """
<text:tracked-changes><text:changed-region><text:deletion><text:p>Old words.</text:p>
</text:deletion></text:changed-region></text:tracked-changes>
<text:table-of-content><text:index-body><text:p>Depth 1</text:p></text:index-body>
</text:table-of-content>
<text:h text:outline-level="1">The well</text:h>
<text:h text:outline-level="2"><text:bookmark-start text:name="deep"/>Depth</text:h>
<text:p>It is <text:span text:style-name="T1">deep</text:span>,<text:s/>H<text:span
 text:style-name="T2">2</text:span>O, <text:span text:style-name="T3">tief</text:span>.<text:note
 text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>Since 1962.</text:p></text:note-body></text:note><office:annotation>
<dc:creator>Ben</dc:creator><text:p>Ask again.</text:p></office:annotation></text:p>
<text:p text:style-name="P1">All bold, see <text:bookmark-ref
 text:ref-name="deep">Depth</text:bookmark-ref>.</text:p>
<text:p>So <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame> holds.</text:p>
<text:list text:style-name="L1"><text:list-item><text:p>one</text:p><text:list><text:list-item>
<text:p>two</text:p></text:list-item></text:list></text:list-item></text:list>
<text:p>Between.</text:p>
<text:list text:style-name="L1" text:continue-numbering="true"><text:list-item>
<text:p>three</text:p></text:list-item></text:list>
<text:p text:style-name="P2">A <text:a xlink:href="https://example.org/">quotation</text:a>.</text:p>
<text:p text:style-name="Preformatted_20_Text">x = 1</text:p>
<text:p text:style-name="Preformatted_20_Text"><text:s text:c="2"/>y = 2</text:p>
<text:p text:style-name="Table">Table <text:sequence>1</text:sequence>: Wells</text:p>
<table:table><table:table-column/><table:table-header-rows><table:table-row><table:table-cell>
<text:p>Year</text:p></table:table-cell><table:table-cell table:number-columns-spanned="2">
<text:p>Depths</text:p></table:table-cell><table:covered-table-cell/></table:table-row>
</table:table-header-rows><table:table-row><table:table-cell><text:p>2016</text:p>
</table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>11 m</text:p>
</table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:text-box><text:p text:style-name="Figure"><draw:frame>
<draw:image xlink:href="Pictures/p.png"/><svg:desc>A red box</svg:desc></draw:frame>Figure
<text:sequence>1</text:sequence>: The pump</text:p></draw:text-box></draw:frame></text:p>
"""


def test_lists_that_begin_again(tmp_path: Path) -> None:
    """A list that continues another may begin with a number of its own, and so may its items; the
    next goes on from the last of them."""
    item = "<text:list-item{}><text:p>one</text:p></text:list-item>"
    first = item.format(' text:start-value="1"')
    list_style = 'text:style-name="L1" text:continue-numbering="true"'
    contents = (item.format(""), first, item.format("") + first + item.format(""), item.format(""))
    lists = (f"<text:list {list_style}>{items}</text:list>" for items in contents)
    odt(tmp_path / "a.odt", "<text:p>So.</text:p>".join(lists))
    assert body(imported(tmp_path / "a.odt")) == (
        "1. one\n\nSo.\n\n1. one\n\nSo.\n\n2. one\n\n1) one\n2) one\n\nSo.\n\n3. one"
    )


HIDDEN = (
    '<text:p>In which year? <text:span text:style-name="T5">1962</text:span> Say why.</text:p>'
    '<text:p text:style-name="P5">Because of the drought.</text:p>'
    '<text:section text:display="none"><text:p>All of the key.</text:p></text:section>'
    '<text:p>If<text:hidden-paragraph text:is-hidden="true"/> so.</text:p>'
    '<text:p>Shown<text:hidden-paragraph text:is-hidden="false"/> here.</text:p>'
)


def test_symbols_colours_and_columns(tmp_path: Path) -> None:
    """Characters that only a font has become those of Unicode, or are reported; so are colours and
    columns."""
    span = '<text:span text:style-name="T6">\uf0fc\uf021\uf0ab\uf030</text:span>'
    text = f'<text:section text:style-name="S1"><text:p>It {span} is.</text:p></text:section>'
    odt(tmp_path / "a.odt", text)
    made = imported(tmp_path / "a.odt")
    assert body(made) == "It ✓✏★ is."
    assert {
        "A character of the font Wingdings is left out: it has no counterpart in Unicode.",
        "The colours of text are left out, as of “\uf0fc\uf021\uf0ab\uf030”.",
        "Text in 2 columns becomes text in one; `::: columns 2` makes them.",
    } <= {*told(made)}


def test_page_breaks_of_paragraphs(tmp_path: Path) -> None:
    """A paragraph that begins or ends a page does so in the source."""
    styles = ("P7", "P7", "P8", "P3", "P8")
    text = "".join(
        f'<text:p text:style-name="{name}">Text {number}.</text:p>'
        for number, name in enumerate(styles)
    )
    odt(tmp_path / "a.odt", text)
    lines = body(imported(tmp_path / "a.odt")).split("\n\n")
    assert [line for line in lines if line.startswith("\\newpage") or "Text" in line][:4] == [
        "Text 0.",
        "\\newpage",
        "Text 1.",
        "Text 2.",
    ]
    assert [line.strip() for line in lines].count("\\newpage") == 2


def test_hidden_text(tmp_path: Path) -> None:
    """Text that a style, a section or a condition hides stays out, and is reported."""
    odt(tmp_path / "a.odt", HIDDEN)
    made = imported(tmp_path / "a.odt")
    assert body(made) == "In which year? Say why.\n\nShown here."
    assert "Hidden text (11 words) is left out." in told(made)


def test_odt(tmp_path: Path) -> None:
    """A text with a bit of everything."""
    odt(tmp_path / "well.odt", WELL)
    made = imported(tmp_path / "well.odt")
    assert made.text.startswith(
        "---\ntitle: The well\nauthors:\n- Ann Ash\nlang: en-GB\nkeywords:\n- water\n---\n"
    )
    assert body(made) == (
        "## Depth\n\n"
        "It is **deep**, H<sub>2</sub>O, [tief]{lang=de-DE}.[^1]\n\n"
        "<!-- Ben: Ask again. -->\n\n"
        "**All bold, see [Depth](#depth).**\n\n"
        "So $\\frac{a}{{b}^{2}}\\leq \\sqrt{x}$ holds.\n\n"
        "1. one\n   - two\n\nBetween.\n\n2. three\n\n"
        "> A [quotation](https://example.org/).\n\n"
        "```\nx = 1\n  y = 2\n```\n\n"
        "::: table Wells\n<table>\n<thead>\n<tr>\n"
        '<th scope="col">Year</th>\n<th scope="col" colspan="2">Depths</th>\n</tr>\n</thead>\n'
        "<tbody>\n<tr>\n"
        '<th scope="row">2016</th>\n<td>11 m</td>\n<td>11 m</td>\n</tr>\n</tbody>\n'
        "</table>\n:::\n\n"
        '![A red box](images/well/a-red-box.png "The pump")\n\n'
        "[^1]: Since 1962."
    )
    assert told(made) == [
        "1 tracked change is accepted.",
        "The table of contents is left out: editions have their own.",
        "The footer “Page 1” is left out: editions have their own.",
    ]
    assert [row.name for row in made.ledger if row.in_source < row.in_input] == REPORTED


CHANGED = """
<text:tracked-changes>
<text:changed-region text:id="a"><text:insertion/></text:changed-region>
<text:changed-region text:id="b"><text:insertion/></text:changed-region>
<text:changed-region text:id="c"><text:deletion><office:change-info><dc:creator>Ben</dc:creator>
</office:change-info><text:p>very <text:span text:style-name="T1">old</text:span> </text:p>
</text:deletion></text:changed-region>
<text:changed-region text:id="d"><text:deletion><text:p> end.</text:p><text:h
 text:outline-level="2">More</text:h><text:p>It</text:p></text:deletion></text:changed-region>
</text:tracked-changes>
<text:p>The <text:change text:change-id="c"/>well is <text:change-start
 text:change-id="a"/>quite <text:change-end text:change-id="a"/>deep.</text:p>
<text:p>One<text:change text:change-id="d"/> goes on.</text:p>
<text:p>Two<text:change-start text:change-id="b"/>.</text:p>
<text:p>All <text:span text:style-name="T1">new</text:span>.</text:p>
<text:p>New <text:change-end text:change-id="b"/>three.</text:p>
"""


def test_subtitle_and_languages(tmp_path: Path) -> None:
    """A subtitle is metadata; a whole paragraph in another language has it once."""
    odt(
        tmp_path / "a.odt",
        '<text:p text:style-name="Title">The well</text:p><text:p text:style-name="Subtitle">A '
        'report</text:p><text:p text:style-name="P3">Tief ist er.</text:p><text:p>In <text:span '
        'text:style-name="T4">Rome</text:span></text:p>',
    )
    made = imported(tmp_path / "a.odt")
    assert "title: The well\nsubtitle: A report\n" in made.text
    assert body(made) == "Tief ist er.\n{lang=de-DE}\n\nIn [Rome]{.small-caps}"


def test_text_boxes(tmp_path: Path) -> None:
    """A text box is a box after its paragraph, and part of the cell that it is in."""
    box = "<draw:frame><draw:text-box><text:p>In {}.</text:p></draw:text-box></draw:frame>"
    odt(
        tmp_path / "a.odt",
        f"<text:p>Before {box.format('a box')}and after.</text:p>"
        "<table:table><table:table-row><table:table-cell>"
        f"<text:p>One{box.format('a cell')}</text:p>"
        "</table:table-cell><table:table-cell><text:p>Two</text:p></table:table-cell>"
        "</table:table-row></table:table>",
    )
    made = imported(tmp_path / "a.odt")
    assert body(made).startswith("Before and after.\n\n::: sidebar\nIn a box.\n:::\n\n::: table")
    assert "- - One\n\n    In a cell.\n" in body(made)
    assert ("text boxes", 2, 1) in [tuple(row) for row in made.ledger]
    assert "The text box “In a cell.” becomes part of the table it is in." in told(made)


REPORTED = ["tracked changes", "headers and footers"]
"""The rows of what is not in a source, and is reported individually."""

SETTLED = {
    "accept": "The well is quite deep.\n\nOne goes on.\n\nTwo.\n\nAll **new**.\n\nNew three.",
    "reject": ("The very **old** well is deep.\n\nOne end.\n\n## More\n\nIt goes on.\n\nTwothree."),
    "keep": (
        "The ~~very **old**~~ well is <ins>quite </ins>deep.\n\n"
        "One ~~end. More It~~ goes on.\n\n"
        "Two<ins>.</ins>\n\n<ins>All </ins>**<ins>new</ins>**<ins>.</ins>\n\n<ins>New </ins>three."
    ),
}


@pytest.mark.parametrize("changes", SETTLED)
def test_changes(changes: Changes, tmp_path: Path) -> None:
    """Tracked changes are accepted, rejected or kept, across paragraphs too."""
    odt(tmp_path / "a.odt", CHANGED)
    made = import_file(tmp_path / "a.odt", changes)
    assert body(made) == SETTLED[changes]
    words = {"accept": "accepted", "reject": "rejected", "keep": "kept, as `<ins>` and `~~`"}
    assert told(made)[0] == f"4 tracked changes are {words[changes]}."
    fewer = [row.name for row in made.ledger if row.in_source < row.in_input]
    assert fewer == (REPORTED[1:] if changes == "keep" else REPORTED)


def test_citations_and_index(tmp_path: Path) -> None:
    """Citations of Zotero and LibreOffice are converted, with a file of the works cited; and so are
    index marks."""
    book = {"type": "book", "title": "People", "author": [{"family": "Bales", "given": "K."}]}
    item = {"itemData": {**book, "issued": {"date-parts": [["2012"]]}}, "locator": "8"}
    zotero = f"ZOTERO_ITEM CSL_CITATION {json.dumps({'citationItems': [item]})} RNDa"
    name = f"text:name='{zotero}'"
    odt(
        tmp_path / "a.odt",
        f"<text:p>Few <text:reference-mark-start {name}/>(Bales <text:span>2012</text:span>, p. 8)"
        f"<text:reference-mark-end {name}/> know<text:alphabetical-index-mark "
        'text:string-value="wells" text:key1="Water"/>. <text:bibliography-mark '
        'text:bibliography-type="book" text:identifier="A" text:author="Ash, Ann" text:year="2020" '
        'text:title="Wells">[A]</text:bibliography-mark></text:p><text:h text:outline-level="1">'
        'Sources</text:h><text:section text:name="ZOTERO_BIBL {} CSL_BIBLIOGRAPHY RNDb">'
        "<text:p>Bales, K. (2012) People.</text:p></text:section>"
        "<text:alphabetical-index><text:p>Water</text:p></text:alphabetical-index>",
    )
    made = imported(tmp_path / "a.odt")
    assert body(made) == (
        'Few [@bales2012, 8] know[]{.index entry="Water!wells"}. [@ash2020]\n\n## Sources\n\n'
        "::: bibliography\n:::\n\n::: index\n:::"
    )
    assert made.text.count("bibliography:\n- a.references.json\n") == 1
    works = json.loads(made.images["a.references.json"])
    assert [(work["id"], work["title"]) for work in works] == [
        ("bales2012", "People"),
        ("ash2020", "Wells"),
    ]
    assert all(
        row.in_input == row.in_source for row in made.ledger if row.name not in (*REPORTED, "words")
    )


def test_flat(tmp_path: Path) -> None:
    """A text in one file, with an image in it."""
    image = base64.b64encode(picture()).decode()
    (tmp_path / "well.fodt").write_text(
        f"<office:document {NAMES}><office:meta><dc:title>The well</dc:title></office:meta>"
        "<office:body><office:text><text:p>Text <draw:frame><draw:image><office:binary-data>"
        f"{image}</office:binary-data></draw:image><svg:title>A pump</svg:title></draw:frame>."
        "</text:p></office:text></office:body></office:document>"
    )
    made = imported(tmp_path / "well.fodt")
    assert body(made) == "Text ![A pump](images/well/a-pump.png)."
    assert made.images == {"images/well/a-pump.png": picture()}


def test_interview_in_bold(tmp_path: Path) -> None:
    """Names in bold begin turns, whatever program they come from."""
    turn = '<text:p><text:span text:style-name="T1">{}:</text:span> {}</text:p>'
    said = [("Ann Ash", "How deep?"), ("Ben Birch", "Very."), ("AA", "And wide?"), ("BB", "No.")]
    odt(tmp_path / "a.odt", "".join(turn.format(*one) for one in said))
    made = imported(tmp_path / "a.odt")
    assert "speakers:\n  Ann Ash: interviewer\n  Ben Birch: guest\n" in made.text
    assert "Ann Ash: And wide?\n\nBen Birch: No." in body(made)


@pytest.mark.parametrize("suffix", [".odt", ".fodt", ".mhtml"])
@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"<office:document", b"\0\1\2", b"Some text."]
)
def test_broken(tmp_path: Path, suffix: str, data: bytes) -> None:
    """A file whose content does not match its name is reported, and makes no source."""
    (tmp_path / f"a{suffix}").write_bytes(data)
    assert [one.code for one in import_file(tmp_path / f"a{suffix}").findings] == [
        "unreadable-file"
    ]


def test_locked(tmp_path: Path) -> None:
    odt(tmp_path / "a.odt", "", **{"META-INF/manifest.xml": "<a><encryption-data/></a>"})
    assert told(import_file(tmp_path / "a.odt")) == ["The file has a password."]


def test_damaged(tmp_path: Path) -> None:
    """However a text is damaged, it is read or reported."""
    odt(tmp_path / "well.odt", WELL)
    data = (tmp_path / "well.odt").read_bytes()
    for number in range(60):
        broken = bytearray(data)
        broken[(number * 977) % len(data)] ^= 0x55
        (tmp_path / "broken.odt").write_bytes(broken[: len(data) - number * 7])
        import_file(tmp_path / "broken.odt")


def test_build_says_how(tmp_path: Path) -> None:
    """Building such a text suggests importing it."""
    odt(tmp_path / "a.odt", WELL)
    hints = [one.hint for one in parse_file(tmp_path / "a.odt").diagnostics]
    assert hints == [f"Convert it: `chapbook import {tmp_path / 'a.odt'}`."]


def test_other_programs(tmp_path: Path) -> None:
    """Input that is not read is reported, with a hint."""
    (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (found,) = import_file(tmp_path / "a.doc").findings
    assert found.hint == "Open it in a word processor, and save it as .docx or .odt."


def test_mhtml(tmp_path: Path) -> None:
    """A page that a browser saved, with its image and with links from its address."""
    page = (
        '<html lang="en-GB"><head><title>The well</title></head><body><nav><a href="/">Home</a> '
        '<a href="/x">More</a> <a href="/y">Y</a></nav><article><h1>The well</h1><p>See '
        '<a href="map">the map</a>.</p><p><img src="p.png" alt="A pump"></p></article></body>'
    )
    shown = base64.b64encode(picture()).decode()
    (tmp_path / "m.mhtml").write_text(
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\r\n\r\n--B\r\n'
        "Content-Type: text/html\r\nContent-Location: https://example.org/a/well.html\r\n\r\n"
        f"{page}\r\n--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: https://example.org/a/p.png\r\n\r\n{shown}\r\n--B--\r\n"
    )
    made = imported(tmp_path / "m.mhtml")
    assert body(made) == (
        "See [the map](https://example.org/a/map).\n\n![A pump](images/m/a-pump.png)"
    )
    assert made.images == {"images/m/a-pump.png": picture()}
    assert "“Home More Y” (3 words) is left out: it is not part of the article." in told(made)


def test_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb is reported by its declared size, without filling the memory."""
    monkeypatch.setattr("pipeline.commands.importing.files.MOST_BYTES", 2**20)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.xml", b"\0" * 2**18)
    (tmp_path / "a.odt").write_bytes(made.getvalue())
    assert told(import_file(tmp_path / "a.odt")) == ["It holds more than 1 MiB."]


def test_letters(tmp_path: Path) -> None:
    """Lists count in letters, with the signs around them."""
    items = "".join(
        f"<text:list-item><text:p>{one}</text:p></text:list-item>" for one in ("one", "two")
    )
    odt(tmp_path / "a.odt", f'<text:list text:style-name="L2">{items}</text:list>')
    assert body(imported(tmp_path / "a.odt")) == "(a) one\n(b) two"
