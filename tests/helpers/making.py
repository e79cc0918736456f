"""From a text to an edition of it: the stages one after the other, without files and a store."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec.structs import replace

import pipeline
from pipeline import BuiltEdition, Document, driver, parse
from pipeline.flow import steps
from pipeline.flow.values import request_for
from pipeline.keep import keeping
from pipeline.model.editions import EDITIONS, variations_of
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.package import package
from pipeline.package.result import Package
from pipeline.render import html, render
from pipeline.render.environment import environment
from pipeline.render.node_markup import NodeRenderer
from pipeline.resolve import resolve, resolve_fragment
from pipeline.select import select
from pipeline.system.store import Store

HERE = Path()

Outcome = TypeVar("Outcome", Document, Package)


def selected(
    text: str | Document, edition: str = "web", folder: Path = HERE, variation: str = ""
) -> Document:
    """The content that an edition has of a source, or of a parsed document, at a level or in a
    version, or at the first."""
    parsed = parse(text, "x.md", folder) if isinstance(text, str) else text
    rows = variations_of(EDITIONS[edition], parsed.metadata)
    return select(parsed, next(row for row in rows if variation in ("", row.level, row.version)))


def resolved(
    text: str | Document,
    edition: str = "web",
    folder: Path = HERE,
    variation: str = "",
    split: int = 0,
) -> Document:
    """A source, or a parsed document, as an edition has it, at a level or in a version."""
    return resolve(selected(text, edition, folder, variation), folder, split)


def marked(document: Document) -> Document:
    """A resolved document as it is printed: for teachers with answers in place."""
    return steps.mark(document, EDITIONS[document.edition], None)


def markup(document: Document, edition: str = "web") -> str:
    """The markup of a resolved document as in an edition, without its title."""
    renderer = NodeRenderer(environment(), EDITIONS[edition].format, document)
    notes = renderer.template("notes", notes=document.notes) if document.notes else ""
    parts = [str(part).strip("\n") for part in (renderer.render(document.blocks), notes)]
    return "\n".join(part for part in parts if part) + "\n"


def fragment(document: Document) -> str:
    """The fragment of a page that `render_fragment` gives for the text of a parsed document."""
    resolved = resolve_fragment(select(document, EDITIONS["web"]))
    return html.fragment(resolved, environment())


def rendered(document: Document, stem: str = "x", templates: Path | None = None) -> Pages:
    """The pages of the edition that a document is resolved for."""
    return render(document, EDITIONS[document.edition], stem, templates)


def packed(
    content: Document | Pages, folder: Path = HERE, stem: str = "x", *, assets_beside: bool = False
) -> Package:
    """The edition of its pages, or of the document that is resolved for it."""
    pages = rendered(content, stem) if isinstance(content, Document) else content
    return package(pages, folder, assets_beside=assets_beside)


def data(text: str, edition: str = "web", folder: Path = HERE) -> bytes:
    """The file of an edition of a source that has no finding."""
    document = without_findings(resolved(text, edition, folder))
    return without_findings(packed(document, folder)).data


def published(pages: Pages) -> str:
    """All that readers get of the pages of an edition: nothing about places in the source, nor the
    findings that only the author gets."""
    shown = replace(pages, pieces=(), spans=(), findings=())
    return re.sub(r"<\?text .*?\?>", "", msgspec.json.encode(shown).decode())


class Flow:
    """A source, or the document that was read from one, in the flow: its editions, and what they
    are made from."""

    def __init__(self, source: Path, document: Document | None = None) -> None:
        self.document = steps.parse(source) if document is None else document
        self.request = request_for(source, self.document, pipeline.Options())

    def marked(self, edition: str, page_map: PageMap | None = None) -> Document:
        return driver.mark_for(self.request, EDITIONS[edition], page_map)

    def pages(self, edition: str, page_map: PageMap | None = None) -> Pages:
        marked = self.marked(edition, page_map)
        return driver.render_edition(self.request, EDITIONS[edition], marked, page_map)

    def built(self, edition: str, store: Store | None = None, **options: Any) -> BuiltEdition:
        """An edition, whose steps are kept in a store."""
        (result,) = self.each(edition, store=store, **options)
        return result

    def each(
        self, *editions: str, store: Store | None = None, **options: Any
    ) -> tuple[BuiltEdition, ...]:
        with keeping(store, **options):
            return driver.make(self.request, [EDITIONS[edition] for edition in editions])


def chapters(text: str, folder: Path = HERE) -> dict[str, str]:
    """The markup of the pages of an e-book, by the names of its files."""
    return {page.name: page.markup for page in rendered(resolved(text, "ebook", folder)).pages}


@contextmanager
def without_fonts() -> Iterator[None]:
    """Web pages come without fonts, which would be made anew for the letters of each text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.package.html.page_fonts", lambda *_: ({}, ()))
        yield


def unpacked(book: bytes | Path, ending: str = "") -> dict[str, bytes]:
    """The files of an e-book with this ending, by their names within its folder."""
    with zipfile.ZipFile(io.BytesIO(book) if isinstance(book, bytes) else book) as files:
        names = [name for name in files.namelist() if name.endswith(ending)]
        return {name.removeprefix("EPUB/"): files.read(name) for name in names}


def without_findings(outcome: Outcome) -> Outcome:
    assert not outcome.diagnostics, outcome.diagnostics
    return outcome
