"""Documents whose titles, headings and lists are made by letters and typed marks alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import docx
import pytest
from docx.shared import Pt

from pipeline.commands.importing.inputs import Imported
from tests.commands.test_importing import body, imported, told
from tests.commands.test_importing_odt import NAMES

Paragraphs = list[tuple[str, float, bool]]
"""Texts, with the size of their letters in points, and whether they are bold."""


NEW_LINE = "\n"


def plain(*texts: str) -> Paragraphs:
    return [(text, 11, False) for text in texts]


def word(path: Path, paragraphs: Paragraphs) -> None:
    document = docx.Document()
    for text, size, bold in paragraphs:
        run = document.add_paragraph().add_run(text)
        run.font.size, run.bold = Pt(size), bold
    document.save(str(path))


def odt(path: Path, paragraphs: Paragraphs) -> None:
    styles = texts = ""
    for number, (text, size, bold) in enumerate(paragraphs):
        weight = ' fo:font-weight="bold"' if bold else ""
        styles += f'<style:style style:name="P{number}" style:family="paragraph">'
        styles += f'<style:text-properties fo:font-size="{size}pt"{weight}/></style:style>'
        lines = "<text:line-break/>".join(map(escape, text.split("\n")))
        texts += f'<text:p text:style-name="P{number}">{lines}</text:p>'
    path.write_text(
        f"<office:document {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{texts}</office:text></office:body></office:document>"
    )


def html(path: Path, paragraphs: Paragraphs) -> None:
    path.write_text(
        "<title></title><style>p { font-size: 11pt }</style>"
        + "".join(
            f'<p><font size="4" style="font-size: {size}pt">'
            f"{'<b>' * bold}{'<br>'.join(map(escape, text.split(NEW_LINE)))}"
            f"{'</b>' * bold}</font></p>\n"
            for text, size, bold in paragraphs
        )
    )


def rtf(path: Path, paragraphs: Paragraphs) -> None:
    texts = (
        f"\\pard\\plain\\fs{size * 2:.0f}{chr(92) + 'b' if bold else ''} "
        + "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text).replace("\n", "\\line ")
        + "\\par\n"
        for text, size, bold in paragraphs
    )
    path.write_text("{\\rtf1\\ansi\\deflang1033 " + "".join(texts) + "}")


MAKERS: dict[str, Callable[[Path, Paragraphs], None]] = {
    "docx": word, "fodt": odt, "html": html, "rtf": rtf
}  # fmt: skip
every_format = pytest.mark.parametrize("kind", MAKERS)


def made(tmp_path: Path, kind: str, paragraphs: Paragraphs) -> Imported:
    """The import of paragraphs in a format."""
    path = tmp_path / f"sheet.{kind}"
    MAKERS[kind](path, paragraphs)
    return imported(path)


@every_format
def test_headings(tmp_path: Path, kind: str) -> None:
    """The largest letters are the title; larger and bold paragraphs are headings, but not bold
    sentences, repeated names, and bold paragraphs without any text below."""
    result = made(
        tmp_path,
        kind,
        [
            ("The water cycle", 24, True),
            ("Evaporation", 16, True),
            *plain("The sun heats the water of the sea, which becomes vapour and rises."),
            ("In winter", 11, True),
            *plain("There is less of it, and what there is falls as snow."),
            ("Never drink the water of the sea.", 11, True),
            ("Rain", 16, False),
            *plain("It falls again, as rain or as snow, and runs back to the sea."),
            ("The end", 11, True),
        ],
    )
    assert result.title == "The water cycle"
    assert body(result) == (
        "## Evaporation\n\n"
        "The sun heats the water of the sea, which becomes vapour and rises.\n\n"
        "### In winter\n\nThere is less of it, and what there is falls as snow.\n\n"
        "**Never drink the water of the sea.**\n\n"
        "## Rain\n\nIt falls again, as rain or as snow, and runs back to the sea.\n\n**The end**"
    )
    assert any("4 headings are recognised by size and weight" in one for one in told(result))


def test_capitals_and_rows_of_bold_lines(tmp_path: Path) -> None:
    """Lines in capitals are headings, above bold ones, and bold ones that follow each other are
    none."""
    names = [(name, 11.0, True) for name in ("Ann Ash", "Ben Birch", "Cas Cedar")]
    text = plain("It is deep, and nobody knows who dug it, or when.")
    result = made(
        tmp_path,
        "html",
        [("THE OLD WELL", 11, False), *text, *names, *text, ("Its water", 11, True), *text],
    )
    said = "It is deep, and nobody knows who dug it, or when."
    assert result.title == "THE OLD WELL"
    assert body(result) == (
        f"{said}\n\n**Ann Ash**\n\n**Ben Birch**\n\n**Cas Cedar**\n\n"
        f"{said}\n\n## Its water\n\n{said}"
    )


def test_title_above_headings(tmp_path: Path) -> None:
    """Where styles make the headings, the first paragraph in larger letters is the title."""
    document = docx.Document()
    document.add_paragraph().add_run("The well").font.size = Pt(26)
    for name in ("Depth", "Water"):
        document.add_heading(name, 1)
        document.add_paragraph("It is as deep as the sea is, or nearly so.")
        document.add_paragraph().add_run("Larger letters").font.size = Pt(20)
        document.add_paragraph("It is as deep as the sea is, or nearly so.")
    document.save(str(tmp_path / "a.docx"))
    result = imported(tmp_path / "a.docx")
    assert result.title == "The well"
    assert [line for line in body(result).split("\n") if line.startswith("#")] == [
        "## Depth", "## Water"
    ]  # fmt: skip


LISTS = {
    "bullets, then numbers": (
        ["- one", "- two", "1. three", "2. four"], "- one\n- two\n\n1. three\n2. four"
    ),
    "letters in numbers": (
        ["1. Water", "a) one", "b) two", "2. Air", "a) three", "b) four", "So."],
        "1. Water\n   a) one\n   b) two\n2. Air\n   a) three\n   b) four\n\nSo.",
    ),
    "other bullets in bullets": (
        ["• one", "– in it", "– and this", "• two"], "- one\n  - in it\n  - and this\n- two"
    ),
    "a list that begins at seven": (["(7) Seven", "(8) Eight"], "(7) Seven\n(8) Eight"),
    "Roman numbers, and letters": (
        ["i) one", "ii) two", "A) three", "B) four", "h) five", "i) six"],
        "i) one\nii) two\n\n<!-- -->\n\nA) three\nB) four\n\nh) five\ni) six",
    ),
    "no lists": (
        ["Text.", "3. Klasse ist voll.", "– Who is there?", "– It is me.", "1. Alone"],
        "Text.\n\n3\\. Klasse ist voll.\n\n– Who is there?\n\n– It is me.\n\n1\\. Alone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists(tmp_path: Path, name: str) -> None:
    """Paragraphs that begin with bullets, numbers or letters are lists, if they go on."""
    texts, wanted = LISTS[name]
    assert body(made(tmp_path, "html", plain(*texts))) == wanted


@every_format
def test_lists_in_all_formats(tmp_path: Path, kind: str) -> None:
    """Lists are read alike in each format, and their marks are not missed in the comparison."""
    texts, wanted = LISTS["letters in numbers"]
    result = made(tmp_path, kind, plain(*texts))
    assert body(result) == wanted
    words = next(row for row in result.ledger if row.name == "words")
    assert (words.in_input, words.in_source) == (7, 8)  # with the title
    assert "6 items of lists are recognised by bullets or numbers" in " ".join(told(result))


@every_format
def test_lines_of_a_paragraph(tmp_path: Path, kind: str) -> None:
    """Lines within a paragraph are items too, and no others."""
    result = made(
        tmp_path, kind, plain("Dig so:\n1. Take it.\n2. Dig,\nand rest.", "1. Mai\nor 3. Mai")
    )
    assert body(result) == (
        "Dig so:\n\n1. Take it.\n2. Dig,\\\n   and rest.\n\n1\\. Mai\\\nor 3. Mai"
    )
    assert not any("not in the source" in one for one in told(result))


SHEET = plain(
    "Name: __________ Class: ____",
    "1. Why is it deep?",
    "______________________________",
    "______________________________",
    "2. Who digs it?",
    "a) the village",
    "b) the king",
    "The well has a _______ and a ........... on top.",
    "☐ I have read it",
    "☑ I like it",
)


@every_format
def test_worksheet(tmp_path: Path, kind: str) -> None:
    """Gaps, lines to write on, choices and boxes are what they are on paper, and told once."""
    result = made(tmp_path, kind, SHEET)
    assert body(result) == (
        "Name: __________ Class: ____\n\n"
        "1. Why is it deep?\n\n   ::: lines 2\n   :::\n\n"
        "2. Who digs it?\n\n   - ( ) the village\n   - ( ) the king\n\n"
        "The well has a __________ and a __________ on top.\n\n"
        "- [ ] I have read it\n- [x] I like it"
    )
    assert [one for one in told(result) if "worksheet" in one] == [
        "It is read as a worksheet: 4 gaps, 2 lines to write on, 2 boxes to tick, 1 question with "
        "choices."
    ]
    assert not any("in the input" in one or "not in the source" in one for one in told(result))


NO_SHEETS = {
    "a signature": ("Signed: ________", "Signed: \\_\\_\\_\\_\\_\\_\\_\\_"),
    "a name that is not said": ("Lord S____ and Mr ____ met.", "Lord S\\_\\_\\_\\_ and Mr"),
}


@pytest.mark.parametrize("name", NO_SHEETS)
def test_no_worksheet(tmp_path: Path, name: str) -> None:
    """Underscores in other texts stay, with a message."""
    text, wanted = NO_SHEETS[name]
    result = made(tmp_path, "html", plain("The letter of a man, on paper.", text))
    assert wanted in body(result)
    assert any(one.startswith("Kept as text: ") for one in told(result))


UNDERLINED = {
    "a.html": "<title></title><p>A <u>&nbsp;&nbsp; &nbsp;</u> is <u>so</u><u> </u>deep.</p>"
    '<p>Name: <span style="text-decoration: underline">&emsp;&emsp;&emsp;</span></p>',
    "a.rtf": r"{\rtf1\ansi A {\ul     } is {\ul so}{\ul  }deep.\par Name: {\ul\tab\tab}\par}",
    "a.fodt": f"<office:document {NAMES}><office:automatic-styles>"
    '<style:style style:name="U" style:family="text">'
    '<style:text-properties style:text-underline-style="solid"/></style:style>'
    "</office:automatic-styles><office:body><office:text>"
    '<text:p>A <text:span text:style-name="U"><text:s text:c="5"/></text:span> is '
    '<text:span text:style-name="U">so</text:span><text:span text:style-name="U"> </text:span>'
    'deep.</text:p><text:p>Name: <text:span text:style-name="U"><text:tab/></text:span></text:p>'
    "</office:text></office:body></office:document>",
}


@pytest.mark.parametrize("name", [*UNDERLINED, "a.docx"])
def test_underlined_gaps(tmp_path: Path, name: str) -> None:
    """Underlined spaces and tabs are gaps, if they are wide."""
    if name in UNDERLINED:
        (tmp_path / name).write_text(UNDERLINED[name])
    else:
        document = docx.Document()
        for texts in (("A ", "     ", " is ", "so", "", " ", "deep."), ("Name: ", "\t\t")):
            paragraph = document.add_paragraph()
            for number, text in enumerate(texts):
                paragraph.add_run(text).underline = number % 2 == 1
        document.save(str(tmp_path / name))
    result = imported(tmp_path / name)
    first, second = body(result).split("\n\n")
    assert re.fullmatch("A _{4,} is <u>so ?</u> ?deep.", first)
    assert re.fullmatch("Name: _{4,}", second)
    assert "It is read as a worksheet: 2 gaps." in told(result)


def test_gaps_in_copied_text(tmp_path: Path) -> None:
    """Copied text has gaps too."""
    (tmp_path / "a.txt").write_text("The well\n\nThe ____ is deep, and the ____ is wet.\n")
    assert body(imported(tmp_path / "a.txt")) == "The ____ is deep, and the ____ is wet."
