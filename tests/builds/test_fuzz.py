"""Real sources and files with random changes: nothing fails in any stage, and nothing is lost.

`make fuzz` continues with other changes, and also changes the files in a folder ``SEEDS``.
"""

from __future__ import annotations

import functools
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import html5lib
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import parse
from pipeline.commands.importing.inputs import FORMATS, import_file
from pipeline.flow.values import has_errors
from pipeline.package.result import Package
from pipeline.parser.frontmatter import read_front_matter
from tests.commands import test_importing_odt, test_importing_rtf, test_importing_word
from tests.commands.test_importing import PAGE
from tests.helpers import making
from tests.helpers.paths import ROOT
from tests.parser.test_parse_properties import MARKS, STARTS, TAGS, UNSAFE, check_json, check_places

LONGEST = 4000
"""Characters of a source that are used, from a random place on, so that examples are quick."""

MARKUP = (
    *MARKS,
    *STARTS,
    *(f"<{tag}>" for tag in TAGS),
    "---\n",
    "\n\n",
    "\x00",
    "\ud800",
    "9" * 40,
)
TOKEN = re.compile(r"\w+|[^\S\n]+|\n+|[^\w\s]+")


def _seeds(*patterns: str) -> tuple[Path, ...]:
    found = (path for pattern in patterns for path in sorted(ROOT.glob(pattern)))
    more = Path(os.environ["SEEDS"]).rglob("*") if os.environ.get("SEEDS") else ()
    return (*found, *sorted(path for path in more if path.is_file()))


@functools.cache
def sources() -> tuple[Path, ...]:
    found = _seeds("tests/cases/**/*.md", "docs/*.md", "source/*.md", "tests/book/**/*.md")
    return tuple(path for path in found if path.suffix == ".md" and "errors" not in path.parts)


@functools.cache
def tokens(path: Path) -> tuple[str, ...]:
    return tuple(TOKEN.findall(path.read_text("utf-8", errors="replace")))


@st.composite
def changed(draw: st.DrawFn, given: Iterable[str], others: Iterable[str] = MARKUP) -> str:
    """A text in whose tokens some were left out, said again or replaced by those of another."""
    found, other = list(given), tuple(others)
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(found)))
        end = start + draw(st.integers(0, 12))
        match draw(st.sampled_from(("drop", "insert", "insert", "repeat", "swap"))):
            case "drop":
                new: list[str] = []
            case "insert":
                new = [draw(st.sampled_from(other or MARKUP)), *found[start:end]]
            case "repeat":
                new = found[start:end] * draw(st.sampled_from((2, 3, 40)))
            case _:
                new = found[start:end][::-1]
        found[start:end] = new
    return "".join(found).encode("utf-8", "replace").decode("utf-8")


@st.composite
def texts(draw: st.DrawFn) -> tuple[Path, str]:
    """A source with changes, and where it would be."""
    path, other = draw(st.sampled_from(sources())), draw(st.sampled_from(sources()))
    found = tokens(path)
    if len(found) > LONGEST // 4:
        start = draw(st.integers(0, len(found) - LONGEST // 4))
        found = found[start : start + LONGEST // 4]
    others = (*MARKUP, *tokens(other)[:LONGEST])
    return path.with_name("changed.md"), draw(changed(found, others))


@given(texts())
def test_parsing(given: tuple[Path, str]) -> None:
    path, text = given
    document = parse(text, str(path))
    check_json(document)
    # positions in other files are in theirs; a note within a line may begin with a line end
    if "include" not in text and not re.search(r"\^\[\s*\n", text):
        check_places(document, text.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.data())
def test_front_matter(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in sources() if "---" in tokens(path)[:1]]))
    head, _, _ = path.read_text("utf-8").removeprefix("---\n").partition("\n---")
    text = data.draw(
        changed(TOKEN.findall(head[:LONGEST]), (*MARKUP, *tokens(ROOT / "docs/frontmatter.md")))
    )
    metadata, _, found = read_front_matter(f"---\n{text}\n---\n", "a.md")
    assert all(one.message for one in found)
    assert metadata.lang


def built(given: tuple[Path, str], name: str) -> Package | None:
    """An edition of a text, unless it has errors. It lacks nothing of the text."""
    path, text = given
    flow = making.Flow(path, parse(text, str(path)))
    if has_errors(flow.document.diagnostics):
        return None
    with making.without_fonts():
        made = flow.built(name)
    assert not [found for found in made.findings if found.code in ("lost-text", "doubled-text")]
    return made.package


@given(texts())
def test_web_pages(given: tuple[Path, str]) -> None:
    package = built(given, "web")
    if package is None:
        return
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(package.data.decode())
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            own = {"img": "data:image/", "source": "data:image/", "link": "data:text/css"}
            is_own = value.startswith(own.get(element.tag, "\0"))
            assert is_own or not UNSAFE.match(value) or name in ("title", "alt")


@pytest.mark.slow
@given(texts())
def test_print(given: tuple[Path, str]) -> None:
    package = built(given, "handout")
    if package and package.data:
        with pikepdf.open(io.BytesIO(package.data)) as pdf:
            assert len(pdf.pages) == package.facts.pages


# --- files to import --------------------------------------------------------------------------


@functools.cache
def files() -> dict[str, bytes]:
    """Files of each format to import."""
    found = {path.name: path.read_bytes() for path in _seeds() if path.suffix.lower() in FORMATS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "seed.md"
        source.write_bytes((ROOT / "tests/book/parts/plain.md").read_bytes())
        pipeline.build(source, out=folder)
        texts = "".join(text for text, _ in test_importing_word.BECOMES.values())
        test_importing_word.word(folder / "seed/a.docx", texts)
        test_importing_odt.odt(folder / "seed/a.odt", test_importing_odt.WELL)
        test_importing_rtf.rtf(folder / "seed/a.rtf", test_importing_rtf.WORD)
        (folder / "seed/a.html").write_text(PAGE, "utf-8")
        (folder / "seed/a.txt").write_bytes((ROOT / "README.md").read_bytes())
        (folder / "seed/a.md").write_bytes((ROOT / "README.md").read_bytes())
        return found | {
            path.name: path.read_bytes()
            for path in (folder / "seed").iterdir()
            if path.suffix in FORMATS
        }


@st.composite
def changed_file(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(files())))
    data = files()[name]
    if draw(st.booleans()) and zipfile.is_zipfile(io.BytesIO(data)):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            members = [one for one in old.namelist() if not one.endswith("/")]
            chosen = draw(st.sampled_from(members))
            for one in members:
                new.writestr(
                    one, draw(_changed_bytes(old.read(one))) if one == chosen else old.read(one)
                )
        return name, out.getvalue()
    return name, draw(_changed_bytes(data))


@st.composite
def _changed_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data)))
    window = TOKEN.findall(data[start : start + LONGEST].decode("latin-1"))
    text = draw(changed(window, (*MARKUP, *window)))
    return data[:start] + text.encode("latin-1", "replace") + data[start + LONGEST :]


@given(changed_file())
def test_importing(given: tuple[str, bytes]) -> None:
    name, data = given
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        made = import_file(path)
    assert made.text or made.findings
    parse(made.text, "a.md")
