"""The report as a web page, all in one file, without scripts."""

from __future__ import annotations

from typing import Any, TypeAlias

from markupsafe import Markup

from pipeline.commands.report import making
from pipeline.commands.terminal import printable_lines
from pipeline.model.diagnostics import Diagnostic
from pipeline.render.environment import environment, read_text

TEMPLATE, STYLE = "report/page.html.j2", "report/style.css"


View: TypeAlias = dict[str, Any]
"""The lines that the template shows, by name; "" if there is nothing to say."""

THUMBNAIL = 150
"""Pixels across."""


def page_of(report: making.Report) -> bytes:
    """The page, the same bytes for equal reports."""
    packaged = environment()
    markup = packaged.get_template(TEMPLATE).render(
        title=report.title,
        lang=report.lang,
        source=report.source,
        copies=making.number_of(report.prices.copies, "copy", "copies"),
        prices=making.prices_text(report.prices),
        currency=report.prices.currency,
        rows=tuple(map(_row, report.editions)),
        editions=tuple(_view(edition, report) for edition in report.editions),
        fronts=tuple(
            _thumbnail(edition.printed.pages[0], edition)
            for edition in report.editions
            if edition.printed and edition.printed.pages[0].thumbnail
        ),
        style=Markup(read_text(packaged, STYLE)),
    )
    return f"{printable_lines(markup)}\n".encode()


def _row(edition: making.EditionReport) -> View:
    """An edition in the table that comes first."""
    count = len(edition.warnings)
    printed = edition.printed
    if not printed:
        return View(name=edition.name, pages="", sheets="", ink="", cost="", warnings=str(count))
    sheets = printed.sheets
    one_side = "–" if sheets.simplex is None else f"{sheets.simplex:,}"
    return View(
        name=edition.name,
        pages=f"{sheets.pages:,}",
        sheets=f"{one_side} / {sheets.duplex:,}",
        ink=making.percent(printed.ink.grey),
        cost=f"{printed.duplex.total:,.2f}" if printed.duplex else "",
        warnings=str(count),
    )


def _view(edition: making.EditionReport, report: making.Report) -> View:
    """An edition's part of the page."""
    printed = edition.printed
    pages = printed.pages if printed else ()
    shown = tuple(page for page in pages if page.thumbnail)
    known = {page.number for page in shown}
    left_out = len(pages) - len(shown)
    return View(
        id=edition.name,
        label=f"{edition.label[:1].upper()}{edition.label[1:]}",
        file=edition.file,
        facts=(*_reading(edition), *(_paper(printed, report) if printed else ())),
        warnings=tuple(_shown(warned, edition.name, known) for warned in edition.warnings),
        thumbnails=tuple(_thumbnail(page, edition) for page in shown),
        not_shown=f"{making.number_of(left_out, 'more page')} not shown." if left_out else "",
    )


def _reading(edition: making.EditionReport) -> tuple[View, ...]:
    level = edition.level
    facts = (
        View(term="Reading time", text=making.time_text(edition.time)),
        View(term="Reading level", text=making.level_text(level)),
    )
    if level.sentence_length is None:
        return facts
    lengths = (
        f"{level.sentence_length:g} words per sentence, {level.word_length:g} syllables per word"
    )
    return (*facts, View(term="Sentences", text=lengths))


def _paper(printed: making.Printed, report: making.Report) -> tuple[View, ...]:
    facts = [
        View(term="Paper", text=making.paper_text(printed.sheets, printed.paper)),
        View(term="Ink", text=making.ink_text(printed.ink)),
    ]
    copies = making.number_of(report.prices.copies, "copy", "copies")
    if printed.images:
        facts.append(View(term="Images", text=making.images_text(printed)))
    for cost, how in ((printed.duplex, "double-sided"), (printed.simplex, "single-sided")):
        if cost:
            facts.append(View(term=f"{copies}, {how}", text=making.cost_text(cost, report.prices)))
    return tuple(facts)


def _shown(warned: making.EditionFinding, edition: str, known: set[int]) -> View:
    finding = warned.finding
    return View(
        code=finding.code,
        severity=str(finding.severity),
        links=tuple(
            View(page=page, href=_id(edition, page)) for page in warned.pages if page in known
        ),
        message=warned.message,
        hint=finding.hint,
        place=_place(finding),
    )


def _place(finding: Diagnostic) -> str:
    if not finding.line:
        return ""
    column = f":{finding.column}" if finding.column else ""
    return f"{finding.source}:{finding.line}{column}"


def _thumbnail(page: making.PageFacts, edition: making.EditionReport) -> View:
    """A page, its ink and its warnings; ``height`` is in pixels."""
    count = sum(page.number in warned.pages for warned in edition.warnings)
    return View(
        id=_id(edition.name, page.number),
        edition=edition.name,
        page=page.number,
        address=page.thumbnail,
        height=round(THUMBNAIL / page.shape),
        ink=making.percent(page.ink.grey),
        warnings=making.number_of(count, "warning") if count else "",
    )


def _id(edition: str, page: int) -> str:
    return f"{edition}-page-{page}"
