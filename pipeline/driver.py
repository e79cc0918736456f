"""The whole way, from a source to its editions. Read this first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Literal

import msgspec

from pipeline import model as document_model
from pipeline import outputs
from pipeline import pages as rendered_pages
from pipeline.catalog import missing_for_shops
from pipeline.codes import Code
from pipeline.diagnostics import Diagnostic
from pipeline.editions import (
    DEFAULT_EDITIONS,
    EDITIONS,
    STANDARD_PRINT,
    Edition,
    chosen_names,
    stem_of,
    tells_pages,
)
from pipeline.making import Options, all_findings, make_all, make_edition, prepare, render_pages
from pipeline.messages import in_order
from pipeline.model import Document
from pipeline.pages import Pages
from pipeline.parser import parse_file
from pipeline.saving import Saving, Step
from pipeline.select import select
from pipeline.sheet.fitting import asked_of_all

STAGES = ("parsed", "selected", "resolved", "pages")
"""What ``dump`` can show of the way."""


class Result(msgspec.Struct, frozen=True):
    """What a build gave: the findings in order, and the files where there were no errors."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...] = ()

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.diagnostics)


def build(
    source: Path | str,
    editions: Iterable[str] = (),
    *,
    out: Path | str = "build",
    strict: bool = False,
    templates: Path | str | None = None,
    assets_beside: bool = False,
    fit: int | Literal["even"] | None = None,
    split: int = 0,
    cover_spread: bool = False,
    catalog: bool = False,
    executor: Executor | None = None,
    progress: Callable[[Step], object] = lambda step: None,
) -> Result:
    """Build editions of ``source`` into ``out/<stem>/``.

    ``editions`` are names from the table of editions; without any, those that the front
    matter lists, or web, handout and ebook. ``strict`` makes errors of warnings.
    ``templates`` is a folder of templates that come first. ``assets_beside`` keeps the
    web page's styles and images in files beside it. ``fit`` is how many pages the printed
    editions are to fill, or ``even`` for full sheets, whatever the front matter says. ``split``
    makes of each printed edition one PDF for each section of that level, from 1 to 6, and an
    archive of them all. ``cover_spread`` makes a print cover of the standard print edition as
    well: back, spine and front, as a PDF. ``catalog`` adds records for shops and libraries.
    Editions are made side by side where an ``executor`` is given. ``progress`` is told of every
    file.

    With an error among the findings nothing is written, and what was built before stays.
    Raises `KeyError` for a name that is no edition's, `ValueError` where an edition that is not
    printed is to be split, and `OSError` where a file cannot be written.
    """
    options = Options(
        templates=Path(templates) if templates else None,
        assets_beside=assets_beside,
        split=split,
        cover_spread=cover_spread,
    )
    source, editions = Path(source), tuple(editions)
    folder = Path(out) / stem_of(source)
    outputs.recover(folder)
    saving = Saving(folder, stem_of(source))
    started = time.perf_counter()
    document = parse_file(source)
    saving.add_model(document_model.encode(document), time.perf_counter() - started)
    chosen = chosen_editions(editions, document)
    if split:
        chosen = printed_editions(chosen, split, by_name=bool(editions))
    if cover_spread and EDITIONS[STANDARD_PRINT] not in chosen:
        chosen = (*chosen, EDITIONS[STANDARD_PRINT])
    if fit is not None:
        metadata = asked_of_all(document.metadata, fit)
        document = msgspec.structs.replace(document, metadata=metadata)
    if any(finding.is_error for finding in document.diagnostics):
        return Result(_judge(all_findings(document, chosen, source), strict))
    made = tuple(make_all(document, chosen, source, options, executor))
    found = (*document.diagnostics, *(finding for one in made for finding in one.diagnostics))
    if catalog:
        found += tuple(missing_for_shops(document.metadata, chosen, document.source))
    result = Result(_judge(found, strict))
    if result.failed:
        return result
    for one in made:
        (saving.add_parts if split else saving.add_edition)(one)
    if catalog:
        saving.add_catalog(document.metadata, made)
    files = saving.write(document.metadata)
    for step in saving.steps:
        progress(step)
    return msgspec.structs.replace(result, files=files)


def dump(source: Path, edition: Edition, stage: str, templates: Path | None = None) -> bytes:
    """What the document looks like after ``stage`` (one of `STAGES`), as JSON."""
    document = parse_file(source)
    if stage == "selected":
        document = select(document, edition)
    page_map = None
    if stage in ("resolved", "pages"):
        if tells_pages(edition, document.metadata):
            options = Options(templates=templates)
            page_map = make_edition(document, EDITIONS[STANDARD_PRINT], source, options).page_map
        document = prepare(document, edition, source.parent, page_map)
    if stage == "pages":
        pages = render_pages(document, edition, stem_of(source), templates, page_map)
        return rendered_pages.encode(pages) if isinstance(pages, Pages) else b"{}\n"
    return document_model.encode(document)


def chosen_editions(names: Iterable[str], document: Document) -> tuple[Edition, ...]:
    """The editions of these names, or else those that the document lists, or web, handout
    and ebook; instead of the web page the site where the document asks for that. Raises
    `KeyError` for a name that is no edition's."""
    wanted = tuple(names) or document.metadata.editions or DEFAULT_EDITIONS
    return tuple(EDITIONS[name] for name in chosen_names(wanted, document.metadata))


def printed_editions(
    editions: Iterable[Edition], level: int, *, by_name: bool
) -> tuple[Edition, ...]:
    """Those of the editions that can be split: the printed ones, or the standard one. Raises
    `ValueError` for others that were asked for ``by_name``, and for a level that there is not."""
    if not 1 <= level <= 6:
        raise ValueError(f"sections have levels from 1 to 6, and not {level}")
    chosen = tuple(editions)
    others = [edition.name for edition in chosen if edition.format != "pdf"]
    if others and by_name:
        raise ValueError(f"the edition {others[0]} is not printed, and cannot be split")
    printed = tuple(edition for edition in chosen if edition.format == "pdf")
    return printed or (EDITIONS[STANDARD_PRINT],)


def _judge(diagnostics: Iterable[Diagnostic], strict: bool) -> tuple[Diagnostic, ...]:
    found = in_order(diagnostics)
    if not strict:
        return found
    error = Code.CHECK_FAILED.value.severity
    return tuple(msgspec.structs.replace(finding, severity=error) for finding in found)
