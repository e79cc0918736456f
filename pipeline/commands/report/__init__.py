"""The command ``report``: what editions take to print and to read, and what will not print well."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeAlias

import click
from markupsafe import Markup

from pipeline.commands import terminal
from pipeline.commands.report import estimates
from pipeline.commands.terminal import printable_lines
from pipeline.model.diagnostics import Diagnostic
from pipeline.render.environment import environment, read_text

# --- the page -------------------------------------------------------------------------------
# The report as a web page, all in one file, without scripts.

TEMPLATE, STYLE = "report/page.html.j2", "report/style.css"


View: TypeAlias = dict[str, Any]
"""The lines that the template shows, by name; "" if there is nothing to say."""

THUMBNAIL = 150
"""Pixels across."""


def page_of(report: estimates.Report) -> bytes:
    """The page, the same bytes for equal reports."""
    packaged = environment()
    markup = packaged.get_template(TEMPLATE).render(
        title=report.title,
        lang=report.lang,
        source=report.source,
        copies=estimates.number_of(report.prices.copies, "copy", "copies"),
        prices=estimates.prices_text(report.prices),
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


def _row(edition: estimates.EditionReport) -> View:
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
        ink=estimates.percent(printed.ink.grey),
        cost=f"{printed.duplex.total:,.2f}" if printed.duplex else "",
        warnings=str(count),
    )


def _view(edition: estimates.EditionReport, report: estimates.Report) -> View:
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
        warnings=tuple(_view_of(warned, edition.name, known) for warned in edition.warnings),
        thumbnails=tuple(_thumbnail(page, edition) for page in shown),
        not_shown=f"{estimates.number_of(left_out, 'more page')} not shown." if left_out else "",
    )


def _reading(edition: estimates.EditionReport) -> tuple[View, ...]:
    level = edition.level
    facts = (
        View(term="Reading time", text=estimates.time_text(edition.time)),
        View(term="Reading level", text=estimates.level_text(level)),
    )
    if level.sentence_length is None:
        return facts
    lengths = (
        f"{level.sentence_length:g} words per sentence, {level.word_length:g} syllables per word"
    )
    return (*facts, View(term="Sentences", text=lengths))


def _paper(printed: estimates.Printed, report: estimates.Report) -> tuple[View, ...]:
    facts = [
        View(term="Paper", text=estimates.paper_text(printed.sheets, printed.paper)),
        View(term="Ink", text=estimates.ink_text(printed.ink)),
    ]
    copies = estimates.number_of(report.prices.copies, "copy", "copies")
    if printed.images:
        facts.append(View(term="Images", text=estimates.images_text(printed)))
    for cost, how in ((printed.duplex, "double-sided"), (printed.simplex, "single-sided")):
        if cost:
            facts.append(
                View(term=f"{copies}, {how}", text=estimates.cost_text(cost, report.prices))
            )
    return tuple(facts)


def _view_of(warned: estimates.EditionFinding, edition: str, known: set[int]) -> View:
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


def _thumbnail(page: estimates.PageFacts, edition: estimates.EditionReport) -> View:
    """A page, its ink and its warnings; ``height`` is in pixels."""
    count = sum(page.number in warned.pages for warned in edition.warnings)
    return View(
        id=_id(edition.name, page.number),
        edition=edition.name,
        page=page.number,
        address=page.thumbnail,
        height=round(THUMBNAIL / page.shape),
        ink=estimates.percent(page.ink.grey),
        warnings=estimates.number_of(count, "warning") if count else "",
    )


def _id(edition: str, page: int) -> str:
    return f"{edition}-page-{page}"


# --- the command -----------------------------------------------------------------------------

MOST_COST = Decimal(1_000_000)


class PriceType(click.ParamType[Decimal]):
    """An amount of money: ``0.012`` or ``0,012``, and nothing below nothing."""

    name = "price"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        if isinstance(value, Decimal):
            return value
        try:
            amount = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount such as 0.012", param, ctx)
        if not amount.is_finite() or not 0 <= amount <= MOST_COST:
            self.fail(f"{value!r} is not an amount between 0 and {MOST_COST:,}", param, ctx)
        return amount


def currency_code(context: click.Context, parameter: click.Parameter, value: str) -> str:
    code = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise click.BadParameter(f"{value!r} is not a three-letter currency code such as EUR")
    return code


PRICE = PriceType()
NOTHING = Decimal(0)


@click.command("report")
@click.argument("source", type=terminal.SOURCE)
@terminal.EDITION(
    help="The editions to report on, separated by commas (default: those in the front matter, or"
    " handout).",
)
@terminal.option("--copies", "The number of copies.", click.IntRange(1, 10_000_000), 1)
@terminal.option("--paper-price", "The price of a sheet of paper.", PRICE, NOTHING)
@terminal.option("--page-price", "The price of printing one side.", PRICE, NOTHING)
@terminal.option("--ink-price", "The price of ink for a side with 5 % coverage.", PRICE, NOTHING)
@terminal.option(
    "--currency", "The currency code to display.", default="EUR", callback=currency_code
)
@terminal.OUT
@terminal.TEMPLATES
@click.option("--strict", is_flag=True, help="Exit with 1 if there are warnings.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def report_command(
    source: Path,
    editions: tuple[str, ...],
    copies: int,
    paper_price: Decimal,
    page_price: Decimal,
    ink_price: Decimal,
    currency: str,
    out: Path,
    templates: Path | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Report on paper, ink, cost, reading level, and what will not print well.

    Writes report.html, with pictures of the pages, and report.json to the output folder, and adds
    its results to manifest.json.

    \b
    Examples:
      chapbook report handout.md
      chapbook report handout.md --copies 30 --paper-price 0.01 --page-price 0.03
      chapbook report handout.md --edition handout --edition booklet
    """
    from pipeline.model.editions import stem_of
    from pipeline.system import outputs
    from pipeline.system.store import CACHE, Folder

    terminal.need_system({"pdf"})
    started = time.perf_counter()
    prices = estimates.Prices(copies, paper_price, page_price, ink_price, currency)
    store = Folder(out / CACHE)
    result = estimates.make_report(
        source, editions, prices=prices, templates=templates, store=store
    )
    data = estimates.encode(result)
    if not result.failed:
        folder = out / stem_of(source)
        page = page_of(result)
        files = {folder / "report.html": page, folder / "report.json": data}
        files |= with_manifest(folder / "manifest.json", result)
        terminal.or_exit(outputs.write_all, folder, files)
        terminal.or_exit(outputs.list_outputs, folder, files)
    if as_json:
        click.echo(data, nl=False)
    else:
        terminal.show(result.findings)
        for edition in result.editions:
            for line in lines(edition, result):
                terminal.say(line)
        if not result.failed:
            seconds = time.perf_counter() - started
            click.echo(terminal.stage_line("report", seconds, len(page), folder / "report.html"))
    is_wrong = result.failed or (strict and result.findings)
    sys.exit(terminal.SOURCE_ERRORS if is_wrong else terminal.BUILT)


def with_manifest(path: Path, report: estimates.Report) -> dict[Path, bytes]:
    """The manifest of the outputs, if there is one, with the results of the report."""
    import msgspec

    from pipeline.flow import manifest

    try:
        entries = manifest.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}
    described = {edition.sha256: estimates.facts(edition) for edition in report.editions}
    return {path: manifest.encode(manifest.with_facts(entries, described))}


def lines(edition: estimates.EditionReport, report: estimates.Report) -> Iterator[str]:
    """The lines that the terminal shows about an edition."""
    yield f"{edition.name}: {edition.label}"
    printed, prices = edition.printed, report.prices
    if printed:
        yield f"  paper     {estimates.paper_text(printed.sheets, printed.paper)}"
        yield f"  ink       {estimates.ink_text(printed.ink)}"
        if printed.images:
            yield f"  images    {estimates.images_text(printed)}"
        copies = estimates.number_of(prices.copies, "copy", "copies")
        for cost, how in ((printed.duplex, "double-sided"), (printed.simplex, "single-sided")):
            if cost:
                yield f"  cost      {copies}, {how}: {estimates.cost_text(cost, prices)}"
    yield f"  reading   {estimates.time_text(edition.time)}; {estimates.level_text(edition.level)}"
    yield f"  warnings  {len(edition.warnings) or 'none'}"
