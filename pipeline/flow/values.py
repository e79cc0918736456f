"""The values of the flow: requests, editions on their way, and events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from pipeline.features import absence, here
from pipeline.flow.manifest import Output
from pipeline.keep import Timed
from pipeline.model import Document
from pipeline.model.catalog import Record
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Begun, Diagnostic, Ran, Saved, Span, sort_findings
from pipeline.model.editions import (
    Edition,
    chosen_editions,
    printed_editions,
    standard_print,
    stem_of,
    variations_wanted,
)
from pipeline.model.metadata import Metadata
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.model.sheet import with_fit
from pipeline.package.result import Package
from pipeline.package.units import Proof
from pipeline.system.paths import State, note, shown_name


class DocumentReady(NamedTuple):
    """An event: a document is resolved and marked for an edition, which is now made from it."""

    edition: str
    document: Document


class BuiltEdition(NamedTuple):
    """An edition, or one of the handouts that it is split into. Without a ``package``, it has
    errors, or ``parts``, each with its ``file`` and its ``section``, preceded by the titles of
    those around it. ``document`` is resolved and marked."""

    edition: Edition
    findings: tuple[Diagnostic, ...]
    document: Document | None = None
    package: Package | None = None
    seconds: float = 0.0
    parts: tuple[BuiltEdition, ...] = ()
    file: str = ""
    section: tuple[str, ...] = ()

    @property
    def page_map(self) -> PageMap | None:
        return self.package.page_map if self.package else None

    @property
    def has_use(self) -> bool:
        """Return whether there is something in an edition that exists for its answers or fields."""
        empty = (Code.NO_ANSWERS.slug, Code.NOTHING_TO_FILL_IN.slug)
        return not any(finding.code in empty for finding in self.findings)


Event: TypeAlias = Begun | Ran | DocumentReady | Proof | BuiltEdition | Saved
"""An event of a build: a step begins, or has run or was known; the document of an edition is ready;
the pages of a long one can be seen; an edition is made; at the end, a file is saved."""

Listener: TypeAlias = Callable[[Event], object]
"""A function that gets each event. If it raises an exception, the build ends with it."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Options for making editions. ``templates`` is a folder of templates that take precedence.
    ``assets_beside`` keeps the web page's styles and images in separate files. ``fit`` is the
    number of pages that printed editions should fill, or ``even`` for full sheets, overriding the
    front matter. ``split`` makes of each printed edition one PDF per section of that level, from 1
    to 6, and an archive of them all. ``cover_spread`` also makes a print cover for the standard
    print edition: back, spine and front, as a PDF. ``catalog`` adds records for shops and
    libraries, with findings about missing data; ``records`` adds them without these findings.
    ``strict`` treats warnings as errors."""

    templates: Path | str | None = None
    assets_beside: bool = False
    fit: int | Literal["even"] | None = None
    split: int = 0
    cover_spread: bool = False
    catalog: bool | Literal["records"] = False
    strict: bool = False


def requested_editions(
    names: tuple[str, ...], metadata: Metadata, options: Options
) -> tuple[Edition, ...]:
    """The editions that are requested, and the one that a print cover needs."""
    chosen = chosen_editions(names, metadata)
    if options.split:
        chosen = printed_editions(chosen, options.split, by_name=bool(names))
    editions = tuple(each for edition in chosen for each in variations_wanted(edition, metadata))
    standard = standard_print(metadata)
    needs_more = options.cover_spread and standard not in editions
    return (*editions, standard) if needs_more else editions


class Request(NamedTuple):
    """The request for editions: the source and its parsed document, for which files were ``read``,
    the options, and the folder of templates, if there is one of one's own. A process that
    ``is_lasting`` makes editions again and again."""

    source: Path
    document: Document
    options: Options = Options()
    read: tuple[str, ...] = ()
    templates: Path | None = None
    is_lasting: bool = False

    @property
    def folder(self) -> Path:
        return self.source.parent

    @property
    def stem(self) -> str:
        return stem_of(self.source)


def request_for(
    source: Path,
    document: Document,
    options: Options,
    read: tuple[str, ...] = (),
    *,
    is_lasting: bool = False,
) -> Request:
    """A request for editions of a parsed document. A number of pages to fit overrides the
    source."""
    if options.fit is not None:
        metadata = with_fit(document.metadata, options.fit)
        document = msgspec.structs.replace(document, metadata=metadata)
    templates = Path(options.templates) if options.templates else None
    if templates is None and (library := document.metadata.library):
        folder = source.parent / library / "templates"
        note((folder,))
        templates = folder if folder.is_dir() else None
    return Request(source, document, options, read, templates, is_lasting)


class PendingEdition(NamedTuple):
    """An edition that is rendered, but not packaged: its text, or several if it is split, or none
    if there are errors among the ``findings``. ``sources`` are the names of files to attach."""

    edition: Edition
    findings: tuple[Diagnostic, ...]
    texts: tuple[PendingText, ...] = ()
    sources: tuple[str, ...] = ()


class PendingText(NamedTuple):
    """A text that is marked and rendered, in a number of ``seconds``; `BuiltEdition` has its
    ``file`` and its ``section``."""

    document: Document
    pages: Pages
    seconds: float
    file: str = ""
    section: tuple[str, ...] = ()


class Result(msgspec.Struct, frozen=True):
    """The outcome of a build: the findings in order, and the files unless errors prevented it. The
    files ``read`` are known in any case, with their states before that. ``linked`` are files that
    web pages link to. ``outputs`` are the files as described in the manifest, and ``record``
    describes the publication for catalogues, if requested. ``requested`` are the names of all
    editions, of which only those in view may have been made, and ``withheld`` the places of the
    source that only teachers' editions have."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...] = ()
    read: dict[str, State] = {}
    linked: tuple[Path, ...] = ()
    outputs: tuple[Output, ...] = ()
    record: Record | None = None
    requested: tuple[str, ...] = ()
    withheld: tuple[Span, ...] = ()

    @property
    def failed(self) -> bool:
        return has_errors(self.diagnostics)

    @property
    def missing(self) -> tuple[Path, ...]:
        """The files that web pages link to and that have not been built yet."""
        return tuple(path for path in self.linked if not path.is_file())

    @property
    def is_blocked(self) -> bool:
        """Return whether errors prevented that anything was written."""
        return self.failed and not self.files


class Resolved(NamedTuple):
    """A document that is resolved for an edition, and the files that were looked up for that."""

    document: Document
    files: tuple[str, ...] = ()


PageMaps: TypeAlias = dict[tuple[str, ...], list[PageMap]]
"""The page maps of the standard print edition, by the section that each is of: () if it is not
split."""


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.is_error for finding in findings)


def sources_of(request: Request, resolved: Resolved) -> tuple[str, ...]:
    """The names of the files that a document consists of: the source, and all files in its folder
    that it uses."""
    folder = request.folder.resolve()
    files = {Path(file).resolve() for file in (*request.read, *resolved.files)}
    inside = (file for file in files if file.is_file() and file.is_relative_to(folder))
    return tuple(sorted(file.relative_to(folder).as_posix() for file in inside))


_OF_EDITION = (Code.LEAKED_TEXT.slug, Code.LOST_MARK.slug, Code.MISSING_ANSWER.slug)


def absences(options: Options, source: str) -> Iterator[Diagnostic]:
    """Findings about options that have no effect, since their features are absent."""
    if options.split and not here("split"):
        yield absence("split", source, option="`--split`")
    if options.catalog is True and not here("catalog"):
        yield absence("catalog", source, option="`--catalog`")


def is_held_back(findings: Iterable[Diagnostic]) -> bool:
    """Return whether an edition has text that its readers should not get, or lacks an answer: it is
    not written, and the others are."""
    return any(finding.code in _OF_EDITION for finding in findings)


def judge(diagnostics: Iterable[Diagnostic], strict: bool) -> tuple[Diagnostic, ...]:
    findings = sort_findings(diagnostics)
    if not strict:
        return findings
    error = Code.CHECK_FAILED.value.severity
    return tuple(msgspec.structs.replace(finding, severity=error) for finding in findings)


def page_maps(packed: Iterable[tuple[PendingEdition, list[Timed]]], standard: Edition) -> PageMaps:
    """The page maps of the standard print edition, if it was made."""
    maps: PageMaps = {}
    for pending, runs in packed:
        for text, run in zip(pending.texts, runs, strict=True):
            if pending.edition == standard and run.value.page_map:
                maps.setdefault(text.section, []).append(run.value.page_map)
    return maps


def without_pages(request: Request, built: BuiltEdition, problem: str) -> BuiltEdition:
    """A screen edition that cannot mark the pages of the handout, with a finding."""
    if built.package is None:
        return built
    message = f"There is no page map, since the handout cannot be made. {problem}"
    finding = diagnostic(Code.NO_PAGE_MAP, message, source=shown_name(str(request.source)))
    return built._replace(findings=(*built.findings, finding))
