"""Notes: within the line, in the margin, at the foot and at the end, and none of them lost."""

from __future__ import annotations

import html
import itertools
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import pipeline
from pipeline import parse
from pipeline.features.margin_notes import GAP, Extent, Margin, MarginNote
from pipeline.model import INLINE_NOTE, NoteReference
from pipeline.model.rendered import Pages, Style
from pipeline.package.pdf import engine
from pipeline.package.pdf.engine.adapter import page_layout as layout
from tests.helpers import making
from tests.helpers.laid_out import laid_out
from tests.helpers.pdf_reading import Element, artifacts, open_pdf, outline, read
from tests.helpers.trees import nodes, plain_text

WORDS = "Nobody counted the people who had no papers, and so nobody knew how many there were. "

EVERYWHERE = """\
## A heading^[N1]

Text^[N2 with ^[N3 and^[N4]] more][^block] and again.[^block]

[^block]: N5 first.

    N5 second.

    - N5 list

- item^[N6]
- [x] task^[N7]

> quote^[N8]

::: warning Title^[N9]
Box^[N10]
:::

Term^[N11]
:   Definition^[N12]

![bars](bars.png "Caption^[N13]")

| Head^[N14] | Two |
|---|---|
"""
EVERYWHERE += "\n".join(
    f"| cell {n}{f'^[N{16 + n // 4}]' if n % 4 == 0 else ''} | {n} |" for n in range(16)
)
EVERYWHERE += """

Table: Caption^[N15]

Ann: Question?^[N20]

Bo: Answer.^[N21]

***

::: exercise Title^[N22]
Choose.^[N23]

- ( ) one^[N24]
- (x) two
:::

::: details Fold^[N25]
Inside^[N26]
:::
"""
# A caption precedes the header and the rows; a summary cannot contain notes.
NAMES = [f"N{n}" for n in (*range(1, 14), 15, 14, *range(16, 25), 26, 25)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (300, 150), "steelblue").save(tmp_path / "bars.png")
    return tmp_path


def source(body: str, place: str = "foot", **keys: str) -> str:
    front = "".join(f"{key}: {value}\n" for key, value in keys.items())
    speakers = "speakers: {Ann: interviewer, Bo: guest}\n"
    return f"---\ntitle: T\nnotes: {place}\n{speakers}{front}---\n\n{body}"


def pages_of(text: str, folder: Path, edition: str = "handout") -> Pages:
    return making.rendered(making.without_findings(making.resolved(text, edition, folder)))


def make(text: str, folder: Path, edition: str = "handout") -> bytes:
    pages = pages_of(text, folder, edition)
    return making.without_findings(making.packed(pages, folder)).data


@pytest.mark.slow
def test_a_note_that_has_no_room_on_any_page_of_its_chapter_comes_on_the_next(
    tmp_path: Path,
) -> None:
    """Even if the pages before it are not made again when those of the contents are known."""
    words = "In the year of the drought everybody came with a rope, and nobody knew why. "
    said = "This is a long note that says a great deal about wells and ropes, and goes on. "
    text, notes = ["---\ntitle: Notes\nlang: en\n---"], list[str]()
    for chapter in range(1, 3):
        marks = " ".join(f"A word.[^{chapter}{name}]" for name in "abc")
        text += [f"# Chapter {chapter}", words * 13, f"{words * 13} {marks}"]
        notes += [f"[^{chapter}{name}]: {said * 15}The end of {chapter}{name}." for name in "abc"]
    pdf = open_pdf(make("\n\n".join([*text, *notes]), tmp_path))
    found = "".join(read(pdf).text.split())
    assert [note[-3:-1] for note in notes if f"Theendof{note[-3:-1]}." not in found] == []


def printed(text: str, folder: Path) -> Any:
    return laid_out(pages_of(text, folder), folder)


def boxes(box: Any, line: Any = None) -> Any:
    """All boxes below one, each with the line that it is in."""
    box = getattr(box, "_box", box)
    yield box, line
    inner = box if type(box).__name__ == "LineBox" else line
    for child in getattr(box, "children", ()):
        yield from boxes(child, inner)


def text_of(box: Any) -> str:
    return "".join(inner.text for inner, _ in boxes(box) if hasattr(inner, "text"))


def class_of(box: Any) -> str:
    if box.element is None or "::" in box.element_tag or type(box).__name__ == "LineBox":
        return ""
    return str(box.element.get("class", ""))


# --- in the source ---------------------------------------------------------------------


def test_a_note_within_the_line_is_one_like_others() -> None:
    document = parse("# T\n\nOne ^[a *note*] two[^x].\n\n[^x]: inline 1")
    first, second = nodes(document.blocks, NoteReference)
    notes = {note.label: note for note in document.notes}
    assert first.label.startswith(INLINE_NOTE)
    assert plain_text(notes[first.label].children) == "a note"
    assert plain_text(notes[second.label].children) == "inline 1"
    note = notes[first.label]
    span, inner = (document.place(node.span) for node in (note, note.children[0]))
    assert span is not None
    assert inner is not None
    assert (span.line, span.column, inner.column) == (3, 5, 7)


@pytest.mark.parametrize("text", ["^[", "^[]", "^[  ]", r"\^[a]", r"^\[a]", "`^[a]`", "^ [a]"])
def test_what_is_no_note_is_text(text: str) -> None:
    assert not parse(f"# T\n\nA {text} b").notes


# --- in print --------------------------------------------------------------------------


def spoken_notes(document: Element) -> list[str]:
    return [note.text for note in document.all("Note")]


@pytest.fixture(scope="module", params=["foot", "margin"])
def everywhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> pikepdf.Pdf:
    """Notes at the foot, or in the margin, from wherever there may be some."""
    folder = tmp_path_factory.mktemp("everywhere")
    Image.new("RGB", (300, 150), "steelblue").save(folder / "bars.png")
    return open_pdf(make(source(EVERYWHERE, request.param, page="A5"), folder))


def test_no_note_is_lost_and_all_are_in_order(everywhere: pikepdf.Pdf) -> None:
    pdf = everywhere
    assert len(pdf.pages) > 2
    notes = spoken_notes(read(pdf))
    assert [re.findall(r"N\d+", note)[0] for note in notes] == NAMES
    assert [int(re.match(r"\d+", note)[0]) for note in notes] == list(range(1, 27))  # type: ignore[index]
    assert re.sub(r"\s+", " ", notes[4]) == "5 N5 first.N5 second.– N5 list"
    # the repeated head of a table has no links
    assert sum(text.startswith("Head") for text in artifacts(pdf)) >= 1
    links = [link for page in pdf.pages for link in page.get("/Annots", ())]
    assert sum(str(link.get("/Contents", "")) == "Note 15" for link in links) == 1


def test_a_note_stands_on_the_page_that_refers_to_it(folder: Path) -> None:
    paragraphs = "\n\n".join(f"{WORDS * 4}^[Of {n}. {WORDS * (n % 3)}]" for n in range(8))
    document = read(open_pdf(make(source(paragraphs, page="A5"), folder)))
    references = {r.text.strip(): next(r.pieces()).page for r in document.all("Reference")}
    pages = {
        note.children[0].text.strip(): next(note.pieces()).page for note in document.all("Note")
    }
    late = [number for number, page in pages.items() if page != references[number]]
    assert len(pages) == 8
    assert not late


@pytest.mark.skipif(engine.PLAIN in os.environ, reason="the engine is plain")
def test_each_note_of_a_full_page_is_set_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not again with all others of its page; but those that do not fit, on the next page."""
    original = layout.original_block_level_layout
    notes: list[Any] = []

    def counted(context: Any, box: Any, *rest: Any, **options: Any) -> Any:
        notes.extend(box.children if type(box).__name__ == "FootnoteAreaBox" else ())
        return original(context, box, *rest, **options)

    monkeypatch.setattr(layout, "original_block_level_layout", counted)
    text = "\n\n".join(f"Text.^[Note {number}.]" for number in range(24))
    printed(source(text, page="A5"), folder)
    assert 24 <= len(notes) < 28


def test_a_note_without_room_takes_but_the_end_of_its_paragraph_along(folder: Path) -> None:
    """Wherever a paragraph ends whose last line has the only note of the page."""
    sentence = "The nurse wrote every name in a book with a blue cover. "
    for before in (14, 18):
        lines = "Line.\n\n" * before
        text = f"{lines}{sentence * 14}End.[^one]\n\n[^one]: {sentence * 6}\n"
        document = read(open_pdf(make(source(text, page="A5"), folder)))
        (paragraph,) = (p for p in document.all("P") if "End." in p.text and len(p.text) > 500)
        pages = [piece.page for piece in paragraph.pieces() if sentence[:9] in piece]
        assert pages[0] == 0, before


def test_a_reference_does_not_push_the_lines_apart(folder: Path) -> None:
    document = printed(source(f"{WORDS * 9}^[A note.] {WORDS * 9}"), folder)
    heights = {
        line.height
        for box, line in boxes(document.pages[0].box)
        if line is not None and type(box).__name__ == "TextBox" and "who had" in box.text
    }
    assert len(heights) == 1


def test_a_formula_at_the_end_of_a_note_has_room_below(folder: Path) -> None:
    """As much as one between two paragraphs of a note."""
    formula, rooms = "    $$\\frac{1}{2}$$\n", list[float]()
    for following in ("    Second.\n", "[^2]: Second.\n"):
        body = f"Text.[^1]{' More.[^2]' * ('2' in following)}\n\n[^1]: First.\n\n{formula}\n"
        page = printed(source(body + following), folder).pages[0]
        lines = [
            line.position_y
            for box, line in boxes(page.box)
            if line is not None and getattr(box, "text", "") in ("First.", "Second.")
        ]
        rooms.append(lines[1] - lines[0])
    assert rooms[0] == pytest.approx(rooms[1])


def test_notes_at_the_end_are_a_part_of_the_publication(folder: Path) -> None:
    body = f"## One\n\n{WORDS}^[A note.]\n\n## Sources {{.bibliography}}\n\nA book.\n"
    pdf = open_pdf(make(source(body, "end", contents="always"), folder))
    assert [title for _, title in outline(pdf)] == ["Contents", "One", "Notes", "Sources"]
    document = read(pdf)
    (note,) = document.all("Note")
    assert note.shape == "Note(Lbl(Link) P)"
    contents = [item.text for item in document.all("TOCI")]
    assert [re.sub(r"\W*\d+$", "", entry) for entry in contents] == ["One", "Notes", "Sources"]
    links = [a for page in pdf.pages for a in page.get("/Annots", ())]
    assert any(str(a.get("/Contents")) == "Back to reference 1" for a in links)


def test_notes_and_references_lead_to_each_other(everywhere: pikepdf.Pdf) -> None:
    assert_that_notes_lead_back(everywhere, len(NAMES))


def test_notes_at_the_end_and_references_lead_to_each_other(folder: Path) -> None:
    body = f"## One\n\n{WORDS * 9}^[A note.] {WORDS}^[Another, with ^[a third].]\n\n{WORDS}[^x]"
    body += f"{WORDS}[^x]\n\n## Two[^y]\n\n[^x]: A fourth.\n\n    - a list\n\n[^y]: {WORDS}\n"
    assert_that_notes_lead_back(open_pdf(make(source(body, "end"), folder)), 5)


def assert_that_notes_lead_back(pdf: pikepdf.Pdf, count: int) -> None:
    """From places that can be clicked, to the line that the number is in."""
    areas: dict[str, list[float]] = {}
    leads: dict[str, str] = {}
    for page in pdf.pages:
        for link in page.get("/Annots", ()):
            text, area = str(link.Contents), [float(edge) for edge in link.Rect]
            if "ote " in text or "eference " in text:
                assert abs(area[1] - area[3]) > 6, text
                areas.setdefault(text, area)
                leads.setdefault(text, str(link.Dest))
    names = list(pdf.Root.Names.Dests.Names)
    tops = {str(name): float(view[3]) for name, view in zip(names[::2], names[1::2], strict=True)}
    for number in range(1, count + 1):
        note, back = f"Note {number}", f"Back to reference {number}"
        assert (leads[note], leads[back]) == (f"fn-{number}", f"fnref-{number}")
        assert tops[leads[back]] == pytest.approx(max(areas[note][1], areas[note][3]), abs=0.01)
    assert {note.children[0].shape for note in read(pdf).all("Note")} == {"Lbl(Link)"}


# --- in the margin ---------------------------------------------------------------------


def margin_notes(page: Any) -> list[tuple[Any, Any]]:
    """The notes in the margin of a page, each with the line that refers to it."""
    return [(b, line) for b, line in boxes(page.box) if class_of(b) == "note margin"]


@pytest.mark.parametrize("place", ["margin", "foot"])
def test_no_class_of_an_author_makes_a_note(place: str, folder: Path) -> None:
    body = (
        "## One\n\nText^[A note.] here.\n\n::: {.margin}\nWords in a block.\n:::\n\n"
        "::: end-note\nWords of another.\n:::\n\nA [span]{.margin} and a [last one]{.note}.\n"
    )
    path = folder / "classes.md"
    path.write_text(source(body, place), encoding="utf-8")
    found = pipeline.build(path, ["handout"], out=folder / "out")
    assert {one.code for one in found.diagnostics} == {"bad-attribute"}  # and no lost text
    (pdf,) = (file for file in found.files if file.suffix == ".pdf")
    assert len(list(read(open_pdf(pdf.read_bytes())).all("Note"))) == 1


def test_a_note_in_the_margin_stands_beside_its_line(folder: Path) -> None:
    body = f"## One\n\n{WORDS * 4}^[A note of a few words.]\n\n{WORDS * 9}"
    (page,) = printed(source(body, "margin"), folder).pages
    ((note, line),) = margin_notes(page)
    beginning = next(b for b, _ in boxes(note) if class_of(b) == "note-number")
    assert beginning.position_x < line.position_x - 20
    text = next(b for b, _ in boxes(note) if class_of(b) == "note-text")
    own = next(b for b, _ in boxes(text) if type(b).__name__ == "LineBox")
    assert own.position_y + own.baseline == pytest.approx(line.position_y + line.baseline)


def test_notes_in_a_full_margin_touch_nothing_and_none_is_lost(folder: Path) -> None:
    sections = "\n\n".join(
        f"## Section {n} hangs here\n\n{WORDS * 2}^[N{n}a {WORDS}]\n\n"
        f"{WORDS}^[N{n}b] {WORDS}^[N{n}c {WORDS}]"
        for n in range(6)
    )
    document = printed(source(sections, "margin"), folder)
    total = 0
    for page in document.pages:
        taken = []
        for note, _ in margin_notes(page):
            text = next(b for b, _ in boxes(note) if class_of(b) == "note-text")
            taken.append((text.position_y, text.position_y + text.height))
            box = page.box
            assert text.position_y >= box.content_box_y() - 1
            assert text.position_y + text.height <= box.content_box_y() + box.height + 1
        total += len(taken)
        for box, line in boxes(page.box):
            if type(box).__name__ == "TextBox" and "Section" in box.text:
                taken.append((line.position_y, line.position_y + line.height))
        taken.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(taken))
    shown = [getattr(box, "text", "") for page in document.pages for box, _ in boxes(page.box)]
    names = re.findall(r"N\d[abc]", " ".join(shown))
    assert sorted(names) == [f"N{n}{name}" for n in range(6) for name in "abc"]
    assert 9 < total < 18, "some are at the foot"


def test_what_the_margin_has_no_room_for_goes_to_the_foot(folder: Path) -> None:
    body = (
        f"Text.^[{WORDS * 12}]\n\nText.^[Short.]\n\nText.[^list]\n\n[^list]: A list:\n\n    - a\n"
    )
    (page,) = printed(source(body, "margin"), folder).pages
    assert ["Short." in text_of(note) for note, _ in margin_notes(page)] == [True]
    numbers = (text_of(box).strip() for box, _ in boxes(page.box) if class_of(box) == "note-number")
    assert sorted(filter(None, numbers)) == ["1", "2", "3"]


def test_a_book_has_its_notes_in_the_outer_margin(folder: Path) -> None:
    body = f"# Chapter\n\n{WORDS * 20}^[A note.]\n\n{WORDS * 25}^[Another.]"
    text = source(body, "margin", **{"class": "book"})
    sides = set()
    for number, page in enumerate(printed(text, folder).pages, start=1):
        for note, line in margin_notes(page):
            sides.add((number % 2, note.position_x < line.position_x))
    assert sides == {(0, True), (1, False)}


spans = st.tuples(st.floats(0, 900), st.floats(5, 120)).map(lambda s: Extent(s[0], s[0] + s[1]))


@given(
    st.lists(st.tuples(st.floats(-50, 1000), st.floats(8, 600)), max_size=12),
    st.lists(spans, max_size=5),
)
def test_a_margin_takes_what_fits(notes: list[tuple[float, float]], blocked: list[Extent]) -> None:
    column = Extent(0, 900)
    margin = Margin(None, column, sorted(blocked))  # type: ignore[arg-type]
    margin.notes = [MarginNote(None, None, wanted, height) for wanted, height in notes]  # type: ignore[arg-type]
    asked = set(map(id, margin.notes))
    superseded = margin.fit()
    assert {id(note) for note in (*margin.notes, *superseded)} == asked
    assert len(superseded) + len(margin.notes) == len(notes)
    for note in margin.notes:
        assert column.top - 1e-6 <= note.top
        assert note.top + note.height <= column.bottom + 1e-6
        for span in blocked:
            assert note.top + note.height <= span.top + 1e-6 or note.top >= span.bottom - 1e-6
    for one, other in zip(margin.notes, margin.notes[1:], strict=False):
        assert one.top + one.height + GAP <= other.top + 1e-6


# --- on the web --------------------------------------------------------------------------


def test_the_web_page_has_notes_beside_the_text_where_it_is_asked_for(folder: Path) -> None:
    body = "One^[a] two^[b].\n"
    page = make(source(body, "margin"), folder, "web").decode()
    plain = make(source(body), folder, "web").decode()
    assert "text/css;base64" in page
    assert "text/css;base64" not in plain
    assert "anchor-name" not in page  # in a style sheet of its own, that older software skips
    assert re.sub(" in-margin", "", html.unescape(page)).count("doc-endnotes") == 1


def test_styles_that_stand_apart_lie_beside_too(folder: Path) -> None:
    pages = pages_of(source("One^[a].\n", "margin"), folder, "web")
    made = making.packed(pages, folder, assets_beside=True)
    (css,) = (data for name, data in made.extra.items() if name.endswith("notes.css"))
    assert b"#fn-1{anchor-name:--fn-1;top:anchor(--fnref-1 top,0px)}" in css
    assert b"notes.css" in made.data


def test_a_note_that_the_layout_would_forget_is_set_where_it_is_called(folder: Path) -> None:
    pages = pages_of(source("::: aside\nText.^[Not forgotten.]\n:::\n"), folder)
    floating = Style("own.css", "aside { float: right }")
    pages = msgspec.structs.replace(pages, styles=(*pages.styles, floating))
    (note,) = spoken_notes(read(open_pdf(making.packed(pages, folder).data)))
    assert re.sub(r"\s+", " ", note) == "1 Not forgotten."
