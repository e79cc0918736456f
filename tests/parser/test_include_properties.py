"""Properties of every text with includes and variables, whatever is in them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline import parse
from pipeline.model import Document, Variable
from pipeline.model.diagnostics import Span
from pipeline.parser import parse_body
from tests.helpers import making
from tests.helpers.trees import nodes
from tests.parser.test_parse_properties import check_beginning, check_json, line

NAMES = ("a.md", "b c.md", "sub/d.md", "t.csv")
PATHS = ("a.md", '"b c.md"', "sub/d.md", "d.md", "../a.md", "'../b c.md'", "none.md", "../x.md", "")
BRACES = ("{{ year }}", "{{year}}", "{{ who }}", "{{ title }}", "{{ edition }}", "{{", "}}", "{{{")

directive = st.builds(
    lambda start, path, rest: f"{start}{{{{ include {path}{rest} }}}}",
    st.sampled_from(("", "", "- ", "  ", "> ", ": ", "[^a]: ", "    ", "# ", "text ", "- > ")),
    st.sampled_from(PATHS),
    st.sampled_from(("", "", " shift=1", " shift=x")),
)
data = st.builds(
    lambda start, kind, file: f"{start}```{kind} {{file={file}}}\n{start}```",
    st.sampled_from(("", "", "> ", "  ")),
    st.sampled_from(("csv", "chart", "python")),
    st.sampled_from(("t.csv", "t.csv", "../t.csv", "none.csv")),
)
braces = st.lists(
    st.sampled_from((*BRACES, "a", "[b](", ")", "![", "](", "`", "\\", " ")), max_size=6
)
text = st.lists(st.one_of(line, directive, data, braces.map("".join), st.just("")), max_size=9).map(
    "\n".join
)
FRONT = "---\ntitle: t\nvariables: {year: 2026}\nspeakers:\n  Ann: guest\n---\n"


def check_span(span: Span | None, files: dict[str, list[str]]) -> str:
    """A place is one in its file; the line that it begins in."""
    assert span
    found = files[span.file]
    assert 1 <= span.line <= len(found), span
    assert not span.end or span.line < span.end <= len(found), span
    assert 0 <= span.column <= len(found[span.line - 1]) + 1, span
    return found[span.line - 1]


def check_places(document: Document, files: dict[str, list[str]]) -> None:
    for node in nodes(document):
        if node.span:
            check_beginning(node, check_span(document.place(node.span), files))
    for found in document.diagnostics:
        file = "" if found.source == document.source else found.source
        if found.line:
            check_span(Span(found.line, found.column, file=file), files)


@given(text, st.tuples(*[text for _ in NAMES]))
def test_files_and_variables(source: str, parts: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sub").mkdir()
        files = {"": source.split("\n")}
        for path, part in zip(NAMES, parts, strict=True):
            (folder / path).write_text(part, "utf-8")
            files[path] = part.split("\n")
        document = parse_body(source, folder)
        check_json(document)
        check_places(document, files)
        there = {name for name in document.files if (folder / name).exists()}
        assert there <= set(NAMES)

        files[""] = (FRONT + source).split("\n")
        document = parse(FRONT + source, "x.md", folder)
        check_json(document)
        check_places(document, files)
        resolved = making.resolved(document, "web", folder)
        check_json(resolved)
        for node in nodes(resolved):
            assert not node.span or check_span(resolved.place(node.span), files) is not None
        unknown = {n.name for n in nodes(resolved, Variable)}
        assert unknown.isdisjoint({"year", "title", "edition"})
