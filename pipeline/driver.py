"""The whole way, from a source to its editions. Read this first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from pathlib import Path

import jinja2
import msgspec

from pipeline import manifest, outputs
from pipeline import model as document_model
from pipeline import pages as rendered_pages
from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.editions import DEFAULT_EDITIONS, EDITIONS, Edition, output_name
from pipeline.messages import in_order
from pipeline.model import Document
from pipeline.package import package
from pipeline.package.facts import facts
from pipeline.package.result import Package
from pipeline.pages import Pages
from pipeline.parser import parse_file
from pipeline.render import render
from pipeline.render.environment import template_place
from pipeline.resolve import resolve
from pipeline.select import select

STAGES = ("parsed", "selected", "resolved", "pages")
"""What ``dump`` can show of the way."""


class Step(msgspec.Struct, frozen=True):
    """A file that was made: what, in how many seconds, of how many bytes, where."""

    name: str
    seconds: float
    size: int
    path: Path


class Result(msgspec.Struct, frozen=True):
    """What a build gave: the findings in order, and the files where there were no errors."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...] = ()

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.diagnostics)


class Made(msgspec.Struct, frozen=True):
    """One edition, on its way to be written."""

    edition: str
    seconds: float
    diagnostics: tuple[Diagnostic, ...]
    data: bytes = b""
    extra: dict[str, bytes] = {}


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a build may be asked for; see `build`."""

    out: Path = Path("build")
    strict: bool = False
    templates: Path | None = None
    assets_beside: bool = False


def build(
    source: Path | str,
    editions: Iterable[str] = (),
    *,
    out: Path | str = "build",
    strict: bool = False,
    templates: Path | str | None = None,
    assets_beside: bool = False,
    executor: Executor | None = None,
    progress: Callable[[Step], object] = lambda step: None,
) -> Result:
    """Build editions of ``source`` into ``out/<stem>/``.

    ``editions`` are names from the table of editions; without any, those that the front
    matter lists, or web, handout and ebook. ``strict`` makes errors of warnings.
    ``templates`` is a folder of templates that come first. ``assets_beside`` keeps the
    web page's styles and images in files beside it. Editions are made side by side where
    an ``executor`` is given. ``progress`` is told of every file.

    With an error among the findings nothing is written, and what was built before stays.
    Raises `KeyError` for a name that is no edition's, and `OSError` where a file cannot be
    written.
    """
    options = Options(
        out=Path(out),
        strict=strict,
        templates=Path(templates) if templates else None,
        assets_beside=assets_beside,
    )
    source = Path(source)
    started = time.perf_counter()
    document = parse_file(source)
    model = document_model.encode(document)
    seconds = time.perf_counter() - started
    chosen = chosen_editions(editions, document)
    made: tuple[Made, ...] = ()
    if any(finding.is_error for finding in document.diagnostics):
        found = all_findings(document, chosen, source)
    else:
        made = tuple(_make_all(document, chosen, source, options, executor))
        found = (*document.diagnostics, *(d for m in made for d in m.diagnostics))
    result = Result(_judge(found, strict))
    if result.failed:
        return result
    return _write(document, model, seconds, made, source, options, progress, result)


def make_edition(document: Document, edition: Edition, source: Path, options: Options) -> Made:
    """One edition of a parsed document: select, resolve, render, package."""
    started = time.perf_counter()
    selected = select(document, edition)
    resolved = resolve(selected, source.parent)
    findings = resolved.diagnostics
    if any(finding.is_error for finding in findings):
        return Made(edition.name, time.perf_counter() - started, findings)
    rendered = render_pages(resolved, edition, source.stem, options.templates)
    if isinstance(rendered, Diagnostic):
        return Made(edition.name, time.perf_counter() - started, (*findings, rendered))
    packed = package(rendered, source.parent, assets_beside=options.assets_beside)
    return Made(
        edition=edition.name,
        seconds=time.perf_counter() - started,
        diagnostics=(*findings, *_placed(packed, document.source)),
        data=packed.data,
        extra=packed.extra,
    )


def render_pages(
    document: Document, edition: Edition, stem: str, templates: Path | None
) -> Pages | Diagnostic:
    """The pages of a resolved document, or what is wrong with a template."""
    try:
        return render(document, edition, stem, templates)
    except jinja2.TemplateError as error:
        file, line = template_place(error)
        span = Span(line) if line else None
        return diagnostic(Code.TEMPLATE_ERROR, _template_problem(error), span=span, source=file)


def _template_problem(error: jinja2.TemplateError) -> str:
    """A sentence around what Jinja says, which is none itself."""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"There is no template `{error.name}`."
    said = " ".join((error.message or str(error)).split())
    return f"The template cannot be used: {said.rstrip('.') or type(error).__name__}."


def dump(source: Path, edition: Edition, stage: str, templates: Path | None = None) -> bytes:
    """What the document looks like after ``stage`` (one of `STAGES`), as JSON."""
    document = parse_file(source)
    if stage in ("selected", "resolved", "pages"):
        document = select(document, edition)
    if stage in ("resolved", "pages"):
        document = resolve(document, source.parent)
    if stage == "pages":
        pages = render_pages(document, edition, source.stem, templates)
        return rendered_pages.encode(pages) if isinstance(pages, Pages) else b"{}\n"
    return document_model.encode(document)


def chosen_editions(names: Iterable[str], document: Document) -> tuple[Edition, ...]:
    """The editions of these names, or else those that the document lists, or web, handout
    and ebook. Raises `KeyError` for a name that is no edition's."""
    wanted = tuple(names) or document.metadata.editions or DEFAULT_EDITIONS
    return tuple(EDITIONS[name] for name in dict.fromkeys(wanted))


def all_findings(
    document: Document, editions: Iterable[Edition], source: Path
) -> tuple[Diagnostic, ...]:
    """The findings of a document that has errors already, and those of the stages that it
    will not come to, so that one run tells all that is wrong."""
    later = (resolve(select(document, edition), source.parent) for edition in editions)
    return (*document.diagnostics, *(d for resolved in later for d in resolved.diagnostics))


def _make_all(
    document: Document,
    editions: tuple[Edition, ...],
    source: Path,
    options: Options,
    executor: Executor | None,
) -> Iterator[Made]:
    if executor is None:
        for edition in editions:
            yield make_edition(document, edition, source, options)
        return
    futures = [executor.submit(make_edition, document, e, source, options) for e in editions]
    for future in futures:
        yield future.result()


def _placed(packed: Package, source: str) -> Iterator[Diagnostic]:
    """The packager's findings, which are about the source where they say nothing else."""
    for finding in packed.diagnostics:
        yield finding if finding.source else msgspec.structs.replace(finding, source=source)


def _judge(diagnostics: Iterable[Diagnostic], strict: bool) -> tuple[Diagnostic, ...]:
    found = in_order(diagnostics)
    if not strict:
        return found
    error = Code.CHECK_FAILED.value.severity
    return tuple(msgspec.structs.replace(finding, severity=error) for finding in found)


def _write(
    document: Document,
    model: bytes,
    seconds: float,
    made: Iterable[Made],
    source: Path,
    options: Options,
    progress: Callable[[Step], object],
    result: Result,
) -> Result:
    folder = options.out / source.stem
    files = {folder / "model.json": model}
    steps = [Step("parse", seconds, len(model), folder / "model.json")]
    entries = []
    for one in made:
        edition = EDITIONS[one.edition]
        name = output_name(source.stem, edition)
        files[folder / name] = one.data
        files.update({folder / extra: data for extra, data in one.extra.items()})
        counts = facts(one.data, edition.format)
        entries.append(manifest.describe(name, edition, one.data, counts))
        steps.append(Step(edition.format, one.seconds, len(one.data), folder / name))
    files[folder / "manifest.json"] = manifest.encode(manifest.of(document.metadata, entries))
    outputs.write_all(files)
    for step in steps:
        progress(step)
    return msgspec.structs.replace(result, files=tuple(files))
