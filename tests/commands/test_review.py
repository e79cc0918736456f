"""Word files that came back: what others changed in them becomes changes of the source."""

from __future__ import annotations

import copy
import functools
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE as RELATIONSHIPS
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree
from PIL import Image

import pipeline
from pipeline.commands import main
from pipeline.features.word.styles import styles_part
from tests.helpers import checkers

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
TABLE = """\
| What | How many |
|------|---------:|
| wells | 3 |
| pumps | 12 |
"""
SOURCE = f"""\
---
title: Wells
lang: en
speakers:
  Ann: interviewer
  Ben: guest
---

# The well

The well is *very* deep, and "old".[^1]

It was dug by hand
in two long years.

- rope
- bucket with a handle

{TABLE}
Table: What there is {{#tbl-all}}

Ann: Who dug it?

Ben: My grandfather did, as @tbl-all shows.

The area is $A = r^2$ here.

Ask [the trust](https://trust.example) for **good** water.

![A well](well.svg)

[^1]: The keeper says so.
"""


@pytest.fixture(scope="module", autouse=True)
def _styles_made_once() -> Iterator[None]:
    """Make the styles, which are the same in all files, once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.features.word.styles_part", functools.cache(styles_part))
        yield


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "well.md"
    path.write_text(SOURCE, "utf-8")
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>'
    (tmp_path / "well.svg").write_text(drawing, "utf-8")
    return path


SENT: dict[str, bytes] = {}
"""The files for Word of sources, by their texts."""


def sent(source: Path) -> WordDocument:
    """The file that is sent to a reviewer."""
    text = source.read_text("utf-8")
    if text not in SENT:
        files = pipeline.build(source, ["word"], out=source.parent / "build").files
        SENT[text] = files[0].read_bytes()
    return docx.Document(io.BytesIO(SENT[text]))


def review(source: Path, *files: WordDocument, options: tuple[str, ...] = ("--apply",)) -> str:
    """The source after files with changes came back, and what is printed."""
    names = []
    for number, file in enumerate(files):
        names.append(source.parent / f"{'ab'[number]}.docx")
        file.save(str(names[-1]))
    result = CliRunner().invoke(main, ["review", str(source), *map(str, names), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def paragraph(word: WordDocument, text: str) -> Paragraph:
    paragraphs = [Paragraph(element, word) for element in word.element.body.iter(f"{W}p")]
    return next(p for p in paragraphs if text in p.text)


def change(word: WordDocument, old: str, new: str) -> None:
    """Replace text within a run, also of a link."""
    there = paragraph(word, old)
    runs = (Run(element, there) for element in there._p.iter(f"{W}r"))
    run = next(run for run in runs if old in run.text)
    run.text = run.text.replace(old, new)


def track(word: WordDocument, old: str, new: str) -> None:
    """The same as a tracked change."""
    run = next(run for run in paragraph(word, old).runs if old in run.text)
    before, _, after = run.text.partition(old)
    parts = []
    for text, tag in ((before, ""), (old, "del"), (new, "ins"), (after, "")):
        element = copy.deepcopy(run._r)
        Run(element, run._parent).text = text
        if tag == "del":
            for inner in element.iter(f"{W}t"):
                inner.tag = f"{W}delText"
        if tag:
            wrapper = element.makeelement(f"{W}{tag}", {f"{W}id": "900", f"{W}author": "Ann"})
            wrapper.append(element)
            element = wrapper
        parts.append(element)
    for element in parts:
        run._r.addprevious(element)
    run._r.getparent().remove(run._r)


def insert(word: WordDocument, before: str, text: str) -> None:
    paragraph(word, before).insert_paragraph_before(text)


def repeat(word: WordDocument, text: str, new: str) -> None:
    """Add a paragraph like one after it."""
    element = copy.deepcopy(paragraph(word, text)._p)
    paragraph(word, text)._p.addnext(element)
    Paragraph(element, word).text = new


def remove(word: WordDocument, text: str) -> None:
    element = paragraph(word, text)._p
    element.getparent().remove(element)


def without_formula(word: WordDocument, text: str) -> None:
    """Remove the last formula of a paragraph."""
    *_, formula = paragraph(word, text)._p.iter(f"{M}oMath")
    formula.getparent().remove(formula)


def italic(word: WordDocument, text: str) -> None:
    next(run for run in paragraph(word, text).runs if text in run.text).italic = True


def relevel(word: WordDocument, text: str) -> None:
    paragraph(word, text).style = word.styles["heading 2"]


def row(word: WordDocument, text: str) -> Any:
    return next(paragraph(word, text)._p.iterancestors(f"{W}tr"))


def add_row(word: WordDocument, after: str, *texts: str) -> None:
    new = copy.deepcopy(row(word, after))
    row(word, after).addnext(new)
    for cell, text in zip(new.iter(f"{W}tc"), texts, strict=True):
        Paragraph(cell.find(f"{W}p"), word).text = text


def add_column(word: WordDocument, *texts: str) -> None:
    for line, text in zip(row(word, "pumps").getparent().iter(f"{W}tr"), texts, strict=True):
        first = line.find(f"{W}tc")
        new = copy.deepcopy(first)
        first.addnext(new)
        Paragraph(new.find(f"{W}p"), word).text = text


def remove_column(word: WordDocument, at: int) -> None:
    for line in row(word, "pumps").getparent().iter(f"{W}tr"):
        line.remove(line.findall(f"{W}tc")[at])


def remove_row(word: WordDocument, *texts: str) -> None:
    for text in texts:
        row(word, text).getparent().remove(row(word, text))


def link(word: WordDocument, text: str, address: str) -> None:
    """Let words lead to an address, whether or not they are a link."""
    part = next(t for t in word.element.body.iter(f"{W}t") if text in (t.text or "")).getparent()
    identifier = word.part.relate_to(address, RELATIONSHIPS.HYPERLINK, is_external=True)
    around = part.getparent()
    if around.tag != f"{W}hyperlink":
        around = part.makeelement(f"{W}hyperlink")
        part.addprevious(around)
        around.append(part)
    around.set(qn("r:id"), identifier)


def element(markup: str) -> Any:
    return etree.fromstring(f'<root xmlns:w="{W[1:-1]}">{markup}</root>')[0]


def restyle(word: WordDocument, text: str, name: str = "") -> None:
    """Give a paragraph another style, or none."""
    there = paragraph(word, text)._p
    properties = there.get_or_add_pPr()
    for style in properties.findall(f"{W}pStyle"):
        properties.remove(style)
    if name:
        properties.insert(0, element(f'<w:pStyle w:val="{name}"/>'))


def level(word: WordDocument, text: str, depth: int) -> None:
    place = paragraph(word, text)._p.find(f"{W}pPr/{W}numPr/{W}ilvl")
    place.set(f"{W}val", str(depth))


def dress(word: WordDocument, text: str, **looks: Any) -> None:
    """Give a part of a run another look."""
    there = paragraph(word, text)
    run = next(run for run in there.runs if text in run.text)
    before, _, after = run.text.partition(text)
    for part in (before, text, after):
        element = copy.deepcopy(run._r)
        new = Run(element, there)
        new.text = part
        for look, value in looks.items() if part == text else ():
            setattr(new.font, look, value)
        run._r.addprevious(element)
    run._r.getparent().remove(run._r)


def sign(word: WordDocument, text: str) -> Any:
    """The run with the sign of a note."""
    return next(paragraph(word, text)._p.iter(f"{W}footnoteReference")).getparent()


def move_sign(word: WordDocument, text: str, to: str) -> None:
    paragraph(word, to)._p.append(sign(word, text))


def remove_sign(word: WordDocument, text: str) -> None:
    run = sign(word, text)
    run.getparent().remove(run)


def new_note(word: WordDocument, after: str, text: str) -> None:
    part = next(p for p in word.part.package.iter_parts() if "footnotes" in p.partname)
    notes = etree.fromstring(part.blob)
    sign = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>%s</w:r>'
    paragraph(word, after)._p.append(element(sign % '<w:footnoteReference w:id="9"/>'))
    note = f"<w:p>{sign % '<w:footnoteRef/>'}<w:r><w:t> {text}</w:t></w:r></w:p>"
    notes.append(element(f'<w:footnote w:id="9">{note}</w:footnote>'))
    part._blob = etree.tostring(notes)


def remove_table(word: WordDocument, caption: str = "") -> None:
    table = row(word, "pumps").getparent()
    table.getparent().remove(table)
    if caption:
        remove(word, caption)


def new_turn(word: WordDocument) -> None:
    turn = copy.deepcopy(paragraph(word, "Who dug it?")._p)
    for mark in [*turn.iter(f"{W}bookmarkStart", f"{W}bookmarkEnd")]:
        mark.getparent().remove(mark)
    [*turn.iter(f"{W}t")][-1].text = "And when?"
    paragraph(word, "My grandfather")._p.addnext(turn)


def cross_out(word: WordDocument, text: str) -> None:
    """Remove a paragraph in a tracked change."""
    there = paragraph(word, text)
    mark = element('<w:rPr><w:del w:id="91" w:author="Cy"/></w:rPr>')
    there._p.get_or_add_pPr().append(mark)
    for run in there.runs:
        gone = element('<w:del w:id="92" w:author="Cy"/>')
        run._r.addprevious(gone)
        gone.append(run._r)
        for inner in gone.iter(f"{W}t"):
            inner.tag = f"{W}delText"


def describe(word: WordDocument, text: str) -> None:
    next(word.element.body.iter("{*}docPr")).set("descr", text)


def number(word: WordDocument, *texts: str) -> None:
    """Make numbers of the bullets of items."""
    part = next(p for p in word.part.package.iter_parts() if "numbering" in p.partname)
    form = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
    part.element.append(element(f'<w:abstractNum w:abstractNumId="90">{form}</w:abstractNum>'))
    part.element.append(element('<w:num w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for text in texts:
        paragraph(word, text)._p.find(f"{W}pPr/{W}numPr/{W}numId").set(f"{W}val", "91")


def stress(word: WordDocument, text: str) -> None:
    """Give a part of a run the style that Word has for what is important."""
    name, bold = '<w:name w:val="Strong"/>', "<w:rPr><w:b/></w:rPr>"
    style = f'<w:style w:type="character" w:styleId="Fett">{name}{bold}</w:style>'
    word.styles.element.append(element(style))
    dress(word, text, bold=True)
    run = next(r for r in paragraph(word, text).runs if r.text == text)
    looks = run._r.get_or_add_rPr()
    looks.replace(looks.find(f"{W}b"), element('<w:rStyle w:val="Fett"/>'))


def in_another_font(word: WordDocument) -> None:
    for there in word.element.body.iter(f"{W}p"):
        for run in Paragraph(there, word).runs:
            run.font.name = "Arial"


def unlink(word: WordDocument, text: str) -> None:
    there = next(
        t for t in word.element.body.iter(f"{W}hyperlink") if text in "".join(t.itertext())
    )
    for run in there:
        there.addprevious(run)
        run.remove(run.find(f"{W}rPr"))
    there.getparent().remove(there)


def picture(word: WordDocument) -> Any:
    return next(word.element.body.iter(f"{W}drawing")).getparent().getparent()


def resize(word: WordDocument) -> None:
    next(picture(word).iter("{*}extent")).set("cx", "2000000")


def replace_picture(word: WordDocument) -> None:
    data = io.BytesIO()
    Image.new("RGB", (20, 10), "navy").save(data, "png")
    for part in word.part.package.iter_parts():
        if part.partname.endswith(".png"):
            part._blob = data.getvalue()


def move_formula(word: WordDocument, text: str, to: str) -> None:
    formula = next(paragraph(word, text)._p.iter(f"{M}oMath"))
    paragraph(word, to).add_run(" ")._r.addnext(formula)


def box_twice(word: WordDocument, text: str, new: str) -> None:
    """Add a text box, which Word writes in two ways."""
    box = f"<w:txbxContent><w:p><w:r><w:t>{new}</w:t></w:r></w:p></w:txbxContent>"
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ways = "".join(f"<mc:{name}>{box}</mc:{name}>" for name in ("Choice", "Fallback"))
    whole = f"<w:r><mc:AlternateContent {space}>{ways}</mc:AlternateContent></w:r>"
    paragraph(word, text)._p.append(element(whole))


def add_table(word: WordDocument, after: str) -> None:
    table = word.add_table(2, 2)
    for at, text in enumerate(("day", "mm", "Mon", "1|2")):
        table.cell(at // 2, at % 2).text = text
    paragraph(word, after)._p.addnext(table._tbl)


CASES: dict[str, tuple[Callable[[WordDocument], object], str, str]] = {
    "a word": (lambda w: change(w, "hand", "machine"), "dug by hand\n", "dug by machine\n"),
    "a tracked change": (lambda w: track(w, "two long", "three"), "two long years", "three years"),
    "beside emphasis": (lambda w: change(w, " deep", " wide"), "*very* deep", "*very* wide"),
    "in emphasis": (lambda w: change(w, "very", "not"), "*very*", "*not*"),
    "words that are gone": (lambda w: change(w, " with a handle", ""), " with a handle", ""),
    "a cell": (lambda w: change(w, "12", "14"), "| 12 |", "| 14 |"),
    "a caption": (lambda w: change(w, "there is", "we have"), "What there is", "What we have"),
    "a turn": (lambda w: change(w, "grandfather did", "aunt did"), "grandfather did", "aunt did"),
    "emphasis": (lambda w: italic(w, "rope"), "- rope", "- *rope*"),
    "a level": (lambda w: relevel(w, "The well"), "# The well", "## The well"),
    "a new paragraph": (
        lambda w: insert(w, "It was dug", "Nobody *knows* why."),
        "It was dug",
        "Nobody \\*knows\\* why.\n\nIt was dug",
    ),
    "a paragraph that is gone": (
        lambda w: remove(w, "It was dug"),
        "It was dug by hand\nin two long years.\n\n",
        "",
    ),
    "a new row": (
        lambda w: add_row(w, "wells", "taps", "a | b"),
        "| wells | 3 |\n",
        "| wells | 3 |\n| taps | a \\| b |\n",
    ),
    "a row after the head": (
        lambda w: add_row(w, "How many", "taps", "5"),
        "|---------:|\n",
        "|---------:|\n| taps | 5 |\n",
    ),
    "a row that is gone": (lambda w: remove_row(w, "pumps"), "| pumps | 12 |\n", ""),
    "a new column": (
        lambda w: add_column(w, "Where", "here", "there"),
        TABLE,
        "| What | Where | How many |\n|------| --- |---------:|\n| wells | here | 3 |\n"
        "| pumps | there | 12 |\n",
    ),
    "a column that is gone": (
        lambda w: remove_column(w, 0),
        TABLE,
        "| How many |\n|---------:|\n| 3 |\n| 12 |\n",
    ),
    "another address": (
        lambda w: link(w, "the trust", "https://new.example/a"),
        "(https://trust.example)",
        "(https://new.example/a)",
    ),
    "a new link": (
        lambda w: link(w, "rope", "https://rope.example/"),
        "- rope",
        "- [rope](https://rope.example/)",
    ),
    "an alternative text": (lambda w: describe(w, "A deep well"), "![A well]", "![A deep well]"),
    "a word that was all in bold": (lambda w: change(w, "good", ""), "**good** water", "water"),
    "an item that is gone": (lambda w: remove(w, "rope"), "- rope\n", ""),
    "a level of a list": (lambda w: level(w, "bucket", 1), "- bucket", "  - bucket"),
    "a dash": (lambda w: change(w, "two long", "two–long"), "two long", "two–long"),
    "a hyphen": (lambda w: change(w, "by hand", "by-hand"), "by hand", "by-hand"),
    "quotation marks": (lambda w: change(w, "“old”", "„old“"), '"old"', "„old“"),
    "a line break": (
        lambda w: change(w, "long years", "long\nyears"), "long years", "long\\\nyears"
    ),
    "what is struck": (lambda w: dress(w, "long", strike=True), "two long", "two ~~long~~"),
    "what is raised": (
        lambda w: dress(w, "ears", superscript=True), "years", "y<sup>ears</sup>"
    ),
    "what is marked": (lambda w: dress(w, "long", highlight_color=7), "long", "==long=="),
    "a new note": (
        lambda w: new_note(w, "dug by hand", "It *was*."),
        "long years.",
        "long years.^[It \\*was\\*.]",
    ),
    "a table that is gone": (
        lambda w: remove_table(w, "What there is"),
        f"{TABLE}\nTable: What there is {{#tbl-all}}\n\n",
        "",
    ),
    "a new turn": (
        lambda w: new_turn(w), "tbl-all shows.\n", "tbl-all shows.\n\nAnn: And when?\n"
    ),
    "a number at the beginning": (
        lambda w: insert(w, "It was dug", "1990. A year"),
        "It was dug",
        "1990\\. A year\n\nIt was dug",
    ),
    "a dash at the beginning": (
        lambda w: insert(w, "It was dug", "- dash"), "It was dug", "\\- dash\n\nIt was dug"
    ),
    "colons": (lambda w: insert(w, "It was dug", ":::"), "It was dug", "\\:::\n\nIt was dug"),
    "numbers for bullets": (
        lambda w: number(w, "rope", "bucket"),
        "- rope\n- bucket", "1. rope\n2. bucket",
    ),
    "a style of Word": (lambda w: stress(w, "long"), "two long", "two **long**"),
    "two looks": (
        lambda w: dress(w, "two long", bold=True, strike=True),
        "two long", "**~~two long~~**",
    ),
    "a space that keeps words together": (
        lambda w: change(w, "two long", "two\u00a0long"), "two long", "two\u00a0long"
    ),
    "a place for a hyphen": (lambda w: change(w, "hand", "ha\u00adnd"), "hand\n", "ha\u00adnd\n"),
    "a link that is gone": (
        lambda w: unlink(w, "the trust"), "[the trust](https://trust.example)", "the trust"
    ),
    "a picture that is gone": (
        lambda w: picture(w).getparent().remove(picture(w)), "![A well](well.svg)\n\n", ""
    ),
    "a row that was moved": (
        lambda w: row(w, "pumps").addnext(row(w, "wells")),
        "| wells | 3 |\n| pumps | 12 |\n", "| pumps | 12 |\n| wells | 3 |\n",
    ),
    "a text box": (
        lambda w: box_twice(w, "dug by", "Boxed."), "long years.\n", "long years.\n\nBoxed.\n"
    ),
    "a new table": (
        lambda w: add_table(w, "dug by"),
        "long years.\n", "long years.\n\n| day | mm |\n|---|---|\n| Mon | 1\\|2 |\n",
    ),
    "another title": (lambda w: change(w, "Wells", "Pits: a book"), "Wells", "'Pits: a book'"),
    "a star at the beginning": (
        lambda w: insert(w, "It was dug", "* star"), "It was dug", "\\* star\n\nIt was dug"
    ),
    "a comment of a source": (
        lambda w: insert(w, "It was dug", "<!-- c -->"),
        "It was dug", "\\<!-- c -->\n\nIt was dug",
    ),
    "a backslash": (lambda w: insert(w, "It was", "\\"), "It was dug", "\\\\\n\nIt was dug"),
    "a paragraph that is crossed out": (
        lambda w: cross_out(w, "It was dug"), "It was dug by hand\nin two long years.\n\n", ""
    ),
}  # fmt: skip


NAMES_NOTHING = ("a table that is gone",)
"""The cases after which a reference leads nowhere, which is told."""


@pytest.mark.parametrize("name", CASES)
def test_a_change_comes_home_alone(source: Path, name: str) -> None:
    edit, old, new = CASES[name]
    assert SOURCE.count(old) == 1
    word = sent(source)
    edit(word)
    output = review(source, word)
    assert source.read_text("utf-8") == SOURCE.replace(old, new)
    assert name in NAMES_NOTHING or "warning" not in output
    again = review(source, word, options=())
    assert again == "review   nothing was changed\n"


DRAWN = "> +-----+-----+\n> | day | mm  |\n> +=====+=====+\n> | Mon | 12  |\n"
WIDER = """\
> +--------+-----+
> | day    | mm  |
> +========+=====+
> | Mon    | 12  |
> +--------+-----+
> | Sunday | 7   |
> +--------+-----+"""
GRID = """\
+-------+-----+
| What  | No  |
+=======+====:+
| wells | 3   |
+-------+-----+
| pumps | two |
|       | x|y |
+-------+-----+"""
DASHES = """\
What    Many  Where
-----  -----  -----
wells      3  here
pumps     12  there"""
PARTED = """\
--------------------
What     Many  Where
------- -----  -----
wells       3  by the
               road

pumps      12  there
--------------------"""
MORE: dict[str, tuple[Callable[[WordDocument], object], str, str]] = {
    "an anchor stays": (
        lambda w: change(w, "bucket", ""),
        "The [bucket]{#b} of [the text](#b).",
        "The []{#b} of [the text](#b).",
    ),
    "an escaped sign": (
        lambda w: change(w, "is_deep", "is_dry"),
        "It is\\_deep \\{now}.",
        "It is_dry \\{now}.",
    ),
    "a part of a word": (
        lambda w: track(w, "deep", "dry"), "It is `a` or very_deep.", "It is `a` or very_dry."
    ),
    "beside a variable": (
        lambda w: change(w, "{{ lang", "{{ title"),
        "In {{ lang }} and `{{ lang }}`.",
        "In {{ lang }} and `{{ title }}`.",
    ),
    "an address": (
        lambda w: change(w, "well", "pit"), "Ask <ann@well.org>.", "Ask <ann@pit.org>."
    ),
    "beside references": (
        lambda w: change(w, "fig-well", "fig-pit"),
        "See @fig-well or **\\@fig-well** here.\n\n![A](a.svg \"W\"){#fig-well}",
        "See @fig-well or **\\@fig-pit** here.\n\n![A](a.svg \"W\"){#fig-well}",
    ),
    "between formulas": (
        lambda w: change(w, ",", " or"),
        "$x$, $2{,}5$, $y$",
        "$x$ or $2{,}5$, $y$",
    ),
    "after a formula": (
        lambda w: paragraph(w, ",").add_run(", or more"),
        "Add $x$, $y_1$ and $z_2$\n{#sum}",
        "Add $x$, $y_1$ and $z_2$, or more\n{#sum}",
    ),
    "a formula that is gone": (
        lambda w: without_formula(w, "and"), "Add $x$, $y$ and $z_2$.", "Add $x$, $y$ and."
    ),
    "a row of a drawn table": (
        lambda w: add_row(w, "Mon", "Tue", "7"),
        f"{DRAWN}> +-----+-----+",
        f"{DRAWN}> +-----+-----+\n> | Tue | 7   |\n> +-----+-----+",
    ),
    "a row with longer words": (
        lambda w: add_row(w, "Mon", "Sunday", "7"),
        f"{DRAWN}> +-----+-----+",
        WIDER,
    ),
    "a cell with a longer word": (
        lambda w: change(w, "Mon", "Sunday"),
        f"{DRAWN}> +-----+-----+",
        WIDER.replace("\n> | Sunday | 7   |\n> +--------+-----+", "").replace("Mon   ", "Sunday"),
    ),
    "a cell of a drawn table": (
        lambda w: change(w, "12", "4"), DRAWN + "> +-----+-----+",
        DRAWN.replace("12 ", "4  ") + "> +-----+-----+",
    ),
    "a row of a drawn table that is gone": (
        lambda w: remove_row(w, "pumps"),
        GRID,
        GRID.replace("\n| pumps | two |\n|       | x|y |\n+-------+-----+", ""),
    ),
    "a new column of a drawn table": (
        lambda w: add_column(w, "Where", "at home", ""),
        GRID,
        """\
+-------+---------+-----+
| What  | Where   | No  |
+=======+=========+====:+
| wells | at home | 3   |
+-------+---------+-----+
| pumps |         | two |
|       |         | x|y |
+-------+---------+-----+""",
    ),
    "a column of a drawn table that is gone": (
        lambda w: remove_column(w, 0),
        GRID,
        "\n".join(line[:1] + line[9:] for line in GRID.split("\n")),
    ),
    "a word in a column of dashes": (
        lambda w: change(w, "12", "1"), DASHES, DASHES.replace("12  th", "1   th")
    ),
    "a longer word in a column of dashes": (
        lambda w: change(w, "12", "twelve"),
        DASHES,
        """\
What    Many      Where
-----  -----      -----
wells      3      here
pumps     twelve  there""",
    ),
    "a longer word where rows are parted": (
        lambda w: change(w, "pumps", "old pumps"),
        PARTED,
        """\
------------------------
What         Many  Where
-------     -----  -----
wells           3  by the
                   road

old pumps      12  there
------------------------""",
    ),
    "a word of a head that others follow": (
        lambda w: change(w, "What", "It"), DASHES, DASHES.replace("What", "It  ")
    ),
    "a row below dashes": (
        lambda w: add_row(w, "Many", "taps", "7", "here"),
        DASHES,
        DASHES.replace("\nwells", "\ntaps   7      here\nwells"),
    ),
    "a row below dashes that is gone": (
        lambda w: remove_row(w, "wells"), DASHES, DASHES.replace("\nwells      3  here", "")
    ),
    "a word after a number": (lambda w: change(w, "What", ""), "1. What? Now.", "1. ? Now."),
    "a title": (
        lambda w: paragraph(w, "Exercise").add_run(" The rope"),
        "::: exercise {#rope}\nWhy?\n:::",
        "::: exercise The rope {#rope}\nWhy?\n:::",
    ),
    "an item before what is below": (
        lambda w: repeat(w, "rope", "new rope"),
        "- rope\n  - long\n- bucket",
        "- rope\n- new rope\n  - long\n- bucket",
    ),
    "an item without what is below": (
        lambda w: remove(w, "bucket"),
        "- rope\n- bucket\n  - wide\n- well",
        "- rope\n  - wide\n- well",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MORE)
def test_markup_stays_around_a_change(tmp_path: Path, name: str) -> None:
    edit, old, new = MORE[name]
    source = tmp_path / "more.md"
    source.write_text(f"---\ntitle: More\nlang: en\n---\n\n{old}\n", "utf-8")
    word = sent(source)
    edit(word)
    output = review(source, word)
    assert source.read_text("utf-8") == f"---\ntitle: More\nlang: en\n---\n\n{new}\n"
    assert "warning" not in output


TOLD: dict[str, tuple[Callable[[WordDocument], object], str]] = {
    "what is left of an address": (lambda w: change(w, "well", ""), "Ask <ann@well.org>."),
    "a head that aligns its column": (lambda w: change(w, "Many", "Number"), DASHES),
    "the head of a drawn table": (lambda w: remove_row(w, "What"), GRID),
    "all rows of a drawn table": (
        lambda w: remove_row(w, "wells", "pumps"),
        GRID,
    ),
    "a row that does not fit": (lambda w: add_row(w, "Many", "taps", "seventeen", "x"), DASHES),
    "a row of several lines": (lambda w: remove_row(w, "wells"), PARTED),
    "a column of dashes": (lambda w: remove_column(w, 0), DASHES),
    "a row beside a cell of several": (
        lambda w: remove_row(w, "pumps"),
        "+---+-------+\n| a | wells |\n|   +-------+\n|   | pumps |\n+---+-------+",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_cannot_be_changed_is_told(tmp_path: Path, name: str) -> None:
    edit, text = TOLD[name]
    source = tmp_path / "told.md"
    source.write_text(f"---\ntitle: T\nlang: en\n---\n\n{text}\n", "utf-8")
    word = sent(source)
    edit(word)
    assert "warning[not-taken-back]" in review(source, word)
    assert source.read_text("utf-8") == f"---\ntitle: T\nlang: en\n---\n\n{text}\n"


REPEATED = """\
# Start

## Some

| What | A | B |
|---|---|---|
| wells | 3 | 3 |
| pumps | 3 | 3 |
"""
TWICE: dict[str, tuple[Callable[[WordDocument], object], str, str]] = {
    "a row": (
        lambda w: add_row(w, "wells", "taps", "3", "3"), "| pumps", "| taps | 3 | 3 |\n| pumps"
    ),
    "a row that was moved": (
        lambda w: row(w, "pumps").addnext(row(w, "wells")),
        "| wells | 3 | 3 |\n| pumps | 3 | 3 |\n", "| pumps | 3 | 3 |\n| wells | 3 | 3 |\n",
    ),
    "a column that is gone": (
        lambda w: remove_column(w, 1),
        "| What | A | B |\n|---|---|---|\n| wells | 3 | 3 |\n| pumps | 3 | 3 |\n",
        "| What | B |\n|---|---|\n| wells | 3 |\n| pumps | 3 |\n",
    ),
    "the highest heading": (lambda w: restyle(w, "Start", "Heading3"), "# Start", "### Start"),
    "a level that is left out": (lambda w: restyle(w, "Some", "Heading4"), "## Some", "#### Some"),
}  # fmt: skip


@pytest.mark.parametrize("name", TWICE)
def test_a_file_that_is_reviewed_again_changes_nothing_more(tmp_path: Path, name: str) -> None:
    edit, old, new = TWICE[name]
    source = tmp_path / "again.md"
    source.write_text(f"---\ntitle: T\nlang: en\n---\n\n{REPEATED}", "utf-8")
    word = sent(source)
    edit(word)
    review(source, word)
    expected = f"---\ntitle: T\nlang: en\n---\n\n{REPEATED.replace(old, new, 1)}"
    assert source.read_text("utf-8") == expected
    assert review(source, word) == "review   nothing was changed\n"
    assert source.read_text("utf-8") == expected


@pytest.mark.parametrize("title", ["::: exercise Rope", "````{tab-item} Rope"])
def test_the_title_of_a_block_stays_where_it_is(tmp_path: Path, title: str) -> None:
    source = tmp_path / "blocks.md"
    end = title.partition(" ")[0].partition("{")[0]
    text = f"---\ntitle: B\nlang: en\n---\n\nText.\n\n{title}\nWhy?\n{end}\n\nMore.\n"
    source.write_text(text, "utf-8")
    word = sent(source)
    remove(word, "Rope")
    assert "blocks.md:8:1: warning" in review(source, word)
    assert source.read_text("utf-8") == text
    word = sent(source)
    paragraph(word, "Text.")._p.addprevious(paragraph(word, "Rope")._p)
    assert "warning" not in review(source, word)
    moved = text.replace("Text.\n\n", "").replace("Why?", "Text.\n\nWhy?")
    assert source.read_text("utf-8").replace("Rope\n\n", "Rope\n") == moved


def test_an_answer_stays_with_its_question(tmp_path: Path) -> None:
    source = tmp_path / "exam.md"
    item = "1. Why?\n\n   ::: answer\n   So.\n   :::\n"
    text = f"---\ntitle: Exam\nlang: en\n---\n\n::: exercise\n{item}\n2. How?\n:::\n"
    source.write_text(text, "utf-8")
    word = sent(source)
    repeat(word, "Why?", "When?")
    assert "exam.md:7:4: warning" in review(source, word)
    assert source.read_text("utf-8") == text.replace(item, f"{item}2. When?\n")
    source.write_text(text, "utf-8")
    word = sent(source)
    remove(word, "Why?")
    assert "exam.md:7:4: warning" in review(source, word)
    assert source.read_text("utf-8") == text.replace(f"{item}\n2.", "1.")


def test_a_question_of_which_something_is_shown_stays(tmp_path: Path) -> None:
    source = tmp_path / "exam.md"
    item = "1. Why?\n\n   Say all.\n\n   ::: answer\n   So.\n   :::\n"
    text = f"---\ntitle: Exam\nlang: en\n---\n\n::: exercise\n{item}\n2. How?\n:::\n"
    source.write_text(text, "utf-8")
    word = sent(source)
    remove(word, "Why?")
    assert "exam.md:7:4: warning" in review(source, word)
    assert source.read_text("utf-8") == text


def test_a_paragraph_that_was_moved_keeps_its_markup(source: Path) -> None:
    word = sent(source)
    paragraph(word, "My grandfather")._p.addnext(paragraph(word, "very")._p)
    review(source, word)
    moved = 'The well is *very* deep, and "old".[^1]\n\n'
    turn = "Ben: My grandfather did, as @tbl-all shows.\n\n"
    expected = SOURCE.replace(moved, "").replace(turn, turn + moved)
    assert source.read_text("utf-8") == expected


MOVED = 'The well is *very* deep, and "old".[^1]\n\nIt was dug by hand\nin two long years.\n'


def test_a_note_goes_with_its_sign(source: Path) -> None:
    word = sent(source)
    remove_sign(word, "very")
    assert "warning" not in review(source, word)
    expected = SOURCE.replace("[^1]\n", "\n", 1).replace("\n[^1]: The keeper says so.\n", "")
    assert source.read_text("utf-8") == expected


def test_a_note_that_was_moved_keeps_its_name(source: Path) -> None:
    word = sent(source)
    move_sign(word, "very", "dug by hand")
    assert "warning" not in review(source, word)
    moved = MOVED.replace("[^1]", "").replace("years.", "years.[^1]")
    assert source.read_text("utf-8") == SOURCE.replace(MOVED, moved)


LEFT: dict[str, tuple[Callable[[WordDocument], object], str]] = {
    "level in the list": (lambda w: level(w, "rope", 1), "well.md:16:3"),
    "style": (lambda w: restyle(w, "Who dug it?"), "well.md:26:1"),
    "alignment": (lambda w: setattr(paragraph(w, "dug by"), "alignment", 1), "well.md:13:1"),
    "font, size or colour": (lambda w: dress(w, "dug", size=Pt(20)), "well.md:13:1"),
    "“wells” is different in the file: font": (
        lambda w: dress(w, "wells", name="Arial"), "well.md:21:3"
    ),
    "“It was dug by hand in two long years.” is different in the file: font": (
        lambda w: dress(w, "dug", hidden=True), "well.md:13:1"
    ),
    "indentation, spaces or lines": (
        lambda w: setattr(paragraph(w, "dug by").paragraph_format, "left_indent", Pt(30)),
        "well.md:13:1",
    ),
    "16 paragraphs": (
        in_another_font, "well.md:9:1"
    ),
    "Styles look different": (
        lambda w: setattr(w.styles["Normal"].font, "size", Pt(20)), "well.md:1"
    ),
    "Heads, feet or sizes of pages": (
        lambda w: w.sections[0].footer.paragraphs[0].add_run("Secret"), "well.md:1"
    ),
    "the size of a picture": (resize, "well.md:34:1"),
    "is different in the file: a picture": (replace_picture, "well.md:34:1"),
    "A formula or a picture": (
        lambda w: setattr(
            next(t for t in w.element.body.iter(f"{M}t") if t.text == "="), "text", "<"
        ),
        "well.md:30:1",
    ),
    "are not clear": (
        lambda w: paragraph(w, "dug by")._p.append(
            element('<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>')
        ),
        "well.md:13:1",
    ),
    "its place in the table": (
        lambda w: w.tables[0].cell(1, 0).merge(w.tables[0].cell(1, 1)), "well.md:21:11"
    ),
    "page breaks": (lambda w: paragraph(w, "dug by").add_run().add_break(WD_BREAK.PAGE), "well.md"),
    "its caption was not": (lambda w: remove_table(w), "well.md:19:3"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEFT)
def test_whatever_else_is_different_is_told_with_its_place(source: Path, what: str) -> None:
    edit, place = LEFT[what]
    word = sent(source)
    edit(word)
    output = review(source, word)
    assert what in output
    assert f"{place}" in output
    assert "nothing was changed" not in output


def test_an_untouched_file_changes_nothing(source: Path) -> None:
    assert review(source, sent(source)) == "review   nothing was changed\n"
    assert source.read_text("utf-8") == SOURCE


def test_without_apply_there_is_a_patch(source: Path) -> None:
    word = sent(source)
    change(word, "hand", "machine")
    output = review(source, word, options=())
    assert "-It was dug by hand\n+It was dug by machine\n" in output
    assert source.read_text("utf-8") == SOURCE


def test_each_change_is_asked_about(tmp_path: Path) -> None:
    source, file = tmp_path / "wells.md", tmp_path / "back.docx"
    source.write_text("---\ntitle: Wells\nlang: en\n---\n\nA deep well.\n\nA dry well.\n", "utf-8")
    word = sent(source)
    change(word, "deep", "wide")
    change(word, "dry", "full")
    word.save(str(file))
    arguments = ["review", str(source), str(file), "--interactive"]
    result = CliRunner().invoke(main, arguments, input="n\ny\n")
    assert "- A deep well.\n+ A wide well.\n" in result.output
    assert source.read_text("utf-8").endswith("A deep well.\n\nA full well.\n")


def test_a_note_comes_home(source: Path) -> None:
    (built, _) = pipeline.build(source, ["word"], out=source.parent / "build").files
    with zipfile.ZipFile(built) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    notes = parts["word/footnotes.xml"]
    parts["word/footnotes.xml"] = notes.replace(b"keeper says", b"neighbour says")
    back = source.parent / "back.docx"
    with zipfile.ZipFile(back, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    result = CliRunner().invoke(main, ["review", str(source), str(back), "--apply"])
    assert result.exit_code == 0, result.output
    assert source.read_text("utf-8") == SOURCE.replace("keeper says", "neighbour says")


def test_a_comment_stands_after_its_words(source: Path) -> None:
    word = sent(source)
    run = next(run for run in paragraph(word, "dug by hand").runs if "dug" in run.text)
    word.add_comment(run, text="Is that so -- really?", author="Ann")
    review(source, word)
    text = source.read_text("utf-8")
    assert text.startswith(SOURCE[: SOURCE.index("\nin two long")])
    assert ": Is that so – really? -->" in text
    assert "<!-- Ann, " in text


@pytest.mark.parametrize("table", [GRID, DASHES])
def test_a_comment_in_a_drawn_table_leaves_its_columns(tmp_path: Path, table: str) -> None:
    source = tmp_path / "drawn.md"
    source.write_text(f"---\ntitle: T\nlang: en\n---\n\n{table}\n", "utf-8")
    word = sent(source)
    word.add_comment(paragraph(word, "pumps").runs, text="Why?", author="Ann")
    assert "warning" not in review(source, word)
    text = source.read_text("utf-8")
    assert re.search(r"pumps<!-- Ann, [\d-]+: Why\? --> ", text)
    (built,) = sent(source).tables
    assert [cell.text.split()[0] for cell in built.columns[0].cells] == ["What", "wells", "pumps"]


def test_a_file_at_another_level_changes_nothing_that_it_lacks(source: Path) -> None:
    text = SOURCE.replace("lang: en", "lang: en\nlevels: [core, support]")
    text += "\n::: level support\nLook at the picture.\n:::\n"
    source.write_text(text, "utf-8")
    files = pipeline.build(source, ["word"], out=source.parent / "build").files
    for file in files[:2]:
        result = CliRunner().invoke(main, ["review", str(source), str(file)])
        assert result.output == "review   nothing was changed\n", file


def test_changes_are_shown_by_word_with_their_authors(source: Path) -> None:
    word = sent(source)
    track(word, "hand", "machine")
    change(word, "grandfather", "aunt")
    cross_out(word, "Who dug it?")
    output = review(source, word, options=("--words",))
    assert "well.md:13:15: Ann: It was dug by [-hand-]{+machine+}\n" in output
    assert "well.md:28:9: a.docx: Ben: My [-grandfather-]{+aunt+} did, as" in output
    assert ": Cy: [-Ann: Who dug it?⏎⏎-]" in output
    assert "@@" not in output
    assert "@@" in review(source, word, options=())
    output = review(source, word)
    assert "well.md: 3 changes written" in output
    assert "nothing was changed" in review(source, word)


def test_comments_come_in_their_order_and_once(source: Path) -> None:
    first = sent(source)
    runs = paragraph(first, "dug by hand").runs[:1]
    for text, author in (("Zwei?", "Ann"), ("Eins?", "Ben")):
        first.add_comment(runs, text=text, author=author)
    second = copy.deepcopy(first)
    review(source, first, second)
    review(source, first)
    text = source.read_text("utf-8")
    assert text.count("Eins?") == text.count("Zwei?") == 1
    assert text.index("Zwei?") < text.index("Eins?")


def test_a_list_with_all_that_is_below_goes_whole(tmp_path: Path) -> None:
    source = tmp_path / "list.md"
    text = "---\ntitle: L\nlang: en\n---\n\nText.\n\n- one\n    - two\n    - three\n\nEnd.\n"
    source.write_text(text, "utf-8")
    word = sent(source)
    for item in ("one", "two", "three"):
        remove(word, item)
    assert "warning" not in review(source, word)
    assert source.read_text("utf-8") == text.partition("- one")[0] + "End.\n"


def test_a_heading_becomes_text_and_text_a_heading(tmp_path: Path) -> None:
    source = tmp_path / "heads.md"
    text = "---\ntitle: H\nlang: en\n---\n\n# One\n\n## Two\n\nThree.\n\nFour.\n"
    source.write_text(text, "utf-8")
    word = sent(source)
    restyle(word, "Two")
    restyle(word, "Three.", "Heading2")
    restyle(word, "Four.", "ListBullet")
    assert "warning" not in review(source, word)
    expected = text.replace("## Two", "Two").replace("Three", "## Three").replace("Four", "- Four")
    assert source.read_text("utf-8") == expected


def test_a_formula_or_a_picture_that_was_moved_keeps_its_source(source: Path) -> None:
    word = sent(source)
    move_formula(word, "The area", "dug by")
    paragraph(word, "dug by")._p.addprevious(picture(word))
    assert "warning" not in review(source, word)
    text = SOURCE.replace(" is $A = r^2$", " is").replace("years.", "years. $A = r^2$")
    text = text.replace("![A well](well.svg)\n\n", "")
    text = text.replace("It was dug", "![A well](well.svg)\n\nIt was dug")
    assert source.read_text("utf-8") == text


def test_a_choice_and_a_second_paragraph_of_a_note_are_new(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    text = (
        "::: exercise One\nHow deep? ____{9} m\n\n- ( ) here\n- (x) there[^1]\n:::\n\n[^1]: Far.\n"
    )
    source.write_text(f"---\ntitle: Wells\nlang: en\n---\n\n{text}", "utf-8")
    word = sent(source)
    repeat(word, "there", "nowhere")
    part = next(p for p in word.part.package.iter_parts() if "footnotes" in p.partname)
    notes = etree.fromstring(part.blob)
    notes[-1].append(element("<w:p><w:r><w:t>Very far.</w:t></w:r></w:p>"))
    part._blob = etree.tostring(notes)
    field = next(word.element.body.iter(f"{W}sdt"))
    field.find(f"{W}sdtPr").remove(field.find(f"{W}sdtPr/{W}showingPlcHdr"))
    output = review(source, word)
    assert "wells.md:7:1: warning[not-taken-back]: “How deep? m” is different in" in output
    assert "what is to be filled in" in output
    new = text.replace("there[^1]\n", "there[^1]\n- ( ) nowhere\n")
    assert source.read_text("utf-8").endswith(new.replace("Far.\n", "Far.\n\n    Very far.\n"))


def test_formulas_that_a_program_lost_stay(source: Path) -> None:
    word = sent(source)
    without_formula(word, "The area")
    change(word, " here", " there")
    output = review(source, word)
    assert "The file has no formulas any more" in output
    assert source.read_text("utf-8") == SOURCE.replace("$A = r^2$ here", "$A = r^2$ there")


def test_a_file_of_another_source_is_refused_in_a_line(source: Path) -> None:
    word = sent(source)
    source.write_text("---\ntitle: Pits\nlang: en\n---\n\nQuite another text.\n", "utf-8")
    output = review(source, word)
    assert "a.docx: error[unreadable-file]: It was not made of this source" in output
    assert len(output.splitlines()) == 1


def test_what_the_source_has_got_meanwhile_stays(source: Path) -> None:
    word = sent(source)
    change(word, "hand", "machine")
    later = SOURCE.replace("# The well\n", "# The well\n\nNew.\n").replace(
        "[^1]: ", "Newer.\n\n[^1]: "
    )
    source.write_text(later, "utf-8")
    review(source, word)
    assert source.read_text("utf-8") == later.replace("by hand", "by machine")


def test_a_row_that_the_source_has_got_meanwhile_stays(tmp_path: Path) -> None:
    source = tmp_path / "drawn.md"
    source.write_text(f"---\ntitle: T\nlang: en\n---\n\n{GRID}\n", "utf-8")
    word = sent(source)
    later = GRID.replace("\n| pumps", "\n| taps  | 4   |\n+-------+-----+\n| pumps")
    source.write_text(f"---\ntitle: T\nlang: en\n---\n\n{later}\n", "utf-8")
    assert review(source, word) == "review   nothing was changed\n"
    assert later in source.read_text("utf-8")


def test_two_reviewers_are_merged(source: Path) -> None:
    first, second = sent(source), sent(source)
    change(first, "hand", "machine")
    change(second, "grandfather", "grandmother")
    review(source, first, second)
    expected = SOURCE.replace("by hand", "by machine").replace("grandfather", "grandmother")
    assert source.read_text("utf-8") == expected


def test_where_they_contradict_each_other_there_is_a_conflict(source: Path) -> None:
    first, second = sent(source), sent(source)
    change(first, "hand", "machine")
    change(second, "hand", "others")
    output = review(source, first, second)
    assert "error[review-conflict]" in output
    conflict = (
        "<<<<<<< a.docx\nIt was dug by machine\n=======\nIt was dug by others\n>>>>>>> b.docx\n"
    )
    assert source.read_text("utf-8") == SOURCE.replace("It was dug by hand\n", conflict)
    arguments = ["build", str(source), "--edition", "word", "--out", str(source.parent / "out")]
    built = CliRunner().invoke(main, [*arguments, "--strict"])
    assert "well.md:13:1: error[conflict-marks]" in built.output
    assert built.exit_code == 1
    code = SOURCE.replace("It was dug by hand\n", f"```\n{conflict}```\n")
    assert not pipeline.parse(code).diagnostics


def test_a_source_that_changed_meanwhile_keeps_its_changes(source: Path) -> None:
    word = sent(source)
    change(word, "grandfather", "grandmother")
    later = SOURCE.replace("by hand", "by us").replace("# The well\n", "# The well\n\nNew.\n")
    source.write_text(later, "utf-8")
    review(source, word)
    text = source.read_text("utf-8")
    assert "dug by us" in text
    assert "My grandmother did" in text


def test_what_both_changed_is_told(source: Path) -> None:
    word = sent(source)
    change(word, "hand", "machine")
    source.write_text(SOURCE.replace("by hand", "by us"), "utf-8")
    output = review(source, word)
    assert "error[review-conflict]" in output
    assert "dug by us" in source.read_text("utf-8")


def test_a_formula_that_was_changed_is_told(source: Path) -> None:
    word = sent(source)
    math = next(word.element.body.iter("{*}oMath"))
    next(math.iter("{*}t")).text = "B"
    output = review(source, word)
    assert "warning[not-taken-back]" in output
    assert source.read_text("utf-8") == SOURCE


def test_an_included_file_with_a_mark_of_its_encoding_is_changed_in_place(tmp_path: Path) -> None:
    source, part = tmp_path / "wells.md", tmp_path / "part.md"
    source.write_text("---\ntitle: Wells\nlang: en\n---\n\n{{ include part.md }}\n", "utf-8")
    part.write_text("One deep well.\n\nTwo wells are here.\n", "utf-8-sig")
    word = sent(source)
    change(word, "deep well", "shallow well")
    change(word, "are here", "were here")
    review(source, word)
    assert part.read_text("utf-8-sig") == "One shallow well.\n\nTwo wells were here.\n"


def test_what_differs_beside_an_included_file_is_told(tmp_path: Path) -> None:
    source, part = tmp_path / "wells.md", tmp_path / "part.md"
    text = "---\ntitle: Wells\nlang: en\n---\n\nFirst.\n\n{{ include part.md }}\n\nLast.\n"
    source.write_text(text, "utf-8")
    part.write_text("One deep well.\n", "utf-8")
    word = sent(source)
    change(word, "deep", "dry")
    paragraph(word, "Last.").alignment = WD_ALIGN_PARAGRAPH.CENTER
    output = review(source, word)
    assert "wells.md:10:1: warning[not-taken-back]: “Last.” is different" in output
    assert output.count("not-taken-back") == 1
    assert part.read_text("utf-8") == "One dry well.\n"
    assert source.read_text("utf-8") == text


def test_a_paragraph_that_was_written_anew_keeps_its_place(tmp_path: Path) -> None:
    source = tmp_path / "terms.md"
    text = "---\ntitle: T\nlang: en\n---\n\nOne.\n\nWell\n:   Deep.\n\nPump\n:   Loud.\n"
    source.write_text(text, "utf-8")
    word = sent(source)
    remove(word, "Pump")
    insert(word, "Loud.", "Pipe")
    restyle(word, "Pipe", "DefinitionTerm")
    assert "warning" not in review(source, word)
    assert source.read_text("utf-8") == text.replace("Pump", "Pipe")


def test_a_cell_of_an_included_file_is_changed_there(tmp_path: Path) -> None:
    source, part = tmp_path / "wells.md", tmp_path / "part.md"
    text = f"---\ntitle: Wells\nlang: en\n---\n\n{GRID}\n\n{{{{ include part.md }}}}\n"
    source.write_text(text, "utf-8")
    part.write_text("taps  place\n----  -----\nlong  here\n", "utf-8")
    word = sent(source)
    change(word, "long", "big")
    change(word, "wells", "pits")
    review(source, word)
    assert part.read_text("utf-8") == "taps  place\n----  -----\nbig   here\n"
    assert source.read_text("utf-8") == text.replace("wells ", "pits  ")


def test_a_damaged_file_is_told(source: Path, tmp_path: Path) -> None:
    data = bytearray(pipeline.build(source, ["word"], out=tmp_path).files[0].read_bytes())
    start = data.index(b"word/document.xml") + len(b"word/document.xml")
    data[start : start + 20] = bytes(20)
    (tmp_path / "other.docx").write_bytes(data)
    result = CliRunner().invoke(main, ["review", str(source), str(tmp_path / "other.docx")])
    assert "error[unreadable-file]" in result.output
    assert result.exit_code == 1


def test_a_file_of_another_kind_is_told(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.docx"
    other.write_bytes(b"no archive")
    result = CliRunner().invoke(main, ["review", str(source), str(other)])
    assert "error[unreadable-file]" in result.output
    assert result.exit_code == 1


@pytest.mark.slow
@pytest.mark.checkers
def test_a_file_that_libreoffice_saved_changes_nothing(source: Path, tmp_path: Path) -> None:
    files = pipeline.build(source, ["word"], out=tmp_path).files
    (tmp_path / "back").mkdir()
    back = checkers.libreoffice(files[0], tmp_path / "back", "docx")
    result = CliRunner().invoke(main, ["review", str(source), str(back)])
    assert result.output == "review   nothing was changed\n"
