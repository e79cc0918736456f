"""Word documents, element by element: Word's markup and the resulting Markdown."""

from __future__ import annotations

import base64
import json
import zipfile
from html import escape
from pathlib import Path
from typing import Literal

import pytest

from pipeline.commands.importing.inputs import Imported, import_file
from tests.commands.test_importing import FORMULA, body, imported, picture, told

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    }.items()
)
STYLES = {
    "Title": "Title", "Subtitle": "Subtitle", "Heading1": "heading 1", "Heading2": "heading 2",
    "Caption": "caption", "Quote": "Quote", "Code": "HTML Preformatted", "TOC1": "toc 1",
    "ListParagraph": "List Paragraph",
}  # fmt: skip
NUMBERS = {"1": ("bullet", "\uf0b7"), "2": ("decimal", "%1."), "3": ("lowerLetter", "%1)")}


def part(name: str, inner: str) -> str:
    return f"<w:{name} {NAMESPACES}>{inner}</w:{name}>"


def styles() -> str:
    made = '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault>'
    made += '</w:docDefaults><w:style w:type="character" w:styleId="Keyword"><w:name'
    made += ' w:val="Keyword"/><w:rPr><w:b/></w:rPr></w:style>'
    made += '<w:style w:type="paragraph" w:styleId="Key"><w:name w:val="Key"/><w:rPr><w:vanish/>'
    made += "</w:rPr></w:style>"
    for name, said in STYLES.items():
        made += f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{said}"/></w:style>'
    return part("styles", made)


def numbering() -> str:
    made = ""
    for name, (form, text) in NUMBERS.items():
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for level in range(3)
        )
        made += f'<w:abstractNum w:abstractNumId="{name}">{levels}</w:abstractNum>'
    for name in NUMBERS:
        made += f'<w:num w:numId="{name}"><w:abstractNumId w:val="{name}"/></w:num>'
    again = '<w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/>'
    made += '<w:num w:numId="4"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="1">'
    made += f'<w:lvl w:ilvl="1">{again}</w:lvl></w:lvlOverride><w:lvlOverride w:ilvl="1">'
    made += '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    return part("numbering", made)


def word(path: Path, text: str, **parts: str) -> Path:
    """A Word document of a text; ``parts`` are further files by their names."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    links = (
        f'<Relationship Id="rId{n}" Type="{relation}" Target="media/{name}"/>'
        for n, name in enumerate(("well.png", "old.emf"), 1)
    )
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    outside = '<Relationship Id="web" Target="https://example.org/" TargetMode="External"/>'
    files: dict[str, str | bytes] = {
        "word/document.xml": part("document", f"<w:body>{text}</w:body>"),
        "word/styles.xml": styles(),
        "word/numbering.xml": numbering(),
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{relations}">{"".join(links)}'
        f"{outside}</Relationships>",
        "word/media/well.png": picture(),
        "word/media/old.emf": b"EMF",
        **{f"word/{name}.xml": part(name, inner) for name, inner in parts.items()},
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def p(text: str, style: str = "", more: str = "") -> str:
    """A paragraph."""
    inner = text if text.startswith("<") else run(text)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{inner}</w:p>"


def item(text: str, number: int, level: int = 0) -> str:
    return p(text, more=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def field(instruction: str, result: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    said = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return f"{mark('begin')}{said}{mark('separate')}{result}{mark('end')}"


def image(name: str, alt: str) -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{alt}"/><a:graphic>'
        f'<a:graphicData><a:blip r:embed="{name}"/></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def sized(width: int) -> str:
    """An image of a width in centimetres."""
    size = f'<wp:extent cx="{width * 360000}" cy="100"/><wp:docPr'
    return image("rId1", "A pump").replace("<wp:docPr", size)


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str, head: bool = False) -> str:
    said = "<w:trPr><w:tblHeader/></w:trPr>" if head else ""
    return f"<w:tr>{said}{''.join(cells)}</w:tr>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


TEXT_BOX = (
    "<w:p><w:r><w:t>Before.</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>"
    f"<w:txbxContent>{p('In the box.')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
    f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{p('In the box.')}</w:txbxContent>"
    "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
DROP_CAP = (
    f'{p("D", more="""<w:framePr w:dropCap="drop"/>""")}<w:p><w:r><w:t>rop cap.</w:t></w:r></w:p>'
)

BECOMES = {
    "lists with their own numbers": (
        item("one", 2) + item("two", 2) + p("Between.") + item("three", 2) + item("a", 3, 1),
        "1. one\n2. two\n\nBetween.\n\n3. three\n\n   a) a",
    ),
    "a bullet within an item, and text that goes on with it": (
        item("one", 1) + p("More.", "ListParagraph") + item("in", 1, 1) + item("two", 1),
        "- one\n\n  More.\n\n  - in\n\n- two",
    ),
    "formats, and those of styles": (
        p(
            run("bold ", "<w:b/>") + run("word", '<w:b/><w:rStyle w:val="x"/>') + run(", ")
            + run("key", '<w:rStyle w:val="Keyword"/>') + run(" H")
            + run("2", '<w:vertAlign w:val="subscript"/>') + run("x", '<w:b w:val="0"/>')
        ),
        "**bold word**, **key** H<sub>2</sub>x",
    ),
    "languages": (
        p(run("He said to us, in a low voice, ") + run("à bientôt", '<w:lang w:val="fr-FR"/>'))
        + p(run("Tout va bien.", '<w:lang w:val="fr-FR"/>'))
        + p(run("American", '<w:lang w:val="en-US"/>')),
        "He said to us, in a low voice, [à bientôt]{lang=fr-FR}\n\nTout va bien.\n{lang=fr-FR}"
        "\n\nAmerican",
    ),
    "a table with rows as head, and cells that take several": (
        table(
            row(cell("Year"), cell("Depth", '<w:gridSpan w:val="2"/>'), head=True),
            row(cell("2016", '<w:vMerge w:val="restart"/>'), cell("11"), cell("12")),
            row(cell("", "<w:vMerge/>"), cell("13"), cell("14")),
        ),
        '<table>\n<thead>\n<tr>\n<th scope="col">Year</th>\n<th scope="col" colspan="2">Depth</th>'
        '\n</tr>\n</thead>\n<tbody>\n<tr>\n<td rowspan="2">2016</td>\n<td>11</td>\n<td>12</td>\n'
        "</tr>\n<tr>\n<td>13</td>\n<td>14</td>\n</tr>\n</tbody>\n</table>",
    ),
    "captions, and references to them": (
        p(field("REF _Ref1 \\h", run("Figure 1")) + run(" and ") + field("REF _Ref2", run("2")))
        + p(image("rId1", "A pump"))
        + p(
            '<w:bookmarkStart w:id="1" w:name="_Ref1"/>' + run("Figure ")
            + field("SEQ Figure", run("1")) + '<w:bookmarkEnd w:id="1"/>' + run(": The pump"),
            "Caption",
        )
        + p('<w:bookmarkStart w:id="2" w:name="_Ref2"/>' + run("Table 2. Rain"), "Caption")
        + table(row(cell("Year"), cell("mm"), head=True), row(cell("2016"), cell("11"))),
        "@fig-the-pump and -@tbl-rain\n\n"
        '![A pump](images/a/a-pump.png "The pump"){#fig-the-pump}\n\n'
        "| Year | mm  |\n|------|-----|\n| 2016 | 11  |\n\nTable: Rain {#tbl-rain}",
    ),
    "links, also to headings": (
        p(
            f'<w:hyperlink r:id="web">{run("web", "<w:u/>")}</w:hyperlink>{run(" ")}'
            f'<w:hyperlink w:anchor="b2">{run("below")}</w:hyperlink>'
        )
        + p(
            '<w:bookmarkStart w:id="1" w:name="b1"/><w:bookmarkStart w:id="2" w:name="b2"/>'
            + run("Deep", "<w:b/>"),
            "Heading1",
        )
        + p("Text."),
        "[web](https://example.org/) [below](#deep)\n\n## Deep\n\nText.",
    ),
    "a text box, once": (TEXT_BOX, "Before.\n\n::: sidebar\nIn the box.\n:::"),
    "a drop cap": (DROP_CAP, "Drop cap."),
    "a page break": (
        p(run("One.")) + p('<w:r><w:br w:type="page"/></w:r>') + p("Two."),
        "One.\n\n\\newpage\n\nTwo.",
    ),
    "paragraphs that begin a page": (
        p("One.", more="<w:pageBreakBefore/>")
        + p("Two.", more="<w:pageBreakBefore/>")
        + p("Three.", more='<w:pageBreakBefore w:val="0"/>'),
        "One.\n\n\\newpage\n\nTwo.\n\nThree.",
    ),
    "signs of fonts": (
        p('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>' + run(" ")
          + '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'),
        "α ✓",
    ),
    "a formula by itself": (
        p(f"<m:oMathPara>{FORMULA}</m:oMathPara>"), "$$\n\\frac{a}{{b}^{2}}\n$$"
    ),
    "quotations and code": (
        p("One.", "Quote") + p("Two.", "Quote") + p("a = 1", "Code") + p("  b = 2", "Code"),
        "> One.\n>\n> Two.\n\n```\na = 1\n  b = 2\n```",
    ),
    "small capitals": (p(run("Rome", "<w:smallCaps/>")), "[Rome]{.small-caps}"),
    "a box with an image and its caption": (
        TEXT_BOX.replace("In the box.</w:t>", "</w:t></w:r>PUMP<w:r><w:t>Figure 1: The pump</w:t>")
        .replace("PUMP", image("rId1", "A pump")),
        'Before.\n\n![A pump](images/a/a-pump.png "The pump")',
    ),
    "levels that are defined again, and restart": (
        item("one", 2) + item("in", 4, 1) + item("in too", 4, 1) + item("two", 2),
        "1. one\n   - in\n   - in too\n2. two",
    ),
    "large images in a text": (
        p(run("Before ") + sized(15) + run("after.")),
        "Before\n\n![A pump](images/a/a-pump.png)\n\nafter.",
    ),
    "small images in a text": (
        p(sized(3) + run(" after.")),
        "![A pump](images/a/a-pump.png){width=3cm} after.",
    ),
    "large images with captions": (
        p(sized(15) + run("Figure 1: It.")),
        '![A pump](images/a/a-pump.png "It.")',
    ),
    "hidden text": (p(run("Seen.") + run(" Not seen.", "<w:vanish/>")), "Seen."),
    "a table with an empty first row": (
        table(row(cell(""), cell("")), row(cell("a"), cell("b"))),
        "|     |     |\n|-----|-----|\n|     |     |\n| a   | b   |",
    ),
    "characters that only a font has": (
        p(run("\uf061 and \uf0de", '<w:rFonts w:ascii="Symbol"/>')), "α and ⇒"
    ),
    "a limit": (
        p("<m:oMath><m:func><m:fName><m:limLow><m:e><m:r><m:t>lim</m:t></m:r></m:e><m:lim><m:r>"
          "<m:t>x→0</m:t></m:r></m:lim></m:limLow></m:fName><m:e><m:r><m:t>f</m:t></m:r></m:e>"
          "</m:func></m:oMath>"),
        "$\\lim_{x\\to 0} f$",
    ),
    "text that is hidden by a style": (p("Key.", "Key") + p("Seen."), "Seen."),
}  # fmt: skip


@pytest.mark.parametrize("name", BECOMES)
def test_becomes(tmp_path: Path, name: str) -> None:
    """Word's markup becomes Markdown as a person would write it."""
    given, wanted = BECOMES[name]
    assert body(imported(word(tmp_path / "a.docx", given))) == wanted


def test_main_part_of_another_name(tmp_path: Path) -> None:
    """The parts of a document are found by their relations, whatever their names."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = {"document": "officeDocument", "styles": "styles", "numbering": "numbering"}
    with zipfile.ZipFile(word(tmp_path / "a.docx", p("One", "Heading1") + item("two", 2))) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as renamed:
        for name in ("document", "styles", "numbering"):
            renamed.writestr(f"word/{name}2.xml", parts[f"word/{name}.xml"])
        for outer, names in (("", ["document"]), ("word/", ["styles", "numbering"])):
            prefix = "" if outer else "word/"
            links = "".join(
                f'<Relationship Id="{n}" Type="{relations}/{kinds[n]}" Target="{prefix}{n}2.xml"/>'
                for n in names
            )
            of = "document2.xml" if outer else ""
            renamed.writestr(f"{outer}_rels/{of}.rels", f"<Relationships>{links}</Relationships>")
    made = imported(tmp_path / "b.docx")
    assert (made.title, body(made)) == ("One", "1. two")


def test_look_that_is_lost(tmp_path: Path) -> None:
    """Colours and columns of text are reported, and so is a header that Word only draws."""
    grid = '<w:tblPr><w:tblLook w:val="04A0" w:firstRow="1"/></w:tblPr>'
    text = (
        p(run("It is ") + run("very deep", '<w:color w:val="FF0000"/>'))
        + p(run("Grey.", '<w:color w:val="333333"/>'))
        + table(grid, row(cell("Year"), cell("mm")), row(cell("2016"), cell("9")))
        + '<w:sectPr><w:cols w:num="2"/></w:sectPr>'
    )
    assert told(imported(word(tmp_path / "a.docx", text))) == [
        "The colours of text are left out, as of “very deep”.",
        "Text in 2 columns becomes text in one; `::: columns 2` makes them.",
        "The table “Year mm 2016 9…” has no header cells: its first row is used as the header "
        "(paragraph 3).",
        "It has no title of its own; the title is that of the file, “A”.",
    ]


def test_wide_table(tmp_path: Path) -> None:
    """A table with more columns than one with bars may have is written in another way."""
    cells = (cell(f"a{n}") for n in range(257))
    made = imported(word(tmp_path / "a.docx", table(row(*cells))))
    assert "- - a0\n  - a1\n" in body(made)
    assert "a256" in body(made)


def test_what_it_says_of_itself(tmp_path: Path) -> None:
    """The title and the lines below it are metadata."""
    text = p("The well", "Title") + p("A report", "Subtitle") + p("One", "Heading1") + p("Text.")
    made = imported(word(tmp_path / "a.docx", text))
    assert made.text.startswith(
        "---\ntitle: The well\nsubtitle: A report\nlang: en-GB\n---\n\n## One\n"
    )


def test_notes(tmp_path: Path) -> None:
    """Footnotes and endnotes, with their contents."""

    def reference(kind: str) -> str:
        return f'<w:r><w:{kind}Reference w:id="2"/></w:r>'

    def note(kind: str, said: str) -> str:
        return f'<w:{kind} w:id="2">{p(said)}</w:{kind}>'

    text = p(run("One") + reference("footnote") + run(" two") + reference("endnote"))
    made = imported(
        word(
            tmp_path / "a.docx",
            text,
            footnotes=note("footnote", "At the foot."),
            endnotes=note("endnote", "At the end."),
        )
    )
    assert body(made) == "One[^1] two[^2]\n\n[^1]: At the foot.\n\n[^2]: At the end."


def test_note_alone(tmp_path: Path) -> None:
    """A first paragraph that only refers to a note is not a title."""
    mark = p('<w:r><w:footnoteReference w:id="2"/></w:r>')
    path = word(
        tmp_path / "a.docx", mark, footnotes=f'<w:footnote w:id="2">{p("So.")}</w:footnote>'
    )
    assert body(imported(path)) == "[^1]\n\n[^1]: So."


WORKS = """<b:Sources xmlns:b="http://schemas.openxmlformats.org/officeDocument/2006/bibliography">
<b:Source><b:Tag>Ash20</b:Tag><b:SourceType>Book</b:SourceType><b:Author><b:Author><b:NameList>
<b:Person><b:Last>Ash</b:Last><b:First>Ann</b:First></b:Person></b:NameList></b:Author></b:Author>
<b:Title>Wells</b:Title><b:Year>2020</b:Year></b:Source></b:Sources>"""


def test_citations_and_index(tmp_path: Path) -> None:
    """Citations of Zotero and Word, with a file of the works cited and their list, and the index
    with its marks, unless they lead nowhere."""
    work = {"type": "book", "title": "People", "issued": {"date-parts": [[2012]]}}
    cited = {"itemData": {**work, "author": [{"family": "Bales"}]}, "prefix": "see ", "locator": 8}
    zotero = "ADDIN ZOTERO_ITEM CSL_CITATION " + json.dumps({"citationItems": [cited]})
    text = (
        p(
            run("Few ")
            + field(escape(zotero), run("(see Bales, p. 8)"))
            + run(" know ")
            + field("CITATION Ash20 \\p 3 \\l 1033", run("(Ash, 2020, p. 3)"))
            + field('XE "Water:wells" \\t "See Pumps"', "")
            + field("CITATION Gone21", run(" (Gone)"))
            + run(".")
        )
        + p(field("ADDIN ZOTERO_BIBL {} CSL_BIBLIOGRAPHY", run("Bales. People.")))
        + p(field("INDEX", run("Water 1")))
    )
    path = word(tmp_path / "a.docx", text)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("customXml/item1.xml", WORKS)
    made = imported(path)
    assert body(made) == (
        'Few [see @bales2012, 8] know [@ash2020, 3][]{.index entry="Water!wells"} (Gone).\n\n'
        "::: bibliography\n:::\n\n::: index\n:::"
    )
    works = json.loads(made.images["a.references.json"])
    assert [work["title"] for work in works] == ["People", "Wells"]
    assert "Citations whose works are not in the document are kept as text." in told(made)
    assert all(row.in_source >= row.in_input for row in made.ledger)


def endnote(cited: str, year: str, more: str = "") -> str:
    return (
        f"<EndNote><Cite{more}><Author>Bales</Author><Pages>8</Pages><record><ref-type"
        ' name="Journal Article">17</ref-type><contributors><authors><author><style>Bales, Kevin'
        f"</style></author><author>WHO,</author></authors></contributors><titles><title>{cited}"
        "</title><secondary-title>Water</secondary-title></titles><volume>3</volume><number>4"
        f"</number><dates><year>{year}</year></dates></record></Cite></EndNote>"
    )


def test_citations_of_endnote(tmp_path: Path) -> None:
    """The records of EndNote are in the field itself or in data next to it."""
    kept = base64.b64encode(endnote("Wells", "2020", ' ExcludeAuth="1"').encode()).decode()
    inner = f'<w:r><w:fldChar w:fldCharType="begin"><w:fldData>{kept}</w:fldData></w:fldChar></w:r>'
    inner += "<w:r><w:instrText>ADDIN EN.CITE.DATA</w:instrText></w:r>"
    inner += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    outer = field("ADDIN EN.CITE ", run("(2020)")).replace(
        "</w:instrText></w:r>", f"</w:instrText></w:r>{inner}"
    )
    text = p(
        run("Few ")
        + field(escape(f"ADDIN EN.CITE {endnote('People', '2012')}"), run("(Bales)"))
        + run(" know ")
        + outer
        + field("ADDIN EN.CITE broken", run(" (Ash)"))
        + run(".")
    )
    made = imported(word(tmp_path / "a.docx", text + p(field("ADDIN EN.REFLIST", run("Bales.")))))
    assert body(made) == (
        "Few [@bales2012, 8] know [-@bales2020, 8] (Ash).\n\n::: bibliography\n:::"
    )
    works = json.loads(made.images["a.references.json"])
    assert works[0] == {
        "type": "article-journal", "title": "People", "container-title": "Water", "volume": "3",
        "issue": "4", "author": [{"family": "Bales", "given": "Kevin"}, {"literal": "WHO"}],
        "issued": {"date-parts": [[2012]]}, "id": "bales2012",
    }  # fmt: skip
    assert "Citations whose works are not in the document are kept as text." in told(made)


def test_lists_without_what_they_list(tmp_path: Path) -> None:
    """Lists of works and of entries stay as text where nothing in the document is cited or marked;
    else they may stand anywhere, in a cell too."""
    bibliography = field("ADDIN ZOTERO_BIBL {} CSL_BIBLIOGRAPHY", run("Bales. People."))
    rows = table(row(cell("Year"), cell("Works"), head=True), row(cell("2016"), cell(bibliography)))
    alone = p(bibliography) + p(field("INDEX", run("Water 1")))
    assert body(imported(word(tmp_path / "a.docx", alone))) == "Bales. People.\n\nWater 1"
    cited = json.dumps({"citationItems": [{"itemData": {"type": "book", "title": "People"}}]})
    zotero = p(field(escape(f"ADDIN ZOTERO_ITEM CSL_CITATION {cited}"), run("(People)")))
    made = imported(word(tmp_path / "b.docx", zotero + rows))
    assert "  - ::: bibliography\n    :::" in made.text


CHANGED = (
    p(
        run("It is ")
        + '<w:del w:author="B"><w:r><w:delText>old</w:delText></w:r></w:del>'
        + f'<w:ins w:author="B">{run("new")}</w:ins>'
        + run(".")
    )
    + '<w:p><w:pPr><w:rPr><w:del w:author="B"/></w:rPr></w:pPr>'
    + f"{run('One ')}</w:p>{p('two.')}"
)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ("accept", "It is new.\n\nOne two."),
        ("reject", "It is old.\n\nOne\n\ntwo."),
        ("keep", "It is ~~old~~<ins>new</ins>.\n\nOne\n\ntwo."),
    ],
)
def test_tracked_changes(
    tmp_path: Path, changes: Literal["accept", "reject", "keep"], wanted: str
) -> None:
    """Tracked changes, accepted, rejected and kept."""
    made = import_file(word(tmp_path / "a.docx", CHANGED), changes)
    assert body(made) == wanted
    said = {"accept": "accepted", "reject": "rejected", "keep": "kept, as `<ins>` and `~~`"}
    assert f"3 tracked changes are {said[changes]}." in told(made)


TOLD = {
    "a table of contents": (
        p(field("TOC \\o", run("Deep 3")), "TOC1") + p("Text."),
        "The table of contents (2 words) is left out: editions make their own.",
    ),
    "an image of another kind": (
        p("Text.") + p(image("rId2", "A pump")),
        "The image “word/media/old.emf” is left out: no edition can show this image format"
        " (paragraph 2).",
    ),
    "an image on the web": (
        p("Text.") + p(image("rId1", "A pump").replace('r:embed="rId1"', 'r:link="web"')),
        "The image “https://example.org/” is not part of the input, and is left out"
        " (paragraph 2).",
    ),
    "a link to what is not there": (
        p(f'<w:hyperlink w:anchor="x">{run("there")}</w:hyperlink>'),
        "The link “there” leads nowhere in the source; its text is kept.",
    ),
    "a sign of an unknown font": (
        p('<w:r><w:sym w:font="Webdings" w:char="F061"/></w:r>' + run("a")),
        "A character of the font Webdings is left out: it has no counterpart in Unicode.",
    ),
    "a chart": (
        p('<w:r><w:drawing><wp:docPr descr="Rain"/><a:graphicData uri="http://x/chart"/>'
          "</w:drawing></w:r>" + run("a")),
        "The chart “Rain” is left out: Markdown cannot express it.",
    ),
    "a hidden word": (
        p(run("Seen.") + run("unseen", "<w:vanish/>")),
        "Hidden text (1 word) is left out.",
    ),
    "a caption that says nothing": (
        p("Table 1", "Caption")
        + table(row(cell("Year"), cell("mm"), head=True), row(cell("2016"), cell("11"))),
        "The caption “Table 1” is only a number, and is left out (paragraph 1).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_is_told(tmp_path: Path, name: str) -> None:
    """Losses are reported with their place."""
    given, wanted = TOLD[name]
    assert wanted in told(imported(word(tmp_path / "a.docx", given)))


def ledger(made: Imported) -> dict[str, tuple[int, int]]:
    return {row.name: (row.in_input, row.in_source) for row in made.ledger}


def test_ledger_of_all(tmp_path: Path) -> None:
    """Each kind of content has its row, counted in the file itself; changes that are accepted, and
    footers, are not in the source, and are reported one by one."""
    text = (
        p("The village", "Title")
        + p("Water", "Heading1")
        + p("Wells", "Heading2")
        + p("Pumps", "Heading2")
    )
    text += p(
        run("It is ") + f'<w:ins w:id="1">{run("new")}</w:ins><w:del w:id="2"><w:r><w:delText>'
        "old</w:delText></w:r></w:del>"
    )
    text += p('<w:hyperlink r:id="web">' + run("The web") + "</w:hyperlink>")
    text += (
        p(
            '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="1"/></w:r>'
            + run("Noted.")
        )
        + p(f"{FORMULA}")
        + TEXT_BOX
    )
    text += (
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" + p("Both") + "</w:tc></w:tr>"
    )
    text += f"<w:tr><w:tc>{p('one')}</w:tc><w:tc>{p('two')}</w:tc></w:tr></w:tbl>"
    notes = f'<w:footnote w:id="2">{p("A note.")}</w:footnote>'
    notes += f'<w:footnote w:id="3">{p("Nothing refers to it.")}</w:footnote>'
    comments = f'<w:comment w:id="1" w:author="Ben">{p("Why?")}</w:comment>'
    made = imported(
        word(tmp_path / "a.docx", text, footnotes=notes, comments=comments, footer1=p("Page 1"))
    )
    assert ledger(made) == {
        "headings": (3, 3), "  level 1": (1, 1), "  level 2": (2, 2), "paragraphs": (7, 7),
        "tables": (1, 1), "cells": (3, 3), "links": (1, 1), "notes": (1, 1), "formulas": (1, 1),
        "merged cells": (1, 1), "text boxes": (1, 1), "comments": (1, 1),
        "tracked changes": (2, 0), "headers and footers": (1, 0), "words": (24, 20),
    }  # fmt: skip
    assert "“Nothing refers to it.” (4 words) is not in the source (paragraph 15)." in told(made)


def test_ledger(tmp_path: Path) -> None:
    """The ledger counts the content of the document, whatever became of it."""
    text = p("Text.") + p("Deep", "Heading1") + item("one", 1) + p("Two words.") + TEXT_BOX
    made = imported(word(tmp_path / "a.docx", text, footer1=p("Page 1")))
    assert ledger(made) == {
        "headings": (1, 1),
        "paragraphs": (5, 5),
        "lists": (1, 1),
        "list items": (1, 1),
        "text boxes": (1, 1),
        "headers and footers": (1, 0),
        "words": (9, 10),
    }
