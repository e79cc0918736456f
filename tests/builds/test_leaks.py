"""No answer, and nothing for teachers, is anywhere in students' files: in the bytes of every stream
and member, and in the words that glyphs stand for. Words that all get prove that the search works.
`test_withholding.py` has answers in all places of the language; here a sample is in all files.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from PIL import Image as Picture

import pipeline
from pipeline import Options
from pipeline.commands import main
from tests.commands.test_library import building_here
from tests.flow.test_flow import PAGES
from tests.helpers import making, pdf_drawing, placements
from tests.helpers.pdf_reading import marked_texts, open_pdf, outline

ALL = placements.placements()
SAMPLE = [each for each in ALL[:12] if "ordering" not in each.place]
SAMPLE += placements.writings()[::10]
OF_A_LEVEL = [each for each in ALL if " / level / " in each.place][:6]

RENDERED = ("web", "site", "handout", "ebook", "large-print", "form")
"""Each is rendered in another way; the others are rendered as one of them."""

UNPAGED = "\npage_list: false"
"""Front matter without page marks, so that no handout is laid out for them."""

HEAD = "\n\n".join(f"# Part {number}\n\nOpen {number}." for number in (1, 2))
"""Sections to split the text at."""


def write(folder: Path, end: str = "q", front: str = "") -> tuple[Path, dict[str, str]]:
    """A source with the sample, whose secrets end in ``end``, and the place of each."""
    folder.mkdir()
    sample = [*SAMPLE[:3], *OF_A_LEVEL] if "levels" in front else SAMPLE
    text, secrets = placements.source(sample, end, front)
    front, rest = text.split("\n---\n", 1)
    source = folder / "work.md"
    source.write_text(f"{front}\n---\n\n{HEAD}\n{rest}", "utf-8")
    return source, secrets


# --- all that a file says -----------------------------------------------------------------


def text_of(data: bytes) -> Iterator[str]:
    yield data.decode("latin-1")
    yield data.decode("utf-8", "replace")


def page(data: bytes) -> Iterator[str]:
    yield from text_of(data)
    for encoded in re.findall(rb"base64,([A-Za-z0-9+/=]+)", data):
        yield from text_of(base64.b64decode(encoded))


def book(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield name
            yield from text_of(archive.read(name))


def sheets(data: bytes) -> Iterator[str]:
    yield from text_of(data)
    with open_pdf(data) as pdf:
        yield from (title for _, title in outline(pdf))
        if "/StructTreeRoot" in pdf.Root:
            for sheet in pdf.pages:
                yield from marked_texts(sheet).values()
        yield "".join(shown.text for shown in pdf_drawing.texts(pdf))
        for found in pdf.objects:
            yield from strings(found)
            if isinstance(found, pikepdf.Stream):
                yield from text_of(decoded(found))


def decoded(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # an image's own compression
        return stream.read_raw_bytes()


def strings(found: Any) -> Iterator[str]:
    """The strings and names in an object, but not in those that it refers to."""
    if isinstance(found, pikepdf.String | pikepdf.Name):
        yield str(found)
    elif isinstance(found, pikepdf.Array):
        yield from (text for one in found if is_within(one) for text in strings(one))
    elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield from found.keys()
        yield from (text for one in found.values() if is_within(one) for text in strings(one))


def is_within(found: Any) -> bool:
    """Return whether an object is direct."""
    return isinstance(found, pikepdf.Object) and not found.is_indirect


def contents(folder: Path) -> dict[str, str]:
    """All that is in the files of a folder, and their names, in small letters."""
    found: dict[str, str] = {}
    kinds = {".epub": book, ".docx": book, ".zip": book, ".pdf": sheets, ".html": page}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name[0] != ".":  # of the program itself
            content = kinds.get(path.suffix, text_of)(path.read_bytes())
            found[name] = f"{name}\n" + "\n".join(content).lower()
    return found


# --- the tests ----------------------------------------------------------------------------

BUILDS = {
    "screens": (("web", "site", "ebook"), Options(catalog=True)),
    "paper": (("handout", "large-print", "form", "booklet", "word"), Options(catalog="records")),
    "parts": (("handout",), Options(split=1)),
}


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
def test_students_get_no_secret(build: str, tmp_path: Path) -> None:
    source, secrets = write(tmp_path / "work", front=UNPAGED)
    editions, options = BUILDS[build]
    result = pipeline.build(source, editions, out=tmp_path / "out", options=options)
    assert not [found for found in result.diagnostics if found.is_error], result.diagnostics
    files = contents(tmp_path / "out" / "work")
    for name, content in files.items():
        assert {place for word, place in secrets.items() if word in content} == set(), name
        if name.endswith((".pdf", ".epub", "work.html")):
            assert "open" in content, name


@pytest.mark.slow
def test_pupils_get_no_secret_nor_the_help_of_another_level(tmp_path: Path) -> None:
    source, secrets = write(tmp_path / "work", front=UNPAGED + placements.VARIED)
    result = pipeline.build(source, ("handout", "ebook", "word"), out=tmp_path / "out")
    assert not [found for found in result.diagnostics if found.is_error], result.diagnostics
    files = contents(tmp_path / "out" / "work")
    assert {"work-B.pdf", "work-support.pdf", "work-word.docx"} <= files.keys()
    for name, content in files.items():
        told = {place for word, place in secrets.items() if word in content}
        assert all(" / level / " in place for place in told), name
        assert bool(told) is ("-support" in name), name
        assert "zqgrade" not in content, name


@pytest.mark.slow
def test_a_catalogue_has_no_secret(tmp_path: Path) -> None:
    _, secrets = write(tmp_path / "library", front=UNPAGED)
    arguments = ["library", str(tmp_path / "library"), "--out", str(tmp_path / "out")]
    arguments += ["--edition", "web", "--jobs", "1"]
    with building_here():
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    files = contents(tmp_path / "out" / "catalogue")
    assert "work" in files["index.html"]
    for name, content in files.items():
        assert {place for word, place in secrets.items() if word in content} == set(), name


@pytest.mark.slow
def test_other_answers_make_the_same_pages_of_every_edition(tmp_path: Path) -> None:
    """The packaged files follow from these pages and nothing else."""
    one, other = write(tmp_path / "one")[0], write(tmp_path / "other", "k" * 30)[0]
    made, other_made = pages_of_all(one), pages_of_all(other)
    for name in RENDERED:
        assert made[name] == other_made[name], name


def pages_of_all(source: Path) -> dict[str, str]:
    """The pages of every edition for students, as they are written for the packager."""
    flow = making.Flow(source)
    return {name: making.published(flow.pages(name, PAGES)) for name in RENDERED}


# --- pairs that differ in answers alone ---------------------------------------------------

SPANS = ("[{}]{{.answer}}", "[**{}**]{{only=teacher}}")
BLOCK = "::: answer\n{}\n:::"
PLACES = {
    "a paragraph": "Wells are ⟨⟩ deep.",
    "a paragraph's beginning": "⟨⟩ Wells are deep.",
    "a paragraph's end": "Wells are deep ⟨⟩",
    "before a mark": "Wells ⟨⟩, and pumps.",
    "a line of its own": "Wells\n⟨⟩\nare deep.",
    "emphasis": "Wells *⟨⟩* and **are ⟨⟩** deep.",
    "a heading": "## Wells ⟨⟩\n\nText.",
    "an item": "- a\n- b ⟨⟩\n- c",
    "a choice": "::: exercise\n- ( ) a\n- (x) b ⟨⟩\n- ( ) c\n:::",
    "a matching": "::: matching\n| A | B |\n|---|---|\n| a ⟨⟩ | b ⟨⟩ |\n| c | d |\n| e | f |\n:::",
    "an ordering": "::: ordering\n1. a\n2. b ⟨⟩\n3. c\n:::",
    "a cell": "| A ⟨⟩ | B |\n|---|---|\n| a | b ⟨⟩ |",
    "a table's caption": "| A |\n|---|\n| a |\n\nTable: Wells ⟨⟩",
    "a figure's caption": '![A well](well.png "Deep ⟨⟩")',
    "a text alternative": "![A ⟨⟩ well](well.png) in text.",
    "a figure's alternative": '![A well ⟨⟩](well.png "Deep")',
    "a group of figures": "::: figures\n![A ⟨⟩ well](well.png)\n\n![B](well.png)\n\nBoth ⟨⟩\n:::",
    "a link's title": 'A [link](https://example.org "to ⟨⟩ it").',
    "an attribute": '[Wells]{title="deep ⟨⟩ ones"} are.',
    "an expansion": "The ABC.\n\n*[ABC]: A ⟨⟩ B",
    "a file's name": '```python {filename="one ⟨⟩.py" caption="Code ⟨⟩"}\npass\n```',
    "a chart": '```chart {caption="Wells ⟨⟩" unit="m ⟨⟩"}\nA,B\na,3\nb,4\n```',
    "an entry": "A [well]{.index entry='wells ⟨⟩'}.\n\n# Index\n\n::: index\n:::",
    "a note": "Wells.[^1]\n\n[^1]: They are ⟨⟩ deep.",
    "a definition": "Well ⟨⟩\n:   A hole ⟨⟩",
    "a box's title": "::: note Wells ⟨⟩ here\nText.\n:::",
    "a quotation": "> Wells ⟨⟩",
    "a label": '::: div {aria-label="deep ⟨⟩ ones" .x}\na\n:::',
    "a label in HTML": '<div aria-label="deep ⟨⟩ ones" class="x">a</div>',
    "a table's summary": '<table summary="deep ⟨⟩ ones"><tr><td>a</td></tr></table>',
    "an image in HTML": '<img src="well.png" alt="A ⟨⟩ well" title="A ⟨⟩ well">',
    "a figure in HTML": '<figure><img src="well.png" alt="A"><figcaption>⟨⟩</figcaption></figure>',
    "an expansion in HTML": 'An <abbr title="A ⟨⟩ well">AW</abbr> is.',
    "a summary": "::: details Wells ⟨⟩ here\nText.\n:::",
    "a chart's data": '```chart {caption="Wells"}\nA,B ⟨⟩\na ⟨⟩,3\nb,4\n```',
    "a chart's axes": '```chart {caption="Wells" x="a ⟨⟩" y="b ⟨⟩"}\nA,B\na,3\nb,4\n```',
    "a chart of a table": "| A | B ⟨⟩ |\n|---|---|\n| a ⟨⟩ | 3 |\n\nTable: Wells ⟨⟩ {.chart}",
    "data": '```csv {caption="Wells ⟨⟩"}\nA,B ⟨⟩\na ⟨⟩,3\n```',
    "a term": "A well.\n\n::: glossary\nWell ⟨⟩\n:   A hole ⟨⟩\n:::",
    "a term of the index": "A [well ⟨⟩ x]{.index} is.\n\n# Index\n\n::: index\n:::",
    "a note within the line": "Wells^[They are ⟨⟩ deep.] are.",
    "a link's text": "A [link ⟨⟩ b](https://example.org){.qr}.",
    "an exercise's title": "::: exercise Wells ⟨⟩ b {#ex-a}\nText.\n:::\n\nSee @ex-a.",
    "an exercise's table": "::: exercise\n| A | B |\n|---|---|\n| ⟨⟩ a | b ⟨⟩ |\n:::",
    "an open answer": "::: exercise\nWhy ⟨⟩?\n\n::: lines 3\n:::\n:::",
    "a choice's question": "::: exercise\nPick ⟨⟩ one.\n\n- ( ) a\n- (x) b\n:::",
    "a section's title": '## Wells {#wells title="deep ⟨⟩ ones"}\n\nText.',
    "a list of rows": "::: table Wells ⟨⟩ b\n- - a\n  - b ⟨⟩ c\n- - c\n  - d\n:::",
    "an alternative by name": '![A](well.png){fig-alt="a ⟨⟩ well"}',
}
FRONT = {
    "description": "Wells ⟨⟩ here",
    "subtitle": "Wells ⟨⟩ here",
    "author": "Ann ⟨⟩ Asker",
    "publisher": "Wells ⟨⟩ and pumps",
    "rights": "Wells ⟨⟩ here",
    "series": "Wells ⟨⟩ here",
    "keywords": ["wells ⟨⟩ here", "pumps"],
    "brand": {"footer": "Wells ⟨⟩ here"},
    "variables": {"told": "Wells ⟨⟩ here"},
}
"""The front matter."""

BLOCK_PLACES = {
    "between paragraphs": "a\n\n⟨⟩\n\nb",
    "an item, tight": "- a\n\n  ⟨⟩\n- b\n- c",
    "an item, last": "- a\n- b\n\n  ⟨⟩\n\nText.",
    "a choice": "::: exercise\n- ( ) a\n- (x) b\n\n  ⟨⟩\n- ( ) c\n:::",
    "a quotation": "> a\n>\n> ⟨⟩",
    "a note": "a[^1]\n\n[^1]: b\n\n    ⟨⟩",
    "a definition": "a\n:   b\n\n    ⟨⟩",
    "a box, first": "::: note\n⟨⟩\n\na\n:::",
    "an ordering": "::: ordering\n1. a\n2. b\n\n   ⟨⟩\n3. c\n:::",
}

MARKS = {
    "a list": "- (x) a\n- ( ) b",
    "a list of two parts": "- (x) a\n- ( ) b\n\n- c\n- d",
    "bold items": "- **(x) a**\n- **( )** b",
    "a list without spaces": "- (x)a\n- ( )b",
    "lines": "( ) a\n(x) b\n( ) c",
    "paragraphs": "(x) a\n\n( ) b",
    "ends of items": "- a (x)\n- b ( )",
    "one line": "Deep (x), not deep ( ).",
    "cells": "| A | yes | no |\n|---|---|---|\n| a | (x) | ( ) |",
    "an exercise's cells": "::: exercise\n| A | yes | no |\n|---|---|---|\n| a | [x] | [ ] |\n:::",
    "a grid": "::: exercise\n| A | yes | no |\n|---|---|---|\n| a | (x) | ( ) |\n:::",
    "an exercise's lines": "::: exercise\n[x] a\n[ ] b\n:::",
    "an exercise's list": "::: exercise\n- [x] a\n- [ ] b\n- c\n:::",
    "definitions": "A\n:   (x) a\n:   ( ) b",
}
"""Marks of right answers and of wrong ones, in lists and elsewhere."""


def swapped(text: str) -> str:
    """The text with the right answers wrong, and the wrong ones right."""
    return re.sub(r"(?<=[(\[])[x ](?=[)\]])", lambda mark: " x"[mark[0] == " "], text)


def variants(text: str, written: str) -> list[str]:
    """A text with an answer, and with none."""
    none = re.sub(r"\n[ >]*\n[ >]*⟨⟩(?=\n|$)|[ \n]⟨⟩(?=[^\w]|$)|[ \n]?\*⟨⟩\*|⟨⟩ ?", "", text)
    return [text.replace("⟨⟩", written.format("a long one")), none.replace("⟨⟩", "")]


def block(text: str, content: str) -> str:
    """An answer block, with the beginning of its line."""
    line = next(line for line in text.split("\n") if "⟨⟩" in line)
    margin = line[: line.index("⟨⟩")]
    return f"\n{margin}".join(BLOCK.format(content).split("\n"))


def block_variants(text: str) -> list[str]:
    """The `variants` of a text with a block."""
    return [text.replace("⟨⟩", block(text, "a long one")), variants(text, "")[1]]


def together(texts: Iterable[list[str]]) -> list[str]:
    """The `variants` of a text of many parts, with a paragraph after each, so that none goes on in
    the next."""
    return ["\n\nThen.\n\n".join(each) for each in zip(*texts, strict=True)]


def all_places(written: str) -> list[str]:
    """The `variants` of a text with an answer in every place."""
    texts = (text.replace("[^1]", f"[^n{at}]") for at, text in enumerate(PLACES.values()))
    return together(variants(text, written) for text in texts)


PAIRS = {
    **{written: all_places(written) for written in SPANS},
    "blocks": together(map(block_variants, BLOCK_PLACES.values())),
    "marks": together([text, swapped(text)] for text in MARKS.values()),
}
"""Texts that differ in answers alone: in places of each kind."""


@pytest.mark.parametrize("kind", PAIRS)
def test_answers_leave_no_trace_for_students(kind: str, tmp_path: Path) -> None:
    source = tmp_path / "work.md"
    Picture.new("RGB", (40, 30), "#345678").save(tmp_path / "well.png")
    # `test_answers_leave_no_trace_in_files_of_students` has the others
    names = ("handout", "form", *(("web", "ebook") if kind == SPANS[1] else ()))
    made: dict[str, list[list[str]]] = {}
    for text in PAIRS[kind]:
        source.write_text(f"---\ntitle: Wells\nlang: en\n---\n\n{text}\n", "utf-8")
        flow = making.Flow(source)
        for name in names:
            pages = (f"{page.name}\n{page.markup}" for page in flow.pages(name).pages)
            lines = re.sub(r"<\?text .*?\?>", "", "\n".join(pages)).splitlines()
            made.setdefault(name, []).append(lines)
    for name, (with_answers, without) in made.items():
        assert "a long one" not in str(with_answers), name
        assert with_answers == without, name


@pytest.mark.slow
def test_answers_leave_no_trace_in_files_of_students(tmp_path: Path) -> None:
    """All places at once, and the packages, to the byte."""
    Picture.new("RGB", (40, 30), "#345678").save(tmp_path / "well.png")
    keys = {"title": "Wells", "lang": "en", "page_list": False, **FRONT}
    front = json.dumps(keys, ensure_ascii=False)
    parts = [variants(front, SPANS[0]), all_places(SPANS[0])]
    for number, text in enumerate(BLOCK_PLACES.values(), start=1):
        parts.append(block_variants(text.replace("[^1]", f"[^b{number}]")))
    parts += [[text, swapped(text)] for text in MARKS.values()]
    source = tmp_path / "work.md"
    made: list[dict[str, bytes]] = []
    for variant in (0, 1):
        front, *texts = (part[variant] for part in parts)
        text = "\n\n".join(["Here {{told}}.", *texts])
        source.write_text(f"---\n{front}\n---\n\n{text}\n", "utf-8")
        out = tmp_path / str(variant)
        result = pipeline.build(source, ["web", "ebook"], out=out)
        assert not [found for found in result.diagnostics if found.is_error], result.diagnostics
        files = (path for path in result.files if path.suffix != ".json")
        made.append({path.relative_to(out).as_posix(): path.read_bytes() for path in files})
    for name, data in made[0].items():
        assert made[1][name] == data, name
