"""The documents of a library: the Markdown files in a folder that have front matter and are not
included in others, or those in a list."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import stem_of
from pipeline.model.late import late
from pipeline.parser.blocks import includes
from pipeline.parser.frontmatter import has_front_matter
from pipeline.parser.source import normalise

RESERVED = frozenset({"catalogue", "report"})
"""The names of folders among the outputs that are about the whole library."""

SUFFIXES = frozenset({".md", ".markdown"})

_MAY_INCLUDE = late(r"^.*(?:include|8<|!\[\[).*+$", re.MULTILINE)


class ListedDocument(NamedTuple):
    """A document: its path, and its name in the library, which identifies its outputs."""

    path: Path
    name: str


class LibraryListing(NamedTuple):
    """The documents, the findings about others, and the Markdown files that are not documents."""

    documents: tuple[ListedDocument, ...]
    findings: tuple[Diagnostic, ...]
    passed_over: tuple[Path, ...]


def documents_of(source: Path, out: Path) -> LibraryListing:
    """The documents of a folder or a list, in the order of their names or of the list."""
    if source.is_dir():
        paths, findings = _walked(source, out)
    else:
        paths, findings = _listed(source)
    texts = {path: _text(path) for path in paths}
    folder = source if source.is_dir() else source.parent
    return arranged(texts, folder, findings, is_list=not source.is_dir())


def arranged(
    texts: Mapping[Path, str | None], folder: Path, findings: list[Diagnostic], *, is_list: bool
) -> LibraryListing:
    """The documents among these texts of a folder, or of a list in it."""
    documents: dict[str, ListedDocument] = {}
    passed_over: list[Path] = []
    taken_in = {file for path, text in texts.items() for file in _included_files(path, text)}
    for path, text in texts.items():
        # building a file that cannot be read says why
        is_document = text is None or has_front_matter(text)
        if not is_document or (path.resolve() in taken_in and not is_list):
            passed_over.append(path)
            if is_list:
                message = "The file has no front matter, so it is not a document of the library."
                hint = "Begin it with `---`, a line `title: …`, and `---`."
                findings.append(diagnostic(Code.NO_DOCUMENT, message, source=str(path), hint=hint))
            continue
        within = os.path.relpath(path.parent, folder)
        parts = [part for part in Path(within).parts if part != os.pardir]
        document = ListedDocument(path, Path(*parts, stem_of(path)).as_posix())
        if document.name.casefold() in RESERVED:
            message = f"The library itself has a folder “{document.name}” among the outputs."
            hint = "Rename the file."
            findings.append(diagnostic(Code.SAME_NAME, message, source=str(path), hint=hint))
            continue
        before = documents.setdefault(document.name.casefold(), document)
        if before is not document:
            message = f"It would be built as “{document.name}”, and so would “{before.path}”."
            hint = "Rename one of the two."
            findings.append(diagnostic(Code.SAME_NAME, message, source=str(path), hint=hint))
    return LibraryListing(tuple(documents.values()), tuple(findings), tuple(passed_over))


def _walked(top: Path, out: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The Markdown files of a folder and of those in it, but for hidden ones and the outputs."""
    paths: list[Path] = []
    findings: list[Diagnostic] = []
    built = out.resolve()

    def refused(error: OSError) -> None:
        message = f"The folder cannot be read: {error.strerror}."
        hint = "Change its permissions, or take it out of the library."
        source = str(error.filename)
        findings.append(diagnostic(Code.UNREADABLE_FILE, message, source=source, hint=hint))

    for folder, folders, files in os.walk(top, onerror=refused):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != built
        )
        paths += (
            here / name
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
        )
    return paths, findings


def _listed(listing: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The files in a list, one per line, relative to its folder; a source stands for itself."""
    if listing.suffix.lower() in SUFFIXES:
        return [listing], []
    paths: dict[Path, None] = {}
    findings = []
    for number, line in enumerate(listing.read_text("utf-8", "surrogateescape").split("\n"), 1):
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        path = listing.parent / name
        if path.is_file():
            paths[path] = None
            continue
        message = "This is a folder, not a file." if path.is_dir() else "There is no such file."
        hint = "Name a file on each line, with its path from the list's folder."
        span, length = Span(number, line.index(name) + 1), len(name)
        source = str(listing)
        findings.append(
            diagnostic(
                Code.UNREADABLE_FILE, message, span=span, source=source, hint=hint, length=length
            )
        )
    return list(paths), findings


def _text(path: Path) -> str | None:
    """The text of a file, or None if it cannot be read as such."""
    try:
        return decoded(path.read_bytes())
    except OSError:
        return None


def decoded(data: bytes) -> str | None:
    """The text of a file's bytes, or None if they are not UTF-8."""
    try:
        return normalise(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _included_files(path: Path, text: str | None) -> Iterator[Path]:
    """The other files that a text includes."""
    for line in _MAY_INCLUDE.findall(text or ""):
        directive = includes.read(line.strip())
        if directive and directive.path and (path.parent / directive.path) != path:
            yield (path.parent / unquote(directive.path)).resolve()
