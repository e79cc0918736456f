"""The table of stages: everything that the program does, in order.

    source ─parse─▶ Document ─select─▶ Document ─resolve─▶ Document ─mark─▶ Document
           ─render─▶ Pages ─audit─▶ Pages ─package─▶ Package ─compare─▶ findings

A stage is a function here, which imports what it needs when it runs, and a row of the table. Its
result depends on the results of earlier stages, on its other arguments, and on the files that it
reads. `pipeline.flow.editions` runs the stages for each edition.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

import msgspec

from pipeline.flow.outcomes import Stage
from pipeline.flow.runner import RunEach
from pipeline.model import Document, Token
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, has_page_marks
from pipeline.model.metadata import Metadata
from pipeline.model.page_map import PageMap
from pipeline.model.paper import Sheet
from pipeline.model.rendered import FormulaDrawing, Pages
from pipeline.package.result import Package
from pipeline.package.units import Furniture, Heads, Proof, Set, Unit, may_divide
from pipeline.system.store import Memo, Memory, Results

if TYPE_CHECKING:
    import jinja2

    from pipeline.model.rendered import CoverPage


Highlighted: TypeAlias = tuple[tuple[Token, ...], str]
"""The tokens of some code, or the reason why there are none."""

SetFormula: TypeAlias = tuple[str, str, str, str]
"""A formula as markup, on one line and in words, and its characters."""

T = TypeVar("T")


def parse(source: Path, memory: Memory | None = None) -> Document:
    """The document parsed from a source, with a ``memory`` of an earlier version."""
    from pipeline.parser import parse_file

    return parse_file(source, memory=memory)


def metadata(document: Document) -> Metadata:
    """The metadata of the front matter: enough to know which editions to make."""
    return document.metadata


def select(document: Document, edition: Edition, fit: int | Literal["even"] | None) -> Document:
    """The content of an edition. A given number of pages to ``fit`` overrides the source."""
    from pipeline.model.sheet.fitting import with_fit
    from pipeline.select import select

    selected = select(document, edition)
    if fit is None:
        return selected
    return msgspec.structs.replace(selected, metadata=with_fit(selected.metadata, fit))


def resolve(
    document: Document, folder: Path, split: int, run_each: RunEach | None = None
) -> Document:
    """The document with numbers, cross-references and files filled in. Much code is highlighted,
    and many formulas are set, in other processes."""
    from pipeline.resolve import highlight, resolve

    def set_all(calls: Iterable[tuple[Any, ...]]) -> None:
        from pipeline.resolve import formulas

        if run_each:
            _spread(FORMULAS, formulas.set_formula, calls, run_each)

    if run_each:
        _spread(HIGHLIGHT, highlight.highlighted, highlight.calls(document), run_each)
    return resolve(document, folder, split, set_all)


MANY, A_PART = 300, 60
"""The number of calls from which they are worth other processes, and of those in a part."""


def _spread(
    stage: Stage[Any], results: Results[Any], calls: Iterable[tuple[Any, ...]], run_each: RunEach
) -> None:
    """Let other processes compute the results of many calls. An edit changes few parts, as each
    call belongs to one by its content."""
    new = [call for call in dict.fromkeys(calls) if not results.knows(call)]
    if len(new) < MANY:
        return
    parts: dict[int, list[tuple[Any, ...]]] = {}
    most = 1 << (len(new) // A_PART).bit_length()
    for call in new:
        parts.setdefault(zlib.crc32(repr(call).encode()) % most, []).append(call)
    takes = [tuple(parts[number]) for number in sorted(parts)]
    for part, found in zip(takes, run_each(stage, [(part,) for part in takes]), strict=True):
        for call, result in zip(part, found, strict=True):
            if result is not None:
                results.learn(call, result)


def highlight(calls: tuple[tuple[str, str], ...]) -> tuple[Highlighted, ...]:
    """The tokens of some code in each of these languages, or why there are none."""
    from pipeline.resolve.highlight import highlighted

    return tuple(highlighted(*call) for call in calls)


def formulas(calls: tuple[tuple[str, bool, str], ...]) -> tuple[SetFormula | None, ...]:
    """These formulas as markup and in words, or None."""
    from pipeline.resolve.formulas import set_formula
    from pipeline.resolve.formulas.mathml import CannotSetError

    return tuple(_tried(set_formula, call, CannotSetError) for call in calls)


def draw(calls: tuple[tuple[str, str, float], ...]) -> tuple[FormulaDrawing | None, ...]:
    """The drawings of these formulas, or None."""
    from pipeline.render import math_drawing

    return tuple(_tried(math_drawing.draw, call, math_drawing.CannotDrawError) for call in calls)


def _tried(function: Callable[..., T], call: tuple[Any, ...], error: type[Exception]) -> T | None:
    try:
        return function(*call)
    except error:
        return None


def mark(document: Document, edition: Edition, page_map: PageMap | None) -> Document:
    """A resolved document with the page marks that an edition needs, and with answers in place for
    teachers."""
    from pipeline.resolve import answer_key, answers, page_marks

    if edition.audience == "teacher":
        document = answers.put_in_place(document)
        if edition.format != "pdf":  # paper lies in the teacher's hand
            document = answers.titled_for_teachers(document)
    if page_map is not None and has_page_marks(edition, document.metadata):
        place = page_marks.place_marks
        if edition.same_pages or edition.part == "answers":
            place = page_marks.keep_pages
        elif edition.format == "epub":
            place = page_marks.place_book_marks
        elif edition.format == "html":
            place = page_marks.place_all_marks
        document = place(document, page_map)
    return answer_key.answers_alone(document) if edition.part == "answers" else document


def render(
    document: Document,
    edition: Edition,
    stem: str,
    templates: Path | None,
    names: tuple[str, ...],
    page_map: PageMap | None,
    file: str,
    memo: Memo | None = None,
    run_each: RunEach | None = None,
) -> Pages:
    """The pages of an edition. ``names`` are the files in the folder of ``templates``. ``file`` is
    the name of the output, if it is not the edition's own. Many formulas are drawn in other
    processes. If a template cannot be used, there are no pages but a finding."""
    import jinja2

    from pipeline.render import math_drawing, render

    def draw_all(calls: Iterable[tuple[Any, ...]]) -> None:
        if run_each:
            _spread(DRAW, math_drawing.draw, calls, run_each)

    try:
        pages = render(document, edition, stem, templates, page_map, memo, draw_all)
    except jinja2.TemplateError as error:
        found = (_template_finding(error),)
        return Pages(edition.name, stem, document.metadata, pages=(), findings=found)
    return msgspec.structs.replace(pages, file=file) if file else pages


def audit(
    pages: Pages, document: Document, edition: Edition, memory: Memory | None = None
) -> Pages:
    """The pages of an e-book with its accessibility claims, and findings that prevent further
    claims. A ``memory`` has the pages that were read before."""
    from pipeline.verify.audit import audit

    return audit(document, pages, memory)


def package(
    pages: Pages,
    edition: Edition,
    folder: Path,
    assets: bool,
    source: str,
    pango: str,
    sources: tuple[str, ...] = (),
    run_each: RunEach | None = None,
    show: Callable[[Proof], object] = lambda proof: None,
) -> Package:
    """The finished file of an edition, with facts about it. Findings concern the source unless
    stated otherwise. ``sources`` are the files to attach. A long text for print is divided into
    units, which `run_each` lays out, and `show` gets a proof of them before they are joined."""
    from pipeline.package import package

    crew = _Crew(run_each, pango, show) if run_each else None
    return _placed(package(pages, folder, assets_beside=assets, crew=crew, sources=sources), source)


class _Crew(NamedTuple):
    """Runs the stages that set units and running heads."""

    each_unit: RunEach
    pango: str
    show: Callable[[Proof], object]

    def units(self, units: Iterable[Unit], edition: Edition, folder: Path) -> list[Set]:
        return self.each_unit(UNIT, ((unit, edition, folder, self.pango) for unit in units))

    def heads(self, furniture: Iterable[Furniture], edition: Edition) -> list[Heads]:
        return self.each_unit(HEADS, ((one, edition, self.pango) for one in furniture))


def compare(
    package: Package, document: Document, edition: Edition, file: str, parsed: Document
) -> tuple[Diagnostic, ...]:
    """Findings where a finished ``file`` lacks text of the marked document, or has it in a
    different place, or twice, or a heading without its text at the foot of a page; and where it
    has text that the parsed document withholds."""
    from pipeline.verify.completeness import compare_built

    found = compare_built(package, document, edition, file)
    if package.stranded:
        from pipeline.verify.printing import stranded_headings

        found = (*found, *stranded_headings(package.stranded, edition, document))
    if parsed.withheld:
        from pipeline.verify.gate import leaks_in

        found = (*found, *leaks_in(package, parsed, document, edition, file))
    return found


def unit(unit: Unit, edition: Edition, folder: Path, pango: str) -> Set:
    """A unit of a text for print, set and drawn."""
    from pipeline.package.pdf.units.setting import set_unit

    return set_unit(unit, edition, folder)


def heads(furniture: Furniture, edition: Edition, pango: str) -> Heads:
    """The running heads and feet of a unit's pages."""
    from pipeline.package.pdf.units.setting import set_heads

    return set_heads(furniture, edition)


def cover(
    document: Document, edition: Edition, sheet: Sheet, pages: int, stem: str,
    templates: Path | None, names: tuple[str, ...], folder: Path,
) -> Package:  # fmt: skip
    """The print cover of a publication with a number of ``pages``: a file next to those of the
    standard print edition."""
    import jinja2

    from pipeline.model.sheet.spread import spread_sheet
    from pipeline.package.cover import print_cover
    from pipeline.render import render_spread

    metadata = document.metadata
    is_rtl = metadata.direction == "rtl"
    spread = spread_sheet(sheet.size, pages, metadata.paper_thickness, from_right=is_rtl)
    try:
        rendered: CoverPage = render_spread(document, stem, templates, spread)
    except jinja2.TemplateError as error:
        return Package(b"", (_template_finding(error),))
    made = print_cover(rendered, folder, metadata)
    files = tuple(map(str, made.files))
    package = Package(b"", made.diagnostics, files, {rendered.file: made.data})
    return _placed(package, document.source)


def _template_finding(error: jinja2.TemplateError) -> Diagnostic:
    from pipeline.model.codes import Code, diagnostic
    from pipeline.render.environment import template_place, template_problem

    file, line = template_place(error)
    span = Span(line) if line else None
    return diagnostic(Code.TEMPLATE_ERROR, template_problem(error), span=span, source=file)


def _placed(package: Package, source: str) -> Package:
    found = (
        finding if finding.source else msgspec.structs.replace(finding, source=source)
        for finding in package.diagnostics
    )
    return msgspec.structs.replace(package, diagnostics=tuple(found))


# --- what the stages find and read ------------------------------------------------------------


def _nothing(*_: Any) -> tuple[Any, ...]:
    return ()


def _source(_: Document, source: Path) -> Iterable[Path]:
    return (source,)


def _templates(
    _: Pages, __: Document, edition: Edition, stem: str, templates: Path | None, *others: Any
) -> Iterable[Path]:
    from pipeline.render.environment import template_files

    return template_files(templates, edition.format)


def _rendered_with(
    document: Document, edition: Edition, stem: str, templates: Path | None, *others: Any
) -> tuple[tuple[Any, ...], Iterable[Path]]:
    """The inputs of rendering blocks, apart from the renderer's own."""
    from pipeline.render.environment import template_files

    return (edition, templates or "", others[-1]), template_files(templates, edition.format)


def _packed(package: Package, *_: Any) -> Iterable[str]:
    return package.dependencies


def _fonts(_: Any, unit: Unit | Furniture, *__: Any) -> Iterable[str]:
    return unit.fonts


def _fonts_and_images(result: Set, unit: Unit, *_: Any) -> Iterable[str]:
    return (*unit.fonts, *result.files)


def _sets_type(_: Any, edition: Edition, *__: Any) -> bool:
    """Return whether a file has pages or a cover, and so needs the engine. A web page takes less
    time to make than to hand to another process."""
    return edition.format != "html"


def _may_divide(pages: Pages, edition: Edition, *_: Any) -> bool:
    return may_divide(pages, edition)


_diagnostics, _findings = attrgetter("diagnostics"), attrgetter("findings")

PARSE = Stage("parse", parse, Document, _diagnostics, _source, kept=True, recalls=True)
METADATA = Stage("metadata", metadata, Metadata, _nothing, _nothing, kept=True)
SELECT = Stage("select", select, Document, _diagnostics, _nothing)
RESOLVE = Stage("resolve", resolve, Document, _diagnostics, _nothing, spreads=True)
HIGHLIGHT = Stage("highlight", highlight, tuple[Highlighted, ...], _nothing, _nothing, kept=True)
FORMULAS = Stage("formulas", formulas, tuple[SetFormula | None, ...], _nothing, _nothing, kept=True)
MARK = Stage("mark", mark, Document, _diagnostics, _nothing)
RENDER = Stage(
    "render", render, Pages, _findings, _templates,
    by_content=True, remembers=_rendered_with, spreads=True,
)  # fmt: skip
DRAW = Stage("draw", draw, tuple[FormulaDrawing | None, ...], _nothing, _nothing, kept=True)
AUDIT = Stage("audit", audit, Pages, _findings, _nothing, by_content=True, recalls=True)
PACKAGE = Stage(
    "package", package, Package, _diagnostics, _packed,
    kept=True, apart=_sets_type, divides=_may_divide, note=attrgetter("plan"),
)  # fmt: skip
COMPARE = Stage("compare", compare, tuple, tuple, _nothing)
UNIT = Stage("unit", unit, Set, _nothing, _fonts_and_images, kept=True)
HEADS = Stage("heads", heads, Heads, _nothing, _fonts, kept=True)
COVER = Stage("cover", cover, Package, _diagnostics, _packed, kept=True)

STAGES = (
    *(PARSE, METADATA, SELECT, RESOLVE, HIGHLIGHT, FORMULAS, MARK, RENDER, DRAW),
    *(AUDIT, PACKAGE, COMPARE, UNIT, HEADS, COVER),
)
"""All stages, in order."""
