"""Golden cases: what becomes of small sources.

A case is ``tests/cases/<area>/<name>.md``. Its first line is a comment that says what it
shows; it counts as an empty line. Beside it stands what is expected:

- ``<name>.html``: the fragment of a page, as `render_fragment` gives it;
- ``<name>.body.html``, for a case with front matter: what stands between the page's title
  and its end;
- ``<name>.answers.html``: the same of its answers alone;
- ``<name>.model.json``: the document as parsed, positions and all;
- ``<name>.diagnostics.txt``: what is wrong, as the command prints it, without hints.

Files that cases take in (further text, code, data) are in ``tests/cases/<area>/files/``, and
are called ``files/x.csv`` in a case; what is wrong in them is told with their names.

Only files that exist are compared. ``--accept`` writes them anew, and makes one of the first two
and the last of them for a case that has none: look at them before you commit them. What is parsed
is also written as a source again, which says the same.
"""

from __future__ import annotations

import difflib
import functools
from pathlib import Path

import pytest

from pipeline import Diagnostic, Document, model, parse
from pipeline.commands.writer import same, write
from pipeline.parser import parse_body
from tests.helpers import making
from tests.helpers.paths import CASES
from tests.helpers.sentences import no_sentences

FILES = sorted(path for path in CASES.rglob("*.md") if "files" not in path.relative_to(CASES).parts)
LOST = {
    CASES / "html" / "unknown.md": "Two spaces, between which a tag was left out, are one in HTML.",
}
"""Cases that are not the same when they are written and read again."""

KINDS = (".html", ".body.html", ".answers.html", ".model.json", ".diagnostics.txt")


def source(file: Path) -> str:
    """The text of a case, with its first line emptied if it is a comment to the reader."""
    text = file.read_text("utf-8")
    first, _, rest = text.partition("\n")
    return f"\n{rest}" if first.startswith("<!--") and first.endswith("-->") else text


def is_whole(text: str) -> bool:
    return text.startswith("---\n")


def read(text: str, folder: Path) -> Document:
    return parse(text, folder=folder) if is_whole(text) else parse_body(text, folder)


@functools.lru_cache(maxsize=1)  # each is asked for all that is expected, and written
def parsed(file: Path) -> Document:
    return read(source(file), file.parent)


@functools.lru_cache(maxsize=1)
def resolved(file: Path) -> Document:
    return making.resolved(parsed(file), "web", file.parent)


def line(found: Diagnostic) -> str:
    file = f"{found.source}:" if found.source else ""
    return f"{file}{found.line}:{found.column}: {found.severity}[{found.code}]: {found.message}\n"


def got(kind: str, file: Path) -> str:
    """The current result of a case."""
    match kind:
        case ".html":
            return making.fragment(parsed(file)).rstrip("\n") + "\n"
        case ".body.html":
            return making.markup(resolved(file))
        case ".answers.html":
            document = making.resolved(parsed(file), "answers", file.parent)
            return making.markup(making.marked(document))
        case ".model.json":
            return model.encode(parsed(file)).decode()
        case _:
            return "".join(map(line, findings(file)))


def findings(file: Path) -> list[Diagnostic]:
    document = resolved(file) if is_whole(source(file)) else parsed(file)
    found = (*document.diagnostics, *parsed(file).unread)
    return sorted(found, key=lambda d: (d.source, d.line, d.column))


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
    if not any(found.is_error for found in parsed(file).diagnostics):
        assert_written(file)


def assert_written(file: Path) -> None:
    document = parsed(file)
    written = write(document)
    if is_whole(written) and not is_whole(source(file)):  # a tool's settings have become keys
        document = parse(source(file), folder=file.parent)
    assert same(document, read(written, file.parent)) == (file not in LOST), written


def test_what_is_expected_belongs_to_a_case() -> None:
    known = {beside(file, kind) for file in FILES for kind in KINDS} | set(FILES)
    others = {path for path in CASES.glob("*/*") if path.is_file()} - known
    assert {path.suffix for path in others} <= {".png", ".js", ".svg"}


def test_every_case_says_what_it_shows() -> None:
    for file in FILES:
        first, second, *_ = file.read_text("utf-8").split("\n")
        assert first.startswith("<!-- ") or (first == "---" and second.startswith("# ")), file
