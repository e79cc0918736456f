"""The state of a preview: the last build, its findings, and the current activity."""

from __future__ import annotations

import functools
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec

from pipeline.commands.panes import page_images
from pipeline.commands.panes.pages import (
    DIGEST,
    BlockPlace,
    EditionView,
    Size,
    edition_view,
    pages_of,
    places,
    soonest,
)
from pipeline.commands.processes import end_with_parent, without_interrupts
from pipeline.commands.terminal import KILLED, as_text, summary_of
from pipeline.commands.watcher import FolderGoneError, Watcher
from pipeline.driver import BuiltEdition, DocumentReady, Event, Listener, Result
from pipeline.model import Document
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Begun, Diagnostic
from pipeline.model.editions import EDITIONS, Edition, output_name, stem_of
from pipeline.model.late import late
from pipeline.package.units import Proof
from pipeline.system.paths import shown_name
from pipeline.system.store import key

MOST_SHOWN = 50
"""Findings that are shown one by one."""

KEPT = 6
"""States of an edition that a page may still ask for."""

_MENDING = late(r"(?:Did you mean|Write) `[#@]?([^`]+)`[?.]")
"""Advice that says what to write in the place of what is underlined."""

Run: TypeAlias = Callable[..., Result]
T = TypeVar("T")


class _Finding(msgspec.Struct, frozen=True):
    """A finding as displayed: its position and complete message, with the line and a caret, and
    for an editor its parts; ``mend`` is what to put in the place of the underlined text, "" for a
    picture that is to be chosen."""

    severity: str
    file: str
    line: int
    text: str
    column: int = 0
    length: int = 1
    message: str = ""
    hint: str = ""
    mend: str | None = None
    code: str = ""


class _Part(msgspec.Struct, frozen=True):
    """The information that a page needs to show an edition. ``places`` changes if they do."""

    format: str
    label: str
    digest: str
    places: int
    documents: tuple[str, ...] = ()
    pages: tuple[tuple[float, float, str, float], ...] = ()


class _State(msgspec.Struct, frozen=True):
    """The state for the page. ``number`` changes if something is to be shown, and ``doing`` is the
    current stage, of which a ``share`` from 0 to 1 may be known to be done. ``parts`` are the
    editions of the last good build; until the next has ended, they may have pages of that."""

    source: str
    editions: tuple[tuple[str, str, str], ...]
    number: int = 0
    doing: str = "starting"
    share: float | None = None
    failed: bool = False
    summary: str = ""
    findings: tuple[_Finding, ...] = ()
    parts: dict[str, _Part] = {}


class PageDrawing:
    """A process that draws pages, which may be that of several sessions, and the folder of the
    files that it draws."""

    def __init__(self) -> None:
        self._kept = tempfile.TemporaryDirectory(prefix="chapbook-preview-")
        self.folder = self._kept.name
        self._worker = _worker(self.folder)

    def draw(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Call a function of `page_images`; a process that has ended is restarted."""
        with without_interrupts():
            try:
                return self._worker.submit(function, *args)
            except BrokenProcessPool:
                self._worker = _worker(self.folder)
                return self._worker.submit(function, *args)

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)
        self._kept.cleanup()


class Session:
    """Builds a source with ``run``, which is `driver.build` with the requested options, and keeps
    the results. ``changed`` is called from other threads whenever `state` changes."""

    def __init__(
        self,
        source: Path,
        run: Run,
        editions: tuple[str, ...] = (),
        templates: Path | None = None,
        notify: Callable[[Result | Exception], object] = lambda outcome: None,
        drawing: PageDrawing | None = None,
    ) -> None:
        self.source = source
        self._run = run
        self._notify = notify
        self._requested = editions
        self._added: tuple[str, ...] = ()
        self._views: Mapping[str, str] = {"html": "", "pdf": "", "epub": ""}
        self._fresh: set[str] = set()
        self._reported: tuple[Diagnostic, ...] = ()
        self._editions_built: list[BuiltEdition] = []
        self._kept_views: dict[tuple[str, str], EditionView] = {}
        self._good_parts: dict[str, _Part] = {}
        self._documents: dict[str, Document] = {}
        self._placed: dict[str, tuple[Document, tuple[BlockPlace, ...]]] = {}
        self._lock = threading.Lock()
        self._drawing = drawing or PageDrawing()
        self._is_shared = drawing is not None
        self.draw = self._drawing.draw
        table = tuple((e.name, e.format, e.label) for e in EDITIONS.values())
        self.state = _State(shown_name(str(source)), table)
        self.changed: Callable[[], object] = lambda: None
        self.watcher = Watcher(source, self._build, self._show, templates)
        self._builds = threading.Thread(target=self.watcher.run, daemon=True)

    def begin(self) -> None:
        """Build, now and at every change."""
        self._builds.start()

    def close(self) -> None:
        """End what builds, then what it draws with, and remove the files."""
        self.watcher.stop()
        if self._builds.ident:
            self._builds.join()
        if not self._is_shared:
            self._drawing.close()

    @property
    def document(self) -> Document | None:
        """The document as it was last built, of any edition."""
        return next(reversed(self._documents.values()), None)

    def look_at(self, views: Mapping[str, str]) -> None:
        """Build those editions first that are in view: by format, the name of one, or "" for the
        first. From now on, each of them is made."""
        shown = {part.format for part in self.state.parts.values()}
        unseen = views.keys() - self._views.keys() - shown
        self._views = views
        named = [name for name in views.values() if name]
        self._added = tuple(dict.fromkeys((*self._added, *named)))
        if unseen or not self._fresh.issuperset(named):
            self.watcher.again()

    def view(self, edition: str, digest: str) -> EditionView | None:
        return self._kept_views.get((edition, digest))

    def path_of(self, file: str) -> Path | None:
        """The path of a file that a place or a finding names, or none."""
        if file in ("", self.state.source):
            return self.source.absolute()
        return Path(file).absolute() if file in self._files() else None

    def name_of(self, file: str) -> str:
        """The name that places and findings have for a file of the text ("" for the source), which
        may be named from the working folder or from that of the source. Others keep theirs."""
        name = file.replace("\0", "")
        paths = {os.path.realpath(path) for path in (name, self.source.absolute().parent / name)}
        names = ("", *sorted(self._files()))
        return next((n for n in names if os.path.realpath(n or self.source) in paths), file)

    def _files(self) -> set[str]:
        """The names of the files of the text, but for the source's."""
        files = {place.file for view in [*self._kept_views.values()] for place in view.places}
        files |= {finding.file for finding in self.state.findings}
        return files - {"", self.state.source}

    def _build(self, listener: Listener) -> Iterator[Result]:
        """Build the editions in view, and once nobody edits, all."""
        self._fresh, self._reported = set(), ()
        first = self._built(listener, self._requested, self._views)
        yield first
        every = dict.fromkeys((*first.requested, *self._added))
        if not first.failed and not self._fresh.issuperset(every) and self.watcher.is_quiet():
            yield self._built(listener, (*(self._requested or first.requested), *self._added))

    def _built(
        self, listener: Listener, editions: tuple[str, ...], views: Mapping[str, str] | None = None
    ) -> Result:
        def on_event(event: Event) -> None:
            listener(event)
            match event:
                case Begun(stage, edition):
                    share = event.part / event.parts if event.parts else None
                    self._set(doing=f"{stage} {edition}".strip(), share=share)
                case DocumentReady(name, document):
                    self._documents[name] = document
                case Proof():
                    self._show_soon(event)
                case BuiltEdition():
                    self._editions_built.append(event)

        self._editions_built = []
        result = self._run(self.source, editions, listener=on_event, in_view=views)
        self._fresh |= {built.edition.name for built in self._editions_built}
        return result

    def _show_soon(self, proof: Proof) -> None:
        """Announce pages of a text that is being built, in the place of the last good ones."""
        name, part = proof.edition.name, self._good_parts.get(proof.edition.name)
        if part is None:
            part = self.state.parts.get(name)  # its first pages
        elif not proof.is_whole:
            return
        none = EditionView(proof.edition, "", {}, (), ())
        before = self._kept_views[name, part.digest] if part else none
        from pipeline.package.pdf.units import proof_pages

        try:
            pages = soonest(
                before.pages, proof.bodies, functools.partial(proof_pages, proof), self._open
            )
        except (OSError, BrokenProcessPool):
            return  # so they are shown when all is built
        names = [page.name for page in pages]
        if pages and names != [page.name for page in before.pages]:
            digest = key(*names)[:DIGEST]
            positions = self._places(before.edition, self._documents[name])
            view = msgspec.structs.replace(before, digest=digest, places=positions, pages=pages)
            self._keep(view)
            self._set(parts={**self.state.parts, name: _part(view)})

    def _show(self, outcome: Result | Exception) -> None:
        """Keep the results, and announce them."""
        built, self._editions_built = self._editions_built, []
        if isinstance(outcome, Result):
            unreported = tuple(f for f in outcome.diagnostics if f not in self._reported)
            self._notify(msgspec.structs.replace(outcome, diagnostics=unreported))
            self._reported = outcome.diagnostics
        else:
            self._notify(outcome)
        parts = self._good_parts
        if isinstance(outcome, Result) and not outcome.failed:
            try:
                parts = self._parts(outcome, built)
            except (OSError, BrokenProcessPool) as error:
                outcome = error
        if isinstance(outcome, Exception):
            text = f"Chapbook failed: {type(outcome).__name__}: {outcome}"
            if isinstance(outcome, BrokenExecutor):
                text = KILLED
            code = ""
            if isinstance(outcome, FolderGoneError):
                text, code = str(outcome), "folder-gone"
            broken = (_Finding("error", "", 0, text, message=text, code=code),)
            self._set(doing="", failed=True, summary="", findings=broken, parts=parts)
        else:
            self._good_parts = parts
            findings = tuple(map(_finding, outcome.diagnostics[:MOST_SHOWN]))
            text = summary_of(outcome.diagnostics, blocked=outcome.is_blocked)
            self._set(doing="", failed=outcome.failed, summary=text, findings=findings, parts=parts)

    def _parts(self, result: Result, built: list[BuiltEdition]) -> dict[str, _Part]:
        """Those of the editions that were built, and the last good ones of the others. Of several
        levels or versions, the first is shown."""
        stem = stem_of(self.source)
        every = (*result.requested, *self._added)
        parts = {name: part for name, part in self._good_parts.items() if name in every}
        firsts = {built_edition.edition.name: built_edition for built_edition in reversed(built)}
        for built_edition in reversed(firsts.values()):
            edition, document = built_edition.edition, built_edition.document
            file = output_name(stem, edition)
            end = f"/{file}"
            path = next((path for path in result.files if path.as_posix().endswith(end)), None)
            if path is None or document is None:
                continue
            folder = path.parents[file.count("/")]
            positions = self._places(edition, document)
            view = edition_view(edition, positions, folder, file, result.files)
            if edition.format == "pdf":
                copied, sizes = self._open(view.data)
                digests = built_edition.package.digests if built_edition.package else ()
                pages = pages_of(copied, sizes, digests)
                view = msgspec.structs.replace(view, pages=pages)
            self._keep(view)
            parts[edition.name] = _part(view)
        return parts

    def _places(self, edition: Edition, document: Document) -> tuple[BlockPlace, ...]:
        """The places of a document, which are looked for once."""
        known, positions = self._placed.get(edition.name, (None, ()))
        if known is not document:
            # the text of sheets is not in the order of reading
            positions = tuple(places(document)) if edition.imposition == "none" else ()
            self._placed[edition.name] = document, positions
        return positions

    def _open(self, data: bytes) -> tuple[str, list[Size]]:
        """A copy of a PDF, of which pages can be requested even during a build."""
        path = Path(self._drawing.folder) / f"{key(data)}.pdf"
        if not path.exists():
            path.write_bytes(data)
        return str(path), self.draw(page_images.sizes, str(path)).result()

    def _keep(self, view: EditionView) -> None:
        """Keep a state of an edition, the last good one, and those that were the last."""
        name = view.edition.name
        good = self._good_parts[name].digest if name in self._good_parts else ""
        before = self._paths()
        self._kept_views.pop((name, view.digest), None)
        self._kept_views[name, view.digest] = view
        others = [entry for entry in self._kept_views if entry[0] == name and entry[1] != good]
        for entry in others[:-KEPT]:
            del self._kept_views[entry]
        for path in before - self._paths():
            Path(path).unlink(missing_ok=True)

    def _paths(self) -> set[str]:
        return {page.path for view in self._kept_views.values() for page in view.pages}

    def _set(self, **fields: Any) -> None:
        with self._lock:
            number = self.state.number + ("parts" in fields)
            self.state = msgspec.structs.replace(self.state, number=number, **fields)
        self.changed()


def _finding(finding: Diagnostic) -> _Finding:
    """A finding as displayed."""
    advice = _MENDING.fullmatch(finding.hint) if finding.column and finding.length > 1 else None
    is_to_choose = finding.line and finding.code == Code.MISSING_IMAGE.slug
    return _Finding(
        finding.severity,
        finding.source,
        finding.line,
        as_text([finding]),
        finding.column,
        finding.length,
        finding.message,
        finding.hint,
        advice[1] if advice else "" if is_to_choose else None,
        finding.code,
    )


def _worker(folder: str) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"), end_with_parent, (folder,))


def _part(view: EditionView) -> _Part:
    edition = view.edition
    return _Part(
        edition.format,
        edition.label,
        view.digest,
        hash(view.places) & 0xFFFFFFFF,
        view.documents,
        tuple(page.for_browser for page in view.pages),
    )
