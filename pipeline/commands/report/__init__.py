"""The command ``report``: what editions take to print and to read, and what will not print well."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands import terminal
from pipeline.commands.report.making import Prices, Report, encode, facts, make_report
from pipeline.commands.report.report_page import page_of

if TYPE_CHECKING:
    from pipeline.commands.report.making import EditionReport


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
    from pipeline.commands import terminal

    # DROPPED
    from pipeline.model.editions import stem_of
    from pipeline.system import outputs
    from pipeline.system.store import CACHE, Folder

    terminal.need_system({"pdf"})
    started = time.perf_counter()
    prices = Prices(copies, paper_price, page_price, ink_price, currency)
    store = Folder(out / CACHE)
    result = make_report(source, editions, prices=prices, templates=templates, store=store)
    data = encode(result)
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


def with_manifest(path: Path, report: Report) -> dict[Path, bytes]:
    """The manifest of the outputs, if there is one, with the results of the report."""
    import msgspec

    # DROPPED
    from pipeline.flow import manifest

    try:
        entries = manifest.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}
    described = {edition.sha256: facts(edition) for edition in report.editions}
    return {path: manifest.encode(manifest.with_facts(entries, described))}


def lines(edition: EditionReport, report: Report) -> Iterator[str]:
    """The lines that the terminal shows about an edition."""
    from pipeline.commands.report import making

    yield f"{edition.name}: {edition.label}"
    printed, prices = edition.printed, report.prices
    if printed:
        yield f"  paper     {making.paper_text(printed.sheets, printed.paper)}"
        yield f"  ink       {making.ink_text(printed.ink)}"
        if printed.images:
            yield f"  images    {making.images_text(printed)}"
        copies = making.number_of(prices.copies, "copy", "copies")
        for cost, how in ((printed.duplex, "double-sided"), (printed.simplex, "single-sided")):
            if cost:
                yield f"  cost      {copies}, {how}: {making.cost_text(cost, prices)}"
    yield f"  reading   {making.time_text(edition.time)}; {making.level_text(edition.level)}"
    yield f"  warnings  {len(edition.warnings) or 'none'}"


__all__ = ["Prices", "Report", "encode", "facts", "make_report", "page_of"]
