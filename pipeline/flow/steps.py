"""The words of the flow: a function for each, which calls the stage.

Those marked `step` are pure, and run only if their result is not known (`pipeline.keep`). Each
imports what it needs when it runs.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.keep import earlier, step
from pipeline.model import Document
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS, Edition, has_page_marks
from pipeline.model.page_map import PageMap
from pipeline.model.paper import Sheet
from pipeline.model.rendered import Pages
from pipeline.package.result import Package
from pipeline.system.paths import note


@step
def parse(source: Path) -> Document:
    """The document parsed from a source; a process that stays parses what has changed in it."""
    from pipeline.parser import parse_file

    note((source,))
    return parse_file(source, memory=earlier("parse", str(source)))


def select(document: Document, edition: Edition) -> Document:
    """The content of an edition."""
    from pipeline.select import select

    return select(document, edition)


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
    page_map: PageMap | None,
    file: str,
) -> Pages:
    """The pages of an edition. ``file`` is the name of a part of the output."""
    from pipeline.render import render

    return render(document, edition, stem, templates, page_map, file)


@step
def audit(pages: Pages, document: Document, edition: Edition) -> Pages:
    """The pages of an e-book with its accessibility claims, and findings that prevent further
    claims."""
    from pipeline.verify.audit import audit_book

    return audit_book(document, pages)


@step
def package(
    pages: Pages, edition: Edition, folder: Path, assets_beside: bool, sources: tuple[str, ...]
) -> Package:
    """The finished file of an edition, with facts about it. ``sources`` are the files to attach."""
    from pipeline.package import package

    result = package(pages, folder, assets_beside=assets_beside, sources=sources)
    note(result.dependencies)
    return result


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
    if parsed.withheld:
        from pipeline.verify.gate import leaks_in

        shown = Package(package.asked) if edition.platform else package
        findings += (*leaks_in(shown, parsed, document, edition, file),)
    return findings


@step
def cover(
    document: Document,
    edition: Edition,
    sheet: Sheet,
    pages: int,
    stem: str,
    templates: Path | None,
    folder: Path,
) -> Package:
    """The print cover of a publication with a number of ``pages``: a file next to those of the
    standard print edition."""
    from pipeline.flow.cover_spread import print_cover

    return print_cover(document, sheet, pages, stem, templates, folder)


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
