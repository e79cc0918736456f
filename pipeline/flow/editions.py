"""Runs the stages for each edition of a source."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from pipeline.flow import preparation, stages
from pipeline.flow.outcomes import Outcome
from pipeline.flow.runner import DocumentReady, Runner
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import (
    EDITIONS,
    STANDARD_PRINT,
    Edition,
    has_page_marks,
    output_name,
    part_name,
    stem_of,
)
from pipeline.model.metadata import Metadata
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.package.result import Package
from pipeline.package.units import Proof
from pipeline.system.pango import pango_problem, pango_version
from pipeline.system.paths import shown_name

FEW_BLOCKS = 300
"""Blocks of a text that is laid out before its cover could be drawn."""


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


class BuiltEdition(NamedTuple):
    """An edition, or one of the handouts that it is split into. Without a ``package``, it has
    errors, or ``parts``, each with its ``file`` and its ``section``, preceded by the titles of
    those around it. ``document`` is resolved and marked."""

    edition: Edition
    findings: tuple[Diagnostic, ...]
    document: Outcome[Document] | None = None
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
        """Return whether the text has what the edition is for: answers, or something to fill in."""
        empty = (Code.NO_ANSWERS.slug, Code.NOTHING_TO_FILL_IN.slug)
        return not any(finding.code in empty for finding in self.findings)


class Making:
    """An edition that is being made: a call waits for it, and `packed` only for its file, which may
    not have been compared with the source yet."""

    def __init__(
        self,
        finish: Callable[[], BuiltEdition],
        packed: Callable[[], BuiltEdition] | None = None,
    ) -> None:
        self._finish = functools.cache(finish)
        self.packed = packed or self._finish

    def __call__(self) -> BuiltEdition:
        return self._finish()


class Source:
    """A source, or the ``document`` that was read from one, and how its stages run."""

    def __init__(
        self,
        path: Path,
        runner: Runner,
        options: Options | None = None,
        document: Document | None = None,
    ) -> None:
        self.folder = path.parent
        self.stem = stem_of(path)
        self.options = options or Options()
        self.name = shown_name(str(path))
        self._runner = runner
        self.parsed = (
            runner.run(stages.PARSE, path)
            if document is None
            else runner.preset(stages.PARSE, document)
        )
        self.metadata: Metadata = runner.run(stages.METADATA, self.parsed).value
        self._templates = self._own_templates()

    def _own_templates(self) -> Path | None:
        """The folder of templates that was named, or that is next to ``library.yaml``."""
        if self.options.templates:
            return Path(self.options.templates)
        beside = self.folder / self.metadata.library / "templates"
        return beside if self.metadata.library and beside.is_dir() else None

    def selected(self, edition: Edition) -> Outcome[Document]:
        fit = self.options.fit if edition.format == "pdf" else None
        return self._runner.run(stages.SELECT, self.parsed, edition, fit)

    def resolved(self, edition: Edition) -> Outcome[Document]:
        split = self.options.split
        return self._runner.run(stages.RESOLVE, self.selected(edition), self.folder, split)

    def marked(
        self,
        edition: Edition,
        page_map: PageMap | None = None,
        resolved: Outcome[Document] | Document | None = None,
    ) -> Outcome[Document]:
        """The ``resolved`` document, or a part of it, with the page marks of the standard print
        edition that the edition needs."""
        document = self.resolved(edition) if resolved is None else resolved
        return self._runner.run(stages.MARK, document, edition, page_map)

    def pages(
        self,
        edition: Edition,
        marked: Outcome[Document],
        page_map: PageMap | None = None,
        file: str = "",
    ) -> Outcome[Pages]:
        templates = self._templates
        takes = (edition, self.stem, templates, _names(templates), page_map, file)
        rendered = self._runner.run(stages.RENDER, marked, *takes)
        if edition.format != "epub" or rendered.failed:
            return rendered
        audited = self._runner.run(stages.AUDIT, rendered, marked, edition)
        audited.seconds += rendered.seconds
        return audited

    def begin(
        self,
        edition: Edition,
        standard: BuiltEdition | None = None,
        resolved: Outcome[Document] | None = None,
        page_map: PageMap | None = None,
        on_proof: Callable[[Proof], object] | None = None,
    ) -> Making:
        """Start making an edition. ``standard`` is the standard print edition, for those that mark
        its pages, or there is only its ``page_map``. The document may already be ``resolved``. If
        it is made in units, ``on_proof`` gets a proof of them before they are joined."""
        resolved = resolved or self.resolved(edition)
        if resolved.failed:
            return Making(functools.partial(BuiltEdition, edition, resolved.findings))
        if self.options.split:
            return self._begin_parts(edition, resolved, standard)
        page_map = standard.page_map if standard else page_map
        marked = self.marked(edition, page_map, resolved)
        return self._packed(edition, resolved, marked, page_map, on_proof=on_proof)

    def _begin_parts(
        self, edition: Edition, resolved: Outcome[Document], standard: BuiltEdition | None
    ) -> Making:
        """Handouts, one for each section of the level in the options. Findings are reported
        once."""
        from pipeline.resolve.division import divide

        found = list(resolved.findings)
        handouts = divide(resolved.value, self.options.split)
        if len(handouts) < 2:
            level = self.options.split
            message = f"There are fewer than two sections of level {level} to split into handouts."
            found.append(diagnostic(Code.NOT_DIVIDED, message, source=self.name))
        maps: dict[tuple[str, ...], list[PageMap | None]] = {}
        for one in standard.parts if standard else ():
            maps.setdefault(one.section, []).append(one.page_map)
        begun: list[tuple[tuple[str, ...], Callable[[], BuiltEdition]]] = []
        empty: tuple[Diagnostic, ...] = ()
        for number, (name, handout) in enumerate(handouts, start=1):
            section = (*handout.metadata.part_of, handout.metadata.title)
            page_map = maps[section].pop(0) if maps.get(section) else None
            marked = self.marked(edition, page_map, handout)
            if not marked.value.blocks:  # because it has no answers, for example
                empty = marked.findings
                continue
            file = part_name(self.stem, edition, number, len(handouts), name)
            begun.append((section, self._packed(edition, resolved, marked, page_map, file)))

        def finish() -> BuiltEdition:
            parts = tuple(part()._replace(section=section) for section, part in begun)
            findings = dict.fromkeys(finding for part in parts for finding in part.findings)
            return BuiltEdition(edition, (*found, *(findings if parts else empty)), parts=parts)

        return Making(finish)

    def _packed(
        self,
        edition: Edition,
        resolved: Outcome[Document],
        marked: Outcome[Document],
        page_map: PageMap | None,
        file: str = "",
        on_proof: Callable[[Proof], object] | None = None,
    ) -> Making:
        """The remaining stages of a marked document: render, package."""
        pages = self.pages(edition, marked, page_map, file)
        found = (*marked.findings, *pages.findings)
        if pages.failed:
            return Making(functools.partial(BuiltEdition, edition, found, marked))
        self._runner.tell(DocumentReady(edition.name, marked))
        sources = self._sources(resolved) if edition.is_archival else ()
        beside = self.options.assets_beside
        takes = (edition, self.folder, beside, self.name, pango_version(), sources)
        packing = self._runner.later(stages.PACKAGE, pages, *takes, on_proof=on_proof)

        def packed() -> BuiltEdition:
            made = packing()
            seconds = sum(outcome.seconds for outcome in (marked, pages, made))
            findings = (*found, *made.findings)
            return BuiltEdition(edition, findings, marked, made.value, seconds, file=file)

        def finish() -> BuiltEdition:
            built, made = packed(), packing()
            package, findings = made.value, built.findings
            if package.data and not made.failed:
                name = file or output_name(self.stem, edition)
                takes = (marked, edition, name, self.parsed)
                findings += self._runner.run(stages.COMPARE, made, *takes).findings
            if self.options.cover_spread and edition.name == STANDARD_PRINT and package.data:
                cover = self._cover(edition, marked, package)
                package = msgspec.structs.replace(
                    package, extra={**package.extra, **cover.value.extra}
                )
                findings += cover.findings
            return built._replace(findings=findings, package=package)

        return Making(finish, packed)

    def _sources(self, resolved: Outcome[Document]) -> tuple[str, ...]:
        """The names of the files that the document consists of: the source, and all files in its
        folder that it uses."""
        folder = self.folder.resolve()
        read = (Path(file) for one in (self.parsed, resolved) for file in one.files)
        files = {path.resolve() for path in read if path.is_file()}
        names = (path.relative_to(folder) for path in files if path.is_relative_to(folder))
        return tuple(sorted(name.as_posix() for name in names))

    def _cover(
        self, edition: Edition, marked: Outcome[Document], package: Package
    ) -> Outcome[Package]:
        """A cover that is as wide as the pages of the standard print edition are thick."""
        templates = self._templates
        pages = package.facts.pages
        takes = (package.sheet, pages, self.stem, templates, _names(templates), self.folder)
        return self._runner.run(stages.COVER, marked, edition, *takes)

    def all_built(self, editions: Iterable[Edition]) -> Iterator[BuiltEdition]:
        """The editions, in order. Those that mark the pages of the standard print edition wait for
        it, and it is made for them if it was not requested. If it cannot be made, screen editions
        do without page marks."""
        editions = tuple(editions)
        standard = EDITIONS[STANDARD_PRINT]
        marked = [edition for edition in editions if has_page_marks(edition, self.metadata)]
        alone = [edition for edition in editions if edition not in marked]
        on_screens = all(edition.format != "pdf" for edition in editions)
        problem = pango_problem() if marked and on_screens else None
        if marked and not problem and standard not in alone:
            alone.insert(0, standard)
        if self.parsed.seconds and any(edition.format == "pdf" for edition in alone):
            self._runner.ahead(preparation.get_ready_to_print, self.metadata.lang)
        draw_cover = self._cover_ahead(marked)
        make_ahead = None if draw_cover else self._runner.ahead
        # the slowest are started first; web pages are made here, while other processes work
        marked.sort(key=_from_longest)
        ahead: dict[tuple[Edition, PageMap | None], Making] = {}

        def on_proof(proof: Proof) -> None:
            """Begin what needs no more than the page map."""
            page_map = proof.page_map() if self._runner.can_copy else None
            for edition in marked if page_map else ():
                if edition.format != "pdf":
                    ahead[edition, page_map] = self._begin_beside(edition, page_map)

        begun = {
            edition: self.begin(edition, on_proof=on_proof if edition == standard else None)
            for edition in sorted(alone, key=_from_longest)
        }
        resolved = {edition: self.resolved(edition) for edition in marked if self._runner.is_idle}
        steps = (
            step
            for edition, outcome in resolved.items()
            if not outcome.failed
            for step in preparation.get_ready(
                outcome.value, edition, self.stem, self._templates, self.folder, make_ahead
            )
        )
        while self._runner.is_idle and next(steps, False):
            pass
        if draw_cover:
            draw_cover()
        first = begun[standard].packed() if marked and not problem else None
        if first and first.page_map is None and on_screens:
            problem, first = "It has errors: build the handout to see them.", None
        for edition in marked:
            if first and first.page_map is None and not first.parts:  # all have the same mistakes
                begun[edition] = Making(functools.partial(BuiltEdition, edition, first.findings))
            elif first and (edition, first.page_map) in ahead:
                begun[edition] = ahead[edition, first.page_map]
            else:
                begun[edition] = self.begin(edition, first, resolved.pop(edition, None))
        for edition in editions:
            made = begun[edition]()
            yield self._without_pages(made, problem) if problem else made

    def _begin_beside(self, edition: Edition, page_map: PageMap | None) -> Making:
        """The same as `begin`, in a copy of this process."""

        def begin() -> Callable[[], BuiltEdition]:
            finish = self.begin(edition, page_map=page_map)
            return lambda: finish()._replace(document=None)  # which would take long to send

        waiting = self._runner.beside(begin)

        def finish() -> BuiltEdition:
            built = waiting()
            document = self._runner.on_request(
                stages.MARK, lambda: self.marked(edition, page_map).value
            )
            return built._replace(document=document)

        return Making(finish)

    def _cover_ahead(self, editions: Iterable[Edition]) -> Callable[[], object] | None:
        """Have the cover of a short e-book laid out, if one is among the editions and there is
        another process; returns what draws it. A long one is laid out after pages of the text."""
        book = next((one for one in editions if one.format == "epub"), None)
        is_short = len(self.parsed.value.blocks) < FEW_BLOCKS
        if not (book and is_short and self.parsed.seconds and self._runner.has_others):
            return None
        found = self.resolved(book)
        if found.failed:
            return None
        return preparation.cover_ahead(
            found.value, self._templates, self.folder, self._runner.ahead
        )

    def _without_pages(self, built: BuiltEdition, problem: str) -> BuiltEdition:
        """A screen edition that cannot mark the pages of the handout, with a finding."""
        if built.package is None:
            return built
        message = f"There is no page map, since the handout cannot be made. {problem}"
        finding = diagnostic(Code.NO_PAGE_MAP, message, source=self.name)
        return built._replace(findings=(*built.findings, finding))

    def all_findings(self, editions: Iterable[Edition]) -> tuple[Diagnostic, ...]:
        """The findings of a document that already has errors, and those of later stages, so that
        one run reports all problems."""
        resolved = [self.resolved(edition) for edition in editions]
        return (*self.parsed.findings, *(d for one in resolved for d in one.findings))


def _from_longest(edition: Edition) -> int:
    return ("pdf", "epub", "html").index(edition.format)


def _names(templates: Path | None) -> tuple[str, ...]:
    """The files of a folder of templates: adding or removing one changes the result."""
    if templates is None:
        return ()
    files = (path for path in templates.rglob("*") if path.is_file())
    return tuple(sorted(path.relative_to(templates).as_posix() for path in files))
