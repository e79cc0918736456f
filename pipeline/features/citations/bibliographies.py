"""The sources of citations besides the text: the works and the style."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Placed
from pipeline.model.names import nearest
from pipeline.model.words import words
from pipeline.system.paths import Located, Problem, locate

if TYPE_CHECKING:
    from pipeline.features.citations.csl.csl_data import Reference
    from pipeline.features.citations.csl.style import CitationStyle


class Sources(msgspec.Struct):
    """``works`` by key; ``listed`` are those that need not be cited; ``broken`` the keys of invalid
    entries. ``complete`` is False if a file is missing, so that unknown keys cannot be reported."""

    works: dict[str, Reference]
    style: CitationStyle | None = None
    listed: list[str] = []
    broken: set[str] = set()
    complete: bool = True
    findings: list[Diagnostic] = []

    def add(self, code: Code, message: str, placed: Placed, source: str, hint: str = "") -> None:
        length = len(placed.text) or 1
        finding = diagnostic(
            code, message, span=placed.span, source=source, hint=hint, length=length
        )
        self.findings.append(finding)


def read_sources(document: Document, folder: Path) -> Sources:
    """The works and the style that the front matter names."""
    from pipeline.features.citations.works import Works

    metadata = document.metadata
    vocabulary = words(metadata.lang)
    works = Works(lambda key: vocabulary[key])
    sources = Sources(works.by_key, broken=works.broken)
    for placed in metadata.bibliography:
        located = _locate(placed, document, folder, sources)
        if located is None:
            sources.complete = False
            continue
        # Messages name a file in the same way as the source.
        name = posixpath.join(posixpath.dirname(document.source.replace("\\", "/")), located.name)
        try:
            works.read(name, located.read())
        except OSError as error:
            sources.complete = False
            message = f"“{located.name}” cannot be read: {error.strerror}."
            sources.add(Code.BAD_BIBLIOGRAPHY, message, placed, document.source)
    sources.findings += works.findings
    sources.listed = _listed(document, sources)
    sources.style = _style(document, folder, sources)
    return sources


def missing_files(document: Document, folder: Path) -> list[Diagnostic]:
    """The findings about missing bibliography files if nothing is cited."""
    sources = Sources({})
    for placed in document.metadata.bibliography:
        _locate(placed, document, folder, sources)
    return sources.findings


def _locate(placed: Placed, document: Document, folder: Path, sources: Sources) -> Located | None:
    located = locate(folder, placed.text, Code.MISSING_FILE, placed.folder)
    if isinstance(located, Problem):
        sources.add(located.code, located.message, placed, document.source, located.hint)
        return None
    return located


def _listed(document: Document, sources: Sources) -> list[str]:
    """The keys of works to list without citing them."""
    keys: list[str] = []
    for placed in document.metadata.nocite:
        if placed.text == "*":
            keys += sources.works
        elif placed.text in sources.works:
            keys.append(placed.text)
        elif sources.complete and placed.text not in sources.broken:
            near = nearest(placed.text, sources.works)
            hint = f"Did you mean `{near}`?" if near else ""
            message = f"`nocite`: no work has the key `{placed.text}`."
            sources.add(Code.UNKNOWN_CITATION, message, placed, document.source, hint)
    return keys


def _style(document: Document, folder: Path, sources: Sources) -> CitationStyle:
    """The style that the front matter names, or else the default."""
    from pipeline.features.citations.works.style_sources import DEFAULT, named_style

    style_name = document.metadata.citation_style
    style = _read_named_style(style_name, document, folder, sources) if style_name else None
    return style or named_style(DEFAULT, document.metadata.lang)


def _read_named_style(
    name: Placed, document: Document, folder: Path, sources: Sources
) -> CitationStyle | None:
    from pipeline.features.citations.csl.style import BadStyleError
    from pipeline.features.citations.works.style_sources import (
        NoStyleError,
        named_style,
        style_of_file,
    )

    lang = document.metadata.lang
    try:
        if not name.text.lower().endswith(".csl"):
            return named_style(name.text, lang)
        located = _locate(name, document, folder, sources)
        if located is None:
            return None
        return style_of_file(located.read(), lang)
    except NoStyleError as error:
        message = f"There is no citation style `{error}`."
        sources.add(Code.BAD_STYLE, message, name, document.source, error.hint)
    except BadStyleError as error:
        message = f"The citation style `{name.text}` {error}."
        sources.add(Code.BAD_STYLE, message, name, document.source)
    except OSError as error:
        message = f"“{name.text}” cannot be read: {error.strerror}."
        sources.add(Code.BAD_STYLE, message, name, document.source)
    return None
