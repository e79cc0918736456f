"""The command ``editions``: the editions of a source, and their settings."""

from __future__ import annotations

import shlex
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click
import msgspec

from pipeline.commands.terminal import READABLE, SOURCE_ERRORS, say, show
from pipeline.model import Document
from pipeline.model.editions import (
    EDITIONS,
    Edition,
    chosen_editions,
    output_name,
    stem_of,
    variations_wanted,
)
from pipeline.model.metadata import Metadata
from pipeline.model.sheet import fit_for, is_book, options_for, paper_for, sheet_for
from pipeline.select import select

# --- settings --------------------------------------------------------------------------------
# The settings of a document's editions: the result of the table of editions, the front matter and
# the paper size, for people and programs.

PAGES_ON_SIDE = {"none": 1, "booklet": 2, "tri-fold": 3, "2-up": 2, "4-up": 4}
"""The number of pages that an imposition puts on one side of a sheet."""


class PageSettings(msgspec.Struct, frozen=True):
    """A printed page: its ``size`` and the ``paper`` it is on, by name; ``margins`` in millimetres
    (top, outer, bottom, inner); ``text`` and ``leading`` in points, before they are fitted to a
    number of pages (``fit``); ``writing_line`` is the distance of ruled lines in millimetres."""

    size: str
    paper: str
    pages_on_side: int
    margins: tuple[float, float, float, float]
    columns: int
    text: float
    leading: float
    theme: str
    fit: int | Literal["even"] | None
    writing_line: float


class EditionSettings(msgspec.Struct, frozen=True):
    """An edition: ``label`` describes it, ``file`` is its output, and ``listed`` whether it is
    built by default. ``page`` is that of a printed one."""

    name: str
    label: str
    format: str
    file: str
    listed: bool
    page: PageSettings | None = None


def settings_of(document: Document | None, stem: str) -> tuple[EditionSettings, ...]:
    """All editions, with the default ones first. Without a document, they have default print
    settings."""
    metadata = document.metadata if document else Metadata()
    listed = chosen_editions((), metadata)
    editions = dict.fromkeys((*listed, *EDITIONS.values()))
    return tuple(
        _settings(edition, metadata, document, stem, row in listed)
        for row in editions
        for edition in variations_wanted(row, metadata)
    )


def _settings(
    edition: Edition, metadata: Metadata, document: Document | None, stem: str, listed: bool
) -> EditionSettings:
    page = None
    if edition.format == "pdf":
        book = document is not None and is_book(select(document, edition))
        page = _page(edition, metadata, book)
    file = output_name(stem, edition)
    return EditionSettings(edition.full_name, edition.label, edition.format, file, listed, page)


def _page(edition: Edition, metadata: Metadata, book: bool) -> PageSettings:
    sheet = sheet_for(edition, metadata, is_book=book)
    fit = fit_for(edition, metadata)
    margins = (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    top, outer, bottom, inner = (round(margin, 1) for margin in margins)
    return PageSettings(
        size=sheet.size.name,
        paper=paper_for(edition, metadata).name,
        pages_on_side=PAGES_ON_SIDE[edition.imposition],
        margins=(top, outer, bottom, inner),
        columns=sheet.columns,
        text=round(sheet.text, 2),
        leading=round(sheet.leading, 2),
        theme=options_for(edition, metadata).theme or "classic",
        fit=fit.pages if fit else None,
        writing_line=sheet.writing,
    )


# --- command ---------------------------------------------------------------------------------

NAME = 15
"""Characters that a name and the space after it take."""

NARROWEST, WIDEST = 40, 100
"""Characters of a line."""


@click.command("editions")
@click.argument("source", required=False, type=READABLE)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON, for scripts.")
@click.option("--make", "for_make", is_flag=True, hidden=True)
def editions_command(source: Path | None, as_json: bool, for_make: bool) -> None:
    """List all editions, or those of SOURCE with their settings.

    \b
    Examples:
      chapbook editions
      chapbook editions handout.md
    """
    if for_make:
        click.echo(make_table(), nl=False)
        return
    from pipeline.commands import terminal

    document = None
    if source:
        from pipeline.parser import parse_file
        from pipeline.parser.frontmatter import library_above

        document = parse_file(source)
        if any(finding.is_error for finding in document.diagnostics):
            show(document.diagnostics)
            raise SystemExit(SOURCE_ERRORS)
    listed = settings_of(document, stem_of(source) if source else "NAME")
    if as_json:
        click.echo(terminal.safe_json(listed))
        return
    width = min(shutil.get_terminal_size().columns, WIDEST)
    for edition in listed:
        lines = terminal.printable_lines(entry(edition, width))
        click.echo(lines if source else f"{edition.name:<{NAME - 1}} {edition.label}")
    if source:
        click.echo()
        click.echo(textwrap.fill("* is built by default.", width))
        library = library_above(source.parent)
        if library and document and document.metadata.shared:
            keys = ", ".join(document.metadata.shared)
            origin = f"From {library.name}: {keys}."
            lines = textwrap.fill(origin, width, break_long_words=False, break_on_hyphens=False)
            click.echo(terminal.printable_lines(lines))
        name = shlex.quote(str(source))
        say(f"Pictures of all: chapbook report {name} --edition all")


def make_table() -> str:
    """The editions for make: their names, and how the name of each one's file ends, and of those at
    a level or in a version. Of these, the longest come first: old versions of make take the first
    pattern that fits."""
    from msgspec.structs import replace

    varied = {name: output_name("", replace(row, variation="-%")) for name, row in EDITIONS.items()}
    longest_first = sorted(varied, key=lambda name: -len(varied[name]))
    lines = [f"EDITIONS := {' '.join(EDITIONS)}", f"VARIED := {' '.join(longest_first)}"]
    for name, row in EDITIONS.items():
        lines += [f"file_{name} := {output_name('', row)}", f"files_{name} := {varied[name]}"]
    return "\n".join((*lines, ""))


def entry(edition: EditionSettings, width: int) -> str:
    """The lines about an edition: its description, and below it its layout."""
    indent = " " * (NAME + 2)
    parts = (part.replace(" ", "\N{NO-BREAK SPACE}") for part in details(edition))
    lines = textwrap.wrap(
        ", ".join((edition.file, *parts)),
        max(width, NARROWEST),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return "\n".join(
        [f"{'* ' if edition.listed else '  '}{edition.name:<{NAME - 1}} {edition.label}", *lines]
    ).replace("\N{NO-BREAK SPACE}", " ")


def details(edition: EditionSettings) -> Iterator[str]:
    """The layout of a printed edition: page, text and options."""
    page = edition.page
    if page is None:
        return
    yield (
        f"{page.pages_on_side} {page.size} on {page.paper}" if page.pages_on_side > 1 else page.size
    )
    yield f"margins {_numbers(page.margins)} mm"
    if page.columns > 1:
        yield f"{page.columns} columns"
    yield f"{page.text:g} pt on {page.leading:g} pt"
    yield f"theme {page.theme}"
    if page.fit:
        yield "full sheets" if page.fit == "even" else f"fit to {page.fit}"
    yield f"writing lines {page.writing_line:g} mm"


def _numbers(margins: tuple[float, float, float, float]) -> str:
    """Top and bottom, then the sides, or all four if they differ."""
    top, outer, bottom, inner = margins
    shown = (top, outer) if (top, outer) == (bottom, inner) else margins
    return "/".join(f"{margin:g}" for margin in shown)
