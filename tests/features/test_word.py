"""Editions for Word: what Word counts, fills in and reads aloud, and what LibreOffice prints."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips
from lxml import etree
from PIL import Image

import pipeline
from pipeline import features, model, parse
from pipeline.commands.importing.inputs import import_file
from pipeline.features.word.omml import omml
from pipeline.verify.word import paragraphs
from tests.helpers import checkers, making
from tests.helpers.finished import all_text, compared
from tests.helpers.paths import BOOK
from tests.helpers.trees import nodes

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

FRONT = "---\ntitle: Wells\nlang: en\n---\n\n"
MORE = """
## More

[Buckets]{.index} are counted [@bales2012, p. 3]: $\\frac{a_1}{b}$.[^more]

$$ \\sum_{i=1}^n x_i = \\begin{cases} 1 & x \\\\ 2 & y \\end{cases} $$

```python {.numbered mark=1 caption="A count"}
buckets = 12  # of wood
```

```chart {type=bar caption="Buckets"}
Day, Buckets
Monday, 3
Tuesday, 5
```

[^more]: In all, $x^2$.

::: teacher Before the lesson
Read it aloud.
:::

::: lines-numbered The walk every=2
The road is long
to the house.
:::

::: exercise True or false? {marks=2}
| | true | false |
|---|:-:|:-:|
| Wells are dug. | (x) | ( ) |

a) A ____{pump} has a ____{handle}. {marks=1}

b) Draw one. {marks=1}

::: space 20mm {.squared}
:::

::: word-bank
rope
:::

::: matching
Well
:   is dug

    ::: answer
    By hand.
    :::

River
:   runs
:::
:::

::: index
:::
"""


def opened(text: str, edition: str = "word", front: str = FRONT) -> WordDocument:
    """An edition of a text, as python-docx reads it."""
    document = making.resolved(front + text, edition)
    return docx.Document(io.BytesIO(making.packed(document).data))


def instructions(word: WordDocument) -> list[str]:
    """The fields of a file."""
    fields = word.element.body.iter(f"{W}instrText")
    return [(field.text or "").strip() for field in fields]


def shown(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The teacher's edition of a book of what Word has a way of its own for."""
    others = r"\{\{ include parts/(?!plain|tables).* }}"
    text = re.sub(others, "", BOOK.read_text("utf-8")) + EXERCISE + MORE
    document = making.without_findings(making.resolved(text, "teacher-word", BOOK.parent))
    file = tmp_path_factory.mktemp("word") / "book.docx"
    file.write_bytes(making.without_findings(making.packed(document, BOOK.parent)).data)
    return file


def faults_of(file: Path) -> list[str]:
    from openxml_audit import OpenXmlValidator  # takes long to load, for one worker of several

    return [str(error) for error in OpenXmlValidator().validate(file).errors]


def test_squares_are_square_and_lines_stay_with_their_question() -> None:
    text = (
        "::: exercise\nDraw.\n\n::: space 20mm {.squared}\n:::\n\nSay.\n\n::: lines 3\n:::\n:::\n"
    )
    word = opened(
        text.replace("::: exercise", ":::: exercise").replace(":::\n:::\n", ":::\n::::\n")
    )
    (table,) = word.tables
    assert {(row.height, row.height_rule) for row in table.rows} == {(Twips(283), 2)}
    kept = {p.text: p.paragraph_format.keep_with_next for p in word.paragraphs if p.text}
    assert kept["Draw."]
    assert kept["Say."]


def test_short_tables_stay_whole_and_their_blanks_within_the_cells() -> None:
    rows = "| 1 | 2 | ____ | 4 | 5 | ____ | 7 | 8 | ____ | 10 |\n"
    rows += "|---" * 10 + "|\n| 11 | ____ | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 |\n"
    word = opened(f"---\npage: A6\n---\n\n::: exercise\nWhich?\n\n{rows}:::\n", front="")
    (table,) = word.tables
    *first, last = (row.cells[0].paragraphs[0].paragraph_format for row in table.rows)
    assert all(look.keep_with_next for look in first)
    assert not last.keep_with_next
    (question,) = (p for p in word.paragraphs if p.text == "Which?")
    assert question.paragraph_format.keep_with_next
    lines = [text for text in table._tbl.itertext() if "_" in text]
    assert lines
    assert max(map(len, lines)) < 6


CHILDREN = """\
---
title: かず
lang: ja
audience: {ages: 6-7}
handwriting: primary
name_line: [name, class, date, grade]
---

::: exercise
1. *どれ*ですか。

   - ( ) 春
   - (x) 夏

2. 書く。

   ::: lines 2
   :::
:::
"""


def test_children_have_room_to_write_and_the_signs_of_their_script() -> None:
    word = opened(CHILDREN, front="")
    styles = word.styles
    assert styles["Writing Line"].paragraph_format.line_spacing == pytest.approx(Mm(12), abs=999)
    assert styles.element.find(f".//{W}docDefaults//{W}sz").get(f"{W}val") == "34"
    numbering = word.part.numbering_part.element
    assert "aiueoFullWidth" in {n.get(f"{W}val") for n in numbering.iter(f"{W}numFmt")}
    (question,) = (p for p in word.paragraphs if p.text == "どれですか。")
    assert question._p.find(f"{W}pPr/{W}numPr") is not None, "the number stands before it"
    assert [(run.bold, run.italic) for run in question.runs] == [(True, None), (None, None)]
    assert word.element.body.find(f".//{W}br") is not None, "the name has its own line"


@pytest.mark.slow
def test_files_are_valid(book: Path) -> None:
    assert faults_of(book) == []
    docx.Document(str(book))


@pytest.mark.slow
@pytest.mark.checkers
def test_libreoffice_prints_all_within_the_margins(book: Path, tmp_path: Path) -> None:
    margin = 25 * 72 / 25.4
    with contextlib.closing(pypdfium2.PdfDocument(checkers.libreoffice(book, tmp_path))) as pdf:
        texts = [page.get_textpage() for page in pdf]
        for page, text in zip(pdf, texts, strict=True):
            boxes = [text.get_rect(number) for number in range(text.count_rects())]
            assert min(box[0] for box in boxes) > margin - 15
            assert max(box[2] for box in boxes) < page.get_width() - margin + 3
        printed = {word for text in texts for word in text.get_text_range().split()}
    document = docx.Document(str(book))
    words = [word for paragraph in document.paragraphs for word in paragraph.text.split()]
    missing = [word for word in words if word not in printed and "__" not in word]
    assert len(missing) < len(words) / 100


def words_of(parts: dict[str, bytes]) -> Counter[str]:
    """The words of the text and the notes, without lines to write on."""
    roots = (etree.fromstring(parts[f"word/{part}.xml"]) for part in ("document", "footnotes"))
    texts = (text for root in roots for text in paragraphs(root))
    return Counter(re.findall(r"[^\W_]+", " ".join(texts)))


@pytest.mark.slow
def test_our_import_keeps_them(book: Path) -> None:
    """Of words 99 of 100, and all tables with text, notes, formulas and alternative texts."""
    parts, source = making.unpacked(book), import_file(book).text
    document = parse(source, "x.md")
    again = making.unpacked(making.packed(making.resolved(document, "word")).data)
    written = words_of(parts)
    lost = written - words_of(again)
    assert lost.total() <= written.total() / 100, lost.most_common(20)
    text, notes = (
        etree.fromstring(parts[f"word/{part}.xml"]) for part in ("document", "footnotes")
    )
    tables = [table for table in text.iter(f"{W}tbl") if shown(table)]
    assert len(nodes(document, model.Table)) >= len(tables)
    assert len(document.notes) == len(notes) - 2  # without their separators
    formulas = [formula for part in (text, notes) for formula in part.iter(f"{MATH}oMath")]
    assert len(nodes(document, model.Math) + nodes(document, model.MathBlock)) >= len(formulas)
    described = {picture.get("descr") for picture in text.iter("{*}docPr")} - {None, ""}
    assert described <= {image.alt for image in nodes(document, model.Image)}


def school_template() -> bytes:
    """A template by another Word: a letter page, a logo in the head, a foot, fonts, and ids of
    styles in its language."""
    word = docx.Document()
    (section,) = word.sections
    section.page_width = Mm(215.9)
    section.footer.paragraphs[0].text = "Hill School"
    logo = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(logo, "PNG")
    logo.seek(0)
    section.header.paragraphs[0].add_run().add_picture(logo)
    word.styles["Heading 1"].font.name = "Comic Neue"
    word.styles["Normal"].font.size = Pt(14)
    for node in word.styles.element.iter():
        for key, value in node.attrib.items():
            node.set(key, "berschrift1" if value == "Heading1" else value)
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def test_a_school_s_template_applies(tmp_path: Path) -> None:
    """The same way each time."""
    (tmp_path / "school.docx").write_bytes(school_template())
    source = tmp_path / "well.md"
    front = FRONT.replace("lang: en", "lang: en\nnumber_sections: true\nword: school.docx")
    text = "# Water\n\n- deep[^1]\n\n[^1]: Three metres.\n\n::: exercise\nDraw it.\n:::\n"
    source.write_text(front + text, "utf-8")
    results = [pipeline.build(source, ["teacher-word"], out=tmp_path / name) for name in "ab"]
    assert [result.diagnostics for result in results] == [(), ()]
    first, second = (result.files[0] for result in results)
    assert first.read_bytes() == second.read_bytes()
    assert faults_of(first) == []
    word = docx.Document(str(first))
    (section,) = word.sections
    assert section.page_width == Mm(215.9)
    assert section.footer.paragraphs[0].text == "Hill School"
    assert [p.text for p in section.header.paragraphs] == ["", "teacher’s edition"]
    (picture,) = section.header._element.iter("{*}blip")
    logo = section.header.part.related_parts[picture.get(qn("r:embed"))]
    assert Image.open(io.BytesIO(logo.blob)).size == (40, 20)
    water = next(p for p in word.paragraphs if p.text == "Water").style
    assert water is not None
    assert (water.name, water.font.name) == ("Heading 1", "Comic Neue")
    numbers = water.element.find(f"{W}pPr/{W}numPr/{W}numId")
    assert numbers.get(f"{W}val") == "1"
    title = word.styles["Exercise Title"]
    assert title.font.name == "Comic Neue"
    assert title.font.size == Pt(round(14 * 1.06 * 2) / 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "There is no file “school.docx”"),
        (b"no archive", "it is no Word file, or is damaged"),
        (school_template()[:5000], "it is no Word file, or is damaged"),
    ],
)
def test_a_template_that_cannot_be_used_is_told(
    tmp_path: Path, data: bytes | None, message: str
) -> None:
    if data is not None:
        (tmp_path / "school.docx").write_bytes(data)
    source = tmp_path / "well.md"
    source.write_text(
        FRONT.replace("lang: en", "word:\n  template: school.docx\nlang: en") + "Deep.\n"
    )
    result = pipeline.build(source, ["word", "teacher-word"], out=tmp_path / "build")
    (finding,) = result.diagnostics
    assert (finding.code, finding.line, finding.column) == ("bad-word-template", 4, 13)
    assert message in finding.message
    assert docx.Document(str(result.files[0])).paragraphs[-1].text == "Deep."


def test_word_counts_and_refers() -> None:
    word = opened(
        "As @fig-well and @tbl-depth on their pages show, see @tbl-depth{.page}.\n\n"
        '![A well](x.png "A well"){#fig-well}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n'
        "Table: Depths {#tbl-depth}\n"
    )
    fields = instructions(word)
    assert [f for f in fields if f.startswith("SEQ")] == [
        "SEQ Figure \\* ARABIC \\r 1", "SEQ Table \\* ARABIC \\r 1",
    ]  # fmt: skip
    assert "REF number_fig_well \\h" in fields
    assert "PAGEREF id_tbl_depth \\h" in fields
    names = {mark.get(f"{W}name") for mark in word.element.body.iter(f"{W}bookmarkStart")}
    assert {"number_fig_well", "number_tbl_depth", "id_tbl_depth"} <= names


def test_headings_are_numbered_by_word_where_it_counts_alike() -> None:
    front = FRONT.replace("lang: en", "lang: en\nnumber_sections: true")
    word = opened("# One\n\n## Two\n\n# Three {-}\n", front=front)
    (one, two, three) = [p for p in word.paragraphs if p.style and "eading" in p.style.name]
    assert (one.text, two.text, three.text) == ("One", "Two", "Three")
    numbers = [p._p.find(f"{W}pPr/{W}numPr/{W}numId") for p in (one, two, three)]
    assert [n is None or n.get(f"{W}val") for n in numbers] == [True, True, "0"]


def test_entries_of_the_index_are_marked_where_they_are() -> None:
    word = opened('A [well]{.index entry="Wells: old ones!deep"}.\n\n::: index\n:::\n')
    marks = [field for field in instructions(word) if field.startswith("XE")]
    assert marks == [r'XE "Wells\: old ones:deep"']


def test_contents_are_a_field_with_all_titles() -> None:
    front = FRONT.replace("lang: en", "lang: en\ncontents: true")
    word = opened("# One\n\nText.\n\n## Two\n\nText.\n", front=front)
    assert any(field.startswith("TOC") for field in instructions(word))
    lines = [p.text for p in word.paragraphs if p.style and p.style.name.startswith("toc")]
    assert [line.strip() for line in lines] == ["One", "Two"]


def test_notes_stand_at_the_foot_and_are_named_again_by_a_field() -> None:
    document = making.resolved(
        f"{FRONT}A[^1] and B[^1] and C[^2].\n\n[^1]: One.[^2]\n[^2]: Two.\n", "word"
    )
    data = making.packed(document).data
    word = docx.Document(io.BytesIO(data))
    notes = making.unpacked(data)["word/footnotes.xml"]
    texts = [shown(note).strip() for note in etree.fromstring(notes).iter(f"{W}footnote")]
    assert texts[2:] == ["One.2", "Two."]
    assert len([*word.element.body.iter(f"{W}footnoteReference")]) == 2
    assert len([field for field in instructions(word) if field.startswith("NOTEREF")]) == 2


EXERCISE = """\
::: exercise Water
It is ____{deep}.

- ( ) warm
- (x) cold

::: matching
| What | With |
|---|---|
| well | water |
| road | stones |
:::

::: ordering
1. dig
2. drink
:::

::: lines 3
:::

::: answer
Ask the sprocket.
:::
:::
"""


@pytest.mark.parametrize(("edition", "is_teachers"), [("word", False), ("teacher-word", True)])
def test_exercises_are_filled_in_by_controls(edition: str, is_teachers: bool) -> None:
    word = opened(EXERCISE, edition)
    text = shown(word.element.body)
    assert ("sprocket" in text) is is_teachers
    assert ("deep" in text) is is_teachers
    controls = [*word.element.body.iter(f"{W}sdt")]
    kinds = [child.tag.rpartition("}")[2] for c in controls for child in c.find(f"{W}sdtPr")]
    assert kinds.count("checkbox") == 2
    assert kinds.count("dropDownList") == 4
    assert kinds.count("text") == (0 if is_teachers else 1)
    checked = [e.values()[0] for c in controls for e in c.iter("{*}checked")]
    assert checked == (["0", "1"] if is_teachers else ["0", "0"])
    lines = [p for p in word.paragraphs if p.style and p.style.name == "Writing Line"]
    assert len(lines) == 3


def test_tables_repeat_their_heads_and_span_cells() -> None:
    word = opened(
        "<table><thead><tr><th>a</th><th colspan=2>b</th></tr></thead>"
        "<tr><td rowspan=2>1</td><td>2</td><td>3</td></tr><tr><td>4</td><td>5</td></tr></table>"
    )
    (table,) = word.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["a", "b", "b"], ["1", "2", "3"], ["1", "4", "5"],
    ]  # fmt: skip
    assert len([*table._tbl.iter(f"{W}tblHeader")]) == 1
    grid = [int(column.get(f"{W}w")) for column in table._tbl.iter(f"{W}gridCol")]
    assert len(grid) == 3
    assert min(grid) > 0


def test_passages_have_their_language_and_pictures_their_text(tmp_path: Path) -> None:
    (tmp_path / "well.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><path d="M0 0h9v9z"/></svg>'
    )
    document = making.resolved(
        f"{FRONT}An [eau]{{lang=fr}}.\n\n![A well](well.svg)\n", "word", tmp_path
    )
    data = making.packed(document, tmp_path).data
    files = making.unpacked(data)
    assert {"word/media/well.svg.png", "word/media/well.svg"} <= files.keys()
    assert files["word/media/well.svg.png"].startswith(b"\x89PNG")
    body = etree.fromstring(files["word/document.xml"])
    assert [run.get(f"{W}val") for run in body.iter(f"{W}lang")] == ["fr"]
    assert [p.get("descr") for p in body.iter("{*}docPr")] == ["A well"]
    properties = docx.Document(io.BytesIO(data)).core_properties
    assert (properties.title, properties.language) == ("Wells", "en")


def test_a_picture_of_a_drawing_takes_no_photograph_s_place(tmp_path: Path) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>'
    (tmp_path / "well.svg").write_text(drawing)
    Image.new("RGB", (20, 10), "red").save(tmp_path / "well.png")
    text = f"{FRONT}![A drawing](well.svg)\n\n![A photograph](well.png)\n"
    document = making.resolved(text, "word", tmp_path)
    word = docx.Document(io.BytesIO(making.packed(document, tmp_path).data))
    shapes = word.element.body.iter("{*}blip")
    parts = [word.part.related_parts[shape.get(qn("r:embed"))] for shape in shapes]
    assert parts[1].blob == (tmp_path / "well.png").read_bytes()
    assert len({part.partname for part in parts}) == 2


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\frac{a}{b}", "f(num(a) den(b))"),
        (r"\sqrt[3]{x_1^2}", "rad(deg(3) e(sSubSup(e(x) sub(1) sup(2))))"),
        (r"\sum_{i=1}^n x_i = 5", "nary(sub(i = 1) sup(n) e(sSub(e(x) sub(i)))) = 5"),
        (r"\left( x \right)^2", "sSup(e(d(e(x))) sup(2))"),
        (r"\bar{x}", "bar(e(x))"),
        (r"\vec{x}", "acc(e(x))"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "d(e(m(mr(e(1) e(2)) mr(e(3) e(4)))))"),
        (r"\begin{cases} 1 & x \\ 2 & y \end{cases}", "d(e(m(mr(e(1) e(x)) mr(e(2) e(y)))))"),
        (r"\begin{aligned} a &= 1 \end{aligned}", "m(mr(e(a) e(\u200b = 1)))"),
        (r"\text{if } n", "if\u00a0 n"),
        (r"\cancel{3}", "borderBox(e(3))"),
        (r"a + ____", "a + ____"),
    ],
)
def test_formulas_are_word_s_own(tex: str, expected: str) -> None:
    document = making.resolved(f"{FRONT}${tex}$", "word")
    (paragraph,) = document.blocks
    (formula,) = paragraph.children  # type: ignore[union-attr]
    assert outline(omml(formula.mathml)) == expected  # type: ignore[union-attr]


def outline(element: Any) -> str:
    """The structure of a formula, without properties."""
    parts = []
    for child in element:
        name = etree.QName(child).localname
        if name == "r":
            parts.append(child.findtext(f"{MATH}t").replace("\u2009", " "))
        elif not name.endswith("Pr"):
            parts.append(f"{name}({outline(child)})")
    return " ".join(part for part in parts if part != "deg()")


def test_a_leak_is_seen_although_runs_end_within_its_words(tmp_path: Path) -> None:
    data = making.packed(making.resolved(f"{FRONT}A spro**cket** hangs.", "word")).data
    (tmp_path / "x.docx").write_bytes(data)
    assert "A sprocket hangs." in all_text(tmp_path / "x.docx")


def test_lost_text_is_told(tmp_path: Path) -> None:
    source = tmp_path / "well.md"
    source.write_text(f"{FRONT}It was dug in 1962.\n\nIt is deep.\n", "utf-8")
    (file, _) = pipeline.build(source, ["word"], out=tmp_path).files
    parts = making.unpacked(file)
    parts["word/document.xml"] = re.sub(b"It is deep", b"It is", parts["word/document.xml"])
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    (finding,) = compared(file, source).diagnostics
    assert (finding.code, finding.line) == ("lost-text", 8)


def test_without_the_feature_the_edition_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "FOLDERS", features.FOLDERS - {"word"})
    source = tmp_path / "well.md"
    front = FRONT.replace("lang: en", "lang: en\npage_list: false")
    source.write_text(f"{front}Water.\n", "utf-8")
    result = pipeline.build(source, ["word", "web"], out=tmp_path / "build")
    (finding,) = result.diagnostics
    assert finding.code == "absent-feature"
    assert finding.is_error


def test_rubrics_and_scores_have_frames() -> None:
    text = """\
::: exercise Draw {marks=2}
A well.

::: rubric
| Criterion | Good (2) |
|---|---|
| Size | all |
:::
:::

| a | b |
|---|---|
| 1 | 2 |
"""
    word = opened(text, front=FRONT.replace("lang: en", "lang: en\nscore: [exercises, table]"))
    frames = [table.find(f".//{W}tblBorders/{W}insideV") for table in word.element.iter(f"{W}tbl")]
    assert [frame is not None for frame in frames] == [True, False, True]
    (box,) = word.element.iter(f"{W}bdr")
    assert not (box.getparent().getparent().find(f"{W}t").text or "").strip()
