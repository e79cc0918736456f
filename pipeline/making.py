"""Making editions of a parsed document: select, resolve, render, package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

import jinja2
import msgspec

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.editions import EDITIONS, STANDARD_PRINT, Edition, part_name, stem_of, tells_pages
from pipeline.model import Document
from pipeline.package import package
from pipeline.package.cover import print_cover
from pipeline.package.facts import facts
from pipeline.package.result import Package
from pipeline.pages import Accessibility, Pages
from pipeline.pagination import PageMap
from pipeline.paper import Sheet
from pipeline.render import render, render_spread
from pipeline.render.environment import template_place, template_problem
from pipeline.resolve import resolve
from pipeline.resolve.answers import answers_alone, put_in_place, told_apart
from pipeline.resolve.division import divide
from pipeline.resolve.page_marks import keep_pages, place_all_marks, place_book_marks, place_marks
from pipeline.select import select
from pipeline.sheet.spread import spread_sheet
from pipeline.system import pango_problem


class Made(msgspec.Struct, frozen=True):
    """One edition, on its way to be saved; its resolved ``document`` and its ``sheet`` where
    they are kept; what an e-book claims of its ``accessibility``. One that is split has ``parts``,
    each with the ``file`` that it becomes and its ``section``, below the titles of those around
    it."""

    edition: str
    seconds: float
    diagnostics: tuple[Diagnostic, ...]
    data: bytes = b""
    extra: dict[str, bytes] = {}
    page_map: PageMap | None = None
    document: Document | None = None
    sheet: Sheet | None = None
    accessibility: Accessibility | None = None
    parts: tuple[Made, ...] = ()
    file: str = ""
    section: tuple[str, ...] = ()


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How editions are made; see `driver.build`. ``keep`` keeps what they were made of."""

    templates: Path | None = None
    assets_beside: bool = False
    split: int = 0
    cover_spread: bool = False
    keep: bool = False


def make_all(
    document: Document,
    editions: tuple[Edition, ...],
    source: Path,
    options: Options,
    executor: Executor | None,
) -> Iterator[Made]:
    """The editions, in order. Those that tell the pages of the standard print edition wait for
    it, which is made for them where nobody has asked for it. Those for a screen do without its
    pages where it cannot be made."""
    submit = executor.submit if executor else _at_once
    standard = EDITIONS[STANDARD_PRINT]
    marked = [edition for edition in editions if tells_pages(edition, document.metadata)]
    alone = [edition for edition in editions if edition not in marked]
    on_screens = all(edition.format != "pdf" for edition in editions)
    problem = pango_problem() if marked and on_screens else None
    if marked and not problem and standard not in alone:
        alone.insert(0, standard)
    made = {one: submit(make_edition, document, one, source, options) for one in alone}
    first = made[standard].result() if marked and not problem else None
    if first and first.page_map is None and on_screens:
        problem, first = "It has errors: build the edition handout to see them.", None
    for one in marked:
        if first and first.page_map is None and not first.parts:  # what is wrong is so with all
            made[one] = submit(Made, one.name, 0.0, first.diagnostics)
        else:
            made[one] = submit(make_edition, document, one, source, options, first)
    for edition in editions:
        result = made[edition].result()
        yield _without_pages(result, problem, document.source) if problem else result


def _without_pages(made: Made, problem: str, source: str) -> Made:
    """An edition for a screen that cannot tell the pages of the handout, and says so."""
    if any(finding.is_error for finding in made.diagnostics):
        return made
    message = f"The pages of the handout are not told, since it cannot be made. {problem}"
    told = diagnostic(Code.PAGES_NOT_TOLD, message, source=source)
    return msgspec.structs.replace(made, diagnostics=(*made.diagnostics, told))


def _at_once(function: Callable[..., Made], *arguments: object) -> Future[Made]:
    """What an executor would do, done here."""
    future: Future[Made] = Future()
    future.set_result(function(*arguments))
    return future


def make_edition(
    document: Document,
    edition: Edition,
    source: Path,
    options: Options,
    standard: Made | None = None,
) -> Made:
    """One edition of a parsed document. ``standard`` is the standard print edition, for those
    that tell its pages."""
    started = time.perf_counter()
    resolved = resolve(select(document, edition), source.parent, options.split)
    if any(finding.is_error for finding in resolved.diagnostics):
        return Made(edition.name, time.perf_counter() - started, resolved.diagnostics)
    if options.split:
        made = _make_parts(resolved, edition, source, options, standard)
        found = made.diagnostics
    else:
        page_map = standard.page_map if standard else None
        marked = mark_pages(resolved, edition, page_map)
        made = _finish(marked, edition, source, options, page_map)
        found = (*marked.diagnostics, *made.diagnostics)
    return msgspec.structs.replace(made, seconds=time.perf_counter() - started, diagnostics=found)


def _make_parts(
    resolved: Document, edition: Edition, source: Path, options: Options, standard: Made | None
) -> Made:
    """An edition as handouts, one for each section of the level that the options say. What is
    wrong is told once."""
    found = list(resolved.diagnostics)
    handouts = divide(resolved, options.split)
    if len(handouts) < 2:
        message = f"There are no two sections of level {options.split} to make handouts of."
        found.append(diagnostic(Code.NOT_DIVIDED, message, source=resolved.source))
    maps: dict[tuple[str, ...], list[PageMap | None]] = {}
    for one in standard.parts if standard else ():
        maps.setdefault(one.section, []).append(one.page_map)
    parts: list[Made] = []
    empty: tuple[Diagnostic, ...] = ()
    for number, (name, handout) in enumerate(handouts, start=1):
        started = time.perf_counter()
        section = (*handout.metadata.part_of, handout.metadata.title)
        page_map = maps[section].pop(0) if maps.get(section) else None
        marked = mark_pages(handout, edition, page_map)
        if not marked.blocks:  # no answers in it, say
            empty = marked.diagnostics
            continue
        file = part_name(stem_of(source), edition, number, len(handouts), name)
        part = _finish(marked, edition, source, options, page_map, file)
        seconds = time.perf_counter() - started
        parts.append(msgspec.structs.replace(part, seconds=seconds, file=file, section=section))
    found += dict.fromkeys(d for part in parts for d in part.diagnostics) if parts else empty
    return Made(edition.name, 0.0, tuple(found), parts=tuple(parts))


def _finish(
    resolved: Document,
    edition: Edition,
    source: Path,
    options: Options,
    page_map: PageMap | None,
    file: str = "",
) -> Made:
    """The rest of the way of a resolved document: render, package. ``file`` is the name of what
    it becomes, where that is not the edition's own."""
    rendered = render_pages(resolved, edition, stem_of(source), options.templates, page_map)
    if isinstance(rendered, Diagnostic):
        return Made(edition.name, 0.0, (rendered,))
    if file:
        rendered = msgspec.structs.replace(rendered, file=file)
    packed = package(rendered, source.parent, assets_beside=options.assets_beside)
    if options.cover_spread and edition.name == STANDARD_PRINT and packed.data:
        packed = _with_print_cover(packed, resolved, source, options)
    return Made(
        edition=edition.name,
        seconds=0.0,
        diagnostics=(*rendered.findings, *_placed(packed, resolved.source)),
        data=packed.data,
        extra=packed.extra,
        page_map=packed.page_map,
        document=resolved if options.keep else None,
        sheet=packed.sheet if options.keep else None,
        accessibility=rendered.accessibility,
    )


def _with_print_cover(
    packed: Package, document: Document, source: Path, options: Options
) -> Package:
    """The standard print edition, and beside it a cover that is as wide as its pages are thick."""
    assert packed.sheet is not None
    metadata = document.metadata
    sheet = spread_sheet(
        packed.sheet.size,
        facts(packed.data, "pdf")["pages"],
        metadata.paper_thickness,
        from_right=metadata.direction == "rtl",
    )
    try:
        rendered = render_spread(document, stem_of(source), options.templates, sheet)
    except jinja2.TemplateError as error:
        found = (*packed.diagnostics, _template_finding(error))
        return msgspec.structs.replace(packed, diagnostics=found)
    made = print_cover(rendered, source.parent, metadata)
    return msgspec.structs.replace(
        packed,
        extra={**packed.extra, rendered.file: made.data},
        diagnostics=(*packed.diagnostics, *made.diagnostics),
    )


def prepare(
    document: Document, edition: Edition, folder: Path, page_map: PageMap | None = None
) -> Document:
    """What an edition contains, resolved, and the pages of the standard print edition marked
    where the edition tells them."""
    return mark_pages(resolve(select(document, edition), folder), edition, page_map)


def mark_pages(document: Document, edition: Edition, page_map: PageMap | None) -> Document:
    """A resolved document with what an edition tells of the standard print edition's pages."""
    if edition.audience == "teacher":
        document = put_in_place(document)
        if edition.format != "pdf":  # paper lies in the teacher's hand
            document = told_apart(document)
    if page_map is not None and tells_pages(edition, document.metadata):
        place = place_marks
        if edition.same_pages or edition.part == "answers":
            place = keep_pages
        elif edition.format != "pdf":
            place = place_book_marks if edition.format == "epub" else place_all_marks
        document = place(document, page_map)
    return answers_alone(document) if edition.part == "answers" else document


def render_pages(
    document: Document,
    edition: Edition,
    stem: str,
    templates: Path | None,
    page_map: PageMap | None = None,
) -> Pages | Diagnostic:
    """The pages of a resolved document, or what is wrong with a template."""
    try:
        return render(document, edition, stem, templates, page_map)
    except jinja2.TemplateError as error:
        return _template_finding(error)


def _template_finding(error: jinja2.TemplateError) -> Diagnostic:
    file, line = template_place(error)
    span = Span(line) if line else None
    return diagnostic(Code.TEMPLATE_ERROR, template_problem(error), span=span, source=file)


def all_findings(
    document: Document, editions: Iterable[Edition], source: Path
) -> tuple[Diagnostic, ...]:
    """The findings of a document that has errors already, and those of the stages that it
    will not come to, so that one run tells all that is wrong."""
    later = (resolve(select(document, edition), source.parent) for edition in editions)
    return (*document.diagnostics, *(d for resolved in later for d in resolved.diagnostics))


def _placed(packed: Package, source: str) -> Iterator[Diagnostic]:
    """The packager's findings, which are about the source where they say nothing else."""
    for finding in packed.diagnostics:
        yield finding if finding.source else msgspec.structs.replace(finding, source=source)
