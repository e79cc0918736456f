"""Golden cases: what becomes of small sources.

A case is ``tests/cases/<area>/<name>.md``. Its first line is a comment that says what it
shows; it counts as an empty line. Beside it stands what is expected:

- ``<name>.html``: what `render_fragment` gives;
- ``<name>.body.html``, for a case with front matter: what stands between the page's title
  and its end;
- ``<name>.answers.html``: the same of its answers alone;
- ``<name>.model.json``: the document as parsed, positions and all;
- ``<name>.diagnostics.txt``: what is wrong, as the command prints it, without hints.

Files that cases take in (further text, code, data) are in ``tests/cases/<area>/files/``, and
are called ``files/x.csv`` in a case; what is wrong in them is told with their names.

Only files that exist are compared. ``--accept`` writes them anew, and makes one of the first two
and the last of them for a case that has none: look at them before you commit them.
"""

from __future__ import annotations

import difflib
import functools
from pathlib import Path

import pytest

from pipeline import model
from pipeline.driver import render_fragment
from pipeline.flow import steps
from pipeline.model import Document
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS
from pipeline.parser import parse, parse_body
from pipeline.render.environment import environment
from pipeline.render.node_markup import NodeRenderer
from tests.helpers import making
from tests.helpers.paths import CASES
from tests.helpers.sentences import no_sentences

FILES = sorted(path for path in CASES.rglob("*.md") if "files" not in path.relative_to(CASES).parts)
KINDS = (".html", ".body.html", ".answers.html", ".model.json", ".diagnostics.txt")


def source(file: Path) -> str:
    """The text of a case, with its first line emptied if it is a comment to the reader."""
    text = file.read_text("utf-8")
    first, _, rest = text.partition("\n")
    return f"\n{rest}" if first.startswith("<!--") and first.endswith("-->") else text


def is_whole(text: str) -> bool:
    return text.startswith("---\n")


@functools.lru_cache(maxsize=1)  # each is asked for its body, and then for its findings
def resolved(file: Path) -> Document:
    parsed = parse(source(file), folder=file.parent)
    return making.resolved(parsed, "web", file.parent)


def body(document: Document) -> str:
    renderer = NodeRenderer(environment(), "html", document)
    parts = [
        renderer.render(document.blocks),
        renderer.template("notes", notes=document.notes) if document.notes else "",
    ]
    return "\n".join(str(part).strip("\n") for part in parts if part) + "\n"


def line(found: Diagnostic) -> str:
    file = f"{found.source}:" if found.source else ""
    return f"{file}{found.line}:{found.column}: {found.severity}[{found.code}]: {found.message}\n"


def got(kind: str, file: Path) -> str:
    """The current result of a case."""
    text = source(file)
    whole = is_whole(text)
    match kind:
        case ".html":
            return render_fragment(text, folder=file.parent).rstrip("\n") + "\n"
        case ".body.html":
            return body(resolved(file))
        case ".answers.html":
            parsed = parse(text, folder=file.parent)
            document = making.resolved(parsed, "answers", file.parent)
            return body(steps.mark(document, EDITIONS["answers"], None))
        case ".model.json":
            parsed = parse(text, folder=file.parent) if whole else parse_body(text, file.parent)
            return model.encode(parsed).decode()
        case _:
            return "".join(map(line, findings(file)))


def findings(file: Path) -> list[Diagnostic]:
    text = source(file)
    document = resolved(file) if is_whole(text) else parse_body(text, file.parent)
    return sorted(document.diagnostics, key=lambda d: (d.source, d.line, d.column))


def beside(file: Path, kind: str) -> Path:
    return file.with_name(file.stem + kind)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(CASES).as_posix())
def test_case(file: Path, accept: bool) -> None:
    kinds = [kind for kind in KINDS if beside(file, kind).exists()]
    if accept and not kinds:
        kinds = [".body.html" if is_whole(source(file)) else ".html"]
        if got(".diagnostics.txt", file):
            kinds.append(".diagnostics.txt")
    assert kinds, "nothing is expected of this case: run with --accept"
    differences: list[str] = []
    for kind in kinds:
        path, now = beside(file, kind), got(kind, file)
        if accept:
            path.write_text(now, "utf-8", newline="\n")
            continue
        before = path.read_text("utf-8")
        if now != before:
            old, new = before.splitlines(keepends=True), now.splitlines(keepends=True)
            differences += difflib.unified_diff(old, new, path.name, "now")
    assert not differences, "\n" + "".join(differences)
    assert not no_sentences(findings(file))


def test_what_is_expected_belongs_to_a_case() -> None:
    known = {beside(file, kind) for file in FILES for kind in KINDS} | set(FILES)
    others = {path for path in CASES.glob("*/*") if path.is_file()} - known
    assert {path.suffix for path in others} <= {".png", ".js", ".svg"}


def test_every_case_says_what_it_shows() -> None:
    for file in FILES:
        first, second, *_ = file.read_text("utf-8").split("\n")
        assert first.startswith("<!-- ") or (first == "---" and second.startswith("# ")), file
