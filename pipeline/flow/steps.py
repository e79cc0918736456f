"""The words of the flow: a function for each, which calls the stage.

Those marked `step` are pure, and run only if their result is not known (`pipeline.keep`). Each
imports what it needs when it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from pipeline.features import absence, here
from pipeline.keep import earlier, parts, step
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span, in_source
from pipeline.model.editions import EDITIONS, Edition, has_page_marks, output_name
from pipeline.model.metadata import Metadata
from pipeline.model.page_map import PageMap
from pipeline.model.paper import Sheet
from pipeline.model.rendered import Pages
from pipeline.package.result import Package
from pipeline.system.paths import note

if TYPE_CHECKING:
    import jinja2


@step
def parse(source: Path) -> Document:
    """The document parsed from a source; a process that stays parses what has changed in it."""
    from pipeline.parser import parse_file

    note((source,))
    return parse_file(source, memory=earlier("parse", str(source)))


def select(document: Document, edition: Edition, fit: int | Literal["even"] | None) -> Document:
    """The content of an edition. A given number of pages to ``fit`` overrides the source."""
    from pipeline.model.sheet import with_fit
    from pipeline.select import select

    selected = select(document, edition)
    if fit is None or edition.format != "pdf":
        return selected
    return msgspec.structs.replace(selected, metadata=with_fit(selected.metadata, fit))


@step
def resolve(document: Document, edition: Edition, folder: Path, split: int) -> Document:
    """The document with numbers, cross-references and files filled in."""
    from pipeline.resolve import resolve

    return resolve(document, folder, split)


def mark(document: Document, edition: Edition, page_map: PageMap | None) -> Document:
    """A resolved document with the page marks that an edition needs. Answers are put in place, and
    taken out alone, after that: pages begin among the lines that they replace."""
    from pipeline.exercises.keys import answers_alone, put_in_place
    from pipeline.mark import mark_pages
    from pipeline.resolve.contents import title_for_teachers

    if page_map is not None and has_page_marks(edition, document.metadata):
        document = mark_pages(document, edition, page_map)
    document = put_in_place(document)
    if edition.audience == "teacher" and edition.format != "pdf":  # paper lies in their hands
        document = title_for_teachers(document)
    return answers_alone(document)


@step
def render(
    document: Document,
    edition: Edition,
    stem: str,
    templates: Path | None,
    names: tuple[str, ...],
    page_map: PageMap | None,
    file: str,
) -> Pages:
    """The pages of an edition. ``names`` are the files in the folder of ``templates``. ``file`` is
    the name of a part of the output. If a template cannot be used, there are no pages but a
    finding."""
    import jinja2

    from pipeline.render import render
    from pipeline.render.environment import template_files

    files = template_files(templates, edition.format)
    note(files)
    try:
        with parts("render", edition, templates or "", file, files=files) as known:
            pages = render(document, edition, stem, templates, page_map, known)
    except jinja2.TemplateError as error:
        finding = _template_finding(error)
        return Pages(edition.name, stem, document.metadata, pages=(), findings=(finding,))
    if edition.variation:
        file = file or output_name(stem, edition)
    return msgspec.structs.replace(pages, file=file) if file else pages


@step
def audit(pages: Pages, document: Document, edition: Edition) -> Pages:
    """The pages of an e-book with its accessibility claims, and findings that prevent further
    claims."""
    from pipeline.verify.audit import audit_book

    return audit_book(document, pages)


@step
def package(
    pages: Pages,
    edition: Edition,
    folder: Path,
    assets_beside: bool,
    source: str,
    pango: str,
    sources: tuple[str, ...],
) -> Package:
    """The finished file of an edition, with facts about it. Findings concern the source unless
    stated otherwise. ``sources`` are the files to attach."""
    from pipeline.package import package

    result = package(pages, folder, assets_beside=assets_beside, sources=sources)
    note(result.dependencies)
    return _place(result, source)


@step
def compare(
    package: Package, document: Document, edition: Edition, file: str, parsed: Document
) -> tuple[Diagnostic, ...]:
    """Findings where a finished ``file`` lacks text of the marked document, or has it in a
    different place, or twice, or a heading without its text at the foot of a page; and where it
    has text that the parsed document withholds."""
    from pipeline.verify.completeness import compare_built

    findings = compare_built(package, document, edition, file)
    if edition.audience == "teacher":
        from pipeline.exercises.key_proof import with_errors

        findings = with_errors(findings, parsed)
    if package.stranded:
        from pipeline.verify.completeness import stranded_headings

        findings += (*stranded_headings(package.stranded, edition, document),)
    if parsed.withheld:
        from pipeline.verify.gate import leaks_in

        shown = Package(package.asked) if edition.platform else package
        findings += (*leaks_in(shown, parsed, document, edition, file),)
    return findings


def lacking_for_shops(
    metadata: Metadata, editions: Sequence[Edition], source: str
) -> Iterator[Diagnostic]:
    """Findings about data that catalogues require, and the front matter lacks."""
    if not here("catalog"):
        yield absence("catalog", source, option="`--catalog`")
        return
    from pipeline.features.catalog import missing_for_shops

    yield from missing_for_shops(metadata, editions, source)


def leaks_for_all(document: Document, records: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """Findings about records for everybody that have text for teachers."""
    if not document.withheld:
        return ()
    from pipeline.verify.gate import leaks_for_all

    return leaks_for_all(document, records)


@step
def cover(
    document: Document,
    edition: Edition,
    sheet: Sheet,
    pages: int,
    stem: str,
    templates: Path | None,
    names: tuple[str, ...],
    folder: Path,
) -> Package:
    """The print cover of a publication with a number of ``pages``: a file next to those of the
    standard print edition."""
    import jinja2

    from pipeline.flow.cover_spread import print_cover
    from pipeline.render.environment import template_files

    note(template_files(templates, edition.format))
    try:
        result = print_cover(document, sheet, pages, stem, templates, folder)
    except jinja2.TemplateError as error:
        return Package(b"", (_template_finding(error),))
    return _place(result, document.source)


def render_fragment(
    markdown_text: str, *, templates: Path | None = None, folder: Path | None = None
) -> str:
    """The HTML of a Markdown text without front matter, with heading levels as written.

    Included files (text, code, data) are read from ``folder``; without it, none are. Images and
    links stay as they are, except for addresses that could run code. The result is what the web
    page contains, and so has no answers. Findings are ignored; `pipeline.parse` returns them.
    """
    from pipeline.parser import parse_body
    from pipeline.render import html
    from pipeline.render.environment import environment
    from pipeline.resolve import resolve_fragment
    from pipeline.select import select

    document = select(parse_body(markdown_text, folder), EDITIONS["web"])
    return html.fragment(resolve_fragment(document), environment(templates))


def _template_finding(error: jinja2.TemplateError) -> Diagnostic:
    from pipeline.render.environment import template_place, template_problem

    file, line = template_place(error)
    span = Span(line) if line else None
    return diagnostic(Code.TEMPLATE_ERROR, template_problem(error), span=span, source=file)


def _place(package: Package, source: str) -> Package:
    return msgspec.structs.replace(package, diagnostics=in_source(package.diagnostics, source))
