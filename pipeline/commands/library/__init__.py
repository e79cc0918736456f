"""The command ``library``: all documents of a folder or a bucket."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands import terminal
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Severity

if TYPE_CHECKING:
    from pipeline.commands.library.document_task import Built, Task
    from pipeline.commands.library.sources import Ledger, ListedDocument
    from pipeline.commands.processes.limited_pool import Limits
    from pipeline.model.diagnostics import Diagnostic


LOADED = {
    "html": ("pipeline.driver", "pipeline.parser", "pipeline.resolve", "pipeline.render"),
    "pdf": ("pipeline.package.pdf",),
    "epub": ("ebooklib.epub", "pipeline.verify.audit"),
}
"""By format, the modules that a process loads before its first document."""

SHOWN = 3
"""The number of files that a note names."""


class PlaceType(click.Path):
    """A path, or a URL such as ``s3://bucket/folder``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if "://" in str(value) else super().convert(value, param, ctx)


@click.command("library")
@click.argument("source", type=PlaceType(exists=True, path_type=Path), metavar="FOLDER|LIST|URL")
@terminal.EDITION(
    help="The editions to build, separated by commas (default: those in a document's front matter,"
    " or web, handout, ebook)."
)
@terminal.option(
    "--out",
    "The output folder, or a URL.",
    PlaceType(file_okay=False, path_type=Path),
    Path("build"),
)
@terminal.TEMPLATES
@terminal.option(
    "--jobs -j",
    "The number of documents to build at a time.",
    click.IntRange(1, 1000),
    os.cpu_count() or 1,
    show_default="one per core",
)
@click.option(
    "--keep-going/--stop",
    default=True,
    show_default=True,
    help="Continue after a document that cannot be built, or start no others.",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@terminal.option(
    "--timeout", "The time limit for a document.", terminal.SECONDS, 300, metavar="SECONDS"
)
@terminal.option(
    "--memory", "The memory limit for a document.", terminal.SizeType(), "2G", metavar="SIZE"
)
@terminal.option(
    "--scheduler",
    "The Dask scheduler whose workers build: tcp://host:8786.",
    default="",
    metavar="ADDRESS",
)
@terminal.option(
    "--store",
    "A folder or URL for results kept between builds, which workers share.",
    default="",
    metavar="FOLDER|URL",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def library_command(source: Path | str, as_json: bool, keep_going: bool, **options: Any) -> None:
    """Build all documents in a folder, or those in a list with one file per line.

    A document is a Markdown file with front matter that no other file includes. Unchanged
    documents are not built again, and an interrupted run is continued by the next one.

    \b
    Examples:
      chapbook library handouts --out public
      chapbook library handouts --edition handout,ebook --jobs 4
      chapbook library this-year.txt --timeout 60 --memory 1G
    """
    from pipeline.commands.library import remote
    from pipeline.commands.processes.limited_pool import Limits

    editions = options["editions"]
    terminal.need_system(terminal.formats(editions))
    modules = dict.fromkeys(
        name for kind in sorted(terminal.formats(editions)) for name in LOADED[kind]
    )
    limits = Limits(options["timeout"], options["memory"], modules=tuple(modules))
    started = time.perf_counter()
    try:
        run = _Run(source, options, limits, as_json)
        run.build(keep_going)
    except remote.NoPlaceError as error:
        terminal.give_up(f"cannot use {error.filename}: {error.strerror}")
    findings = [*run.findings, *(finding for built in run.results for finding in built.findings)]
    if as_json:
        terminal.show(findings, as_json=True, read=run.read)
    else:
        terminal.show(run.findings)
        for line in run.summary(time.perf_counter() - started):
            terminal.say(line)
        if str(options["out"]).startswith("memory:"):
            terminal.say("The results were only in memory, and are gone: name another --out.")
    is_whole = not run.findings and not any(document.failed for document in run.results)
    sys.exit(terminal.BUILT if is_whole and run.remaining == 0 else terminal.SOURCE_ERRORS)


class _Run:
    """A run over a library: known documents are reported, and due ones built."""

    def __init__(
        self, source: Path | str, options: dict[str, Any], limits: Limits, quiet: bool
    ) -> None:
        from pipeline.commands.library import remote, sources

        out = options["out"]
        if "://" in options["store"]:
            remote.UrlTree(options["store"]).need_bucket()
        self._remote: remote.RemoteFiles | None = None
        if isinstance(source, Path) and isinstance(out, Path):
            self._folder = source if source.is_dir() else source.parent
            listing = sources.documents_of(source, out)
        else:
            roots = (str(p.absolute()) if isinstance(p, Path) else p for p in (source, out))
            self._remote = remote.RemoteFiles(*map(remote.UrlTree, roots))
            listing = remote.documents_of(self._remote)
        self._reported: set[Diagnostic] = set()
        self._options, self._limits, self._listing = options, limits, listing
        self._quiet = quiet
        self._sources = {document.name: document.path for document in listing.documents}
        self.known: list[Built] = []
        self.built: list[Built] = []
        self.remaining = 0
        self.gone: list[str] = []
        self.findings = listing.findings
        if not (listing.documents or listing.findings):
            message = "There are no documents: Markdown files that begin with front matter."
            hint = "Begin each document with `---`, a line `title: …`, and `---`."
            finding = diagnostic(Code.NO_DOCUMENT, message, source=str(source), hint=hint)
            self.findings = (finding,)

    @property
    def read(self) -> Callable[[str], bytes | None] | None:
        """The function that reads a source, if it is not on this machine."""
        return self._remote.sources.read if self._remote else None

    @property
    def results(self) -> list[Built]:
        return sorted((*self.known, *self.built), key=lambda built: built.name)

    @property
    def rows(self) -> list[Built]:
        """The results, and the sources that cannot be documents."""
        from pipeline.commands.library.document_task import Built

        findings: dict[str, list[Diagnostic]] = {}
        for finding in self._listing.findings:
            findings.setdefault(self._name(finding.source), []).append(finding)
        refused = (Built(name, failed=True, findings=tuple(f)) for name, f in findings.items())
        return sorted((*self.results, *refused), key=lambda built: built.name)

    def _name(self, source: str) -> str:
        """The path of a source from the library's folder."""
        return source if self._remote else Path(os.path.relpath(source, self._folder)).as_posix()

    def build(self, keep_going: bool) -> None:
        from pipeline.commands.library import catalogue, remote
        from pipeline.commands.library.sources import DiskFiles, Ledger
        from pipeline.system.paths import template_folders
        from pipeline.system.store import Folder, code_version, key

        shipped = template_folders()
        states = (state for top in (*shipped, self._templates()) for state in _states(top))
        code = key(code_version(), *states)
        cache, out = self._cache_folder(), self._options["out"]
        places = (self._remote.sources.root, self._remote.out.root) if self._remote else ()
        path = cache / f"{key('the ledger of a library', *places)}.ledger"
        within = Path(remote.OUT) if self._remote else out
        ledger = Ledger(path, within, (*map(str, shipped), sys.prefix), self._remote or DiskFiles())
        due: dict[str, Task] = {}
        keys: dict[str, str] = {}
        for document in self._listing.documents:
            task = self._task(document)
            keys[document.name] = key(code, repr(task))
            known = ledger.known(document.name, keys[document.name])
            if known is None:
                due[document.name] = task
            else:
                self.known.append(known)
                if known.failed:
                    self._report(known)
        self.remaining = len(due)
        if due:
            self._build(tuple(due.values()), ledger, keys, keep_going)
        self.gone = ledger.gone(keys)
        ledger.close((*keys, *self.gone))
        if self.remaining == 0 and self.results:
            try:
                if self._remote:
                    remote.collect(self.rows, self._remote, Folder(cache), code)
                else:
                    catalogue.write(self.rows, self._folder, out, Folder(cache), code)
            except OSError as error:
                where, why = error.filename or out, error.strerror or error
                message = f"The catalogue cannot be written to “{where}”: {why}."
                self.findings += (diagnostic(Code.NOT_BUILT, message, source=str(out)),)

    def _build(
        self, due: Sequence[Task], ledger: Ledger, keys: dict[str, str], keep_going: bool
    ) -> None:
        from pipeline.commands.library.building import (
            Cluster,
            LostExecutorError,
            NoClusterError,
            build,
            build_all,
            build_within,
        )
        from pipeline.commands.processes.limited_pool import LimitedPool

        limits = self._limits
        cluster, jobs = None, min(self._options["jobs"], len(due))
        if address := self._options["scheduler"]:
            try:
                cluster = Cluster(address)
            except NoClusterError as error:
                terminal.give_up(str(error))
        pool = cluster.executor if cluster else LimitedPool(jobs, limits)
        do = functools.partial(build_within, limits) if cluster else build
        at_once = max(cluster.threads, 1) if cluster else jobs
        is_alive = cluster.is_alive if cluster else lambda: True
        is_whole = False
        try:
            results = build_all(due, pool, limits, at_once, do, is_alive)
            for task, result in self._show(results, len(due)):
                if self._remote:
                    self._remote.sizes |= {file.file: file.size for file in result.files}
                if result.failed:
                    result = ledger.with_last(result)
                ledger.add(keys[task.name], result)
                self.built.append(result)
                self.remaining -= 1
                self._report(result)
                if result.failed and not keep_going:
                    return
            is_whole = True
        except LostExecutorError:
            message = (
                f"The scheduler or all its workers have stopped: {self.remaining:,} are not built."
            )
            hint = "Start them, and run the command again to continue."
            finding = diagnostic(Code.NOT_BUILT, message, source=address, hint=hint)
            self.findings += (finding,)
        finally:
            if cluster:
                cluster.close()
            else:
                pool.shutdown(cancel_futures=not is_whole)

    def _templates(self) -> Path | None:
        """The folder of templates, in which a new file may change all outputs."""
        from pipeline.parser.frontmatter import NAME
        from pipeline.system.paths import find_above

        if (templates := self._options["templates"]) or self._remote:
            return Path(templates) if templates else None
        file = find_above(self._folder, NAME)
        return file.parent / "templates" if file else None

    def _cache_folder(self) -> Path:
        """The cache folder on this machine: in the folder of the outputs, or in the user's."""
        import tempfile

        from pipeline.system.store import CACHE, cache_folder

        if not self._remote:
            out: Path = self._options["out"]
            return out / CACHE
        return (cache_folder() or Path(tempfile.gettempdir())) / "library"

    def _task(self, document: ListedDocument) -> Task:
        from pipeline.commands.library.document_task import Task

        out, templates = self._options["out"], self._options["templates"]
        if self._remote:
            out = self._remote.out.root
        return Task(
            folder="" if self._remote else str(Path.cwd()),
            source=str(document.path),
            name=document.name,
            out=str(out),
            store=self._options["store"] or str(self._cache_folder()),
            editions=self._options["editions"],
            templates=str(templates or ""),
            strict=self._options["strict"],
            root=self._remote.sources.root if self._remote else "",
        )

    def _show(self, results: Iterator[Any], count: int) -> Iterator[Any]:
        """The results, with a bar that grows on a terminal."""
        if self._quiet or not (sys.stderr.isatty() and sys.stdout.isatty()):
            yield from results
            return
        from rich.console import Console
        from rich.progress import track

        console = Console(stderr=True)
        yield from track(results, "building", total=count, console=console, transient=True)

    def _report(self, built: Built) -> None:
        """Print the line of a document, and its findings."""
        if self._quiet:
            return
        source = str(self._sources[built.name])
        known = self._reported
        unreported = [f for f in built.findings if f.source == source or f not in known]
        self._reported.update(unreported)  # what many documents share is reported once
        terminal.show(unreported, blocked=built.failed, read=self.read)
        count = sum(bool(file.edition) for file in built.files)
        files = f"{count} file{'s' if count != 1 else ''}"
        pages = f", {built.pages} page{'s' if built.pages != 1 else ''}" if built.pages else ""
        state = "failed" if built.failed else "built"
        contents = "" if built.failed else f"  {files}{pages}"
        terminal.say(f"{state:<9}{built.seconds:>7.2f} s  {built.name}{contents}")

    def summary(self, seconds: float) -> Iterator[str]:
        """The lines at the end: the number of documents built, and of those with each problem."""
        results = self.results
        failed = sum(document.failed for document in results)
        counts = [
            f"{sum(not document.failed for document in self.built):,} built",
            f"{sum(not document.failed for document in self.known):,} unchanged",
            f"{failed:,} failed",
            *([f"{self.remaining:,} not begun"] if self.remaining else []),
        ]
        pages = sum(document.pages for document in results)
        count = len(self._listing.documents)
        documents = "1 document" if count == 1 else f"{count:,} documents"
        yield f"{documents}: {', '.join(counts)}; {pages:,} pages, {seconds:.1f} s"
        for severity in Severity:
            codes = Counter(
                code
                for document in self.rows
                for code in {f.code for f in document.findings if f.severity is severity}
            )
            if codes:
                by_code = ", ".join(f"{code} in {count:,}" for code, count in codes.most_common())
                yield f"{f'{severity}s':<9}{by_code}"
        if others := self._listing.passed_over:
            subject = "1 file has" if len(others) == 1 else f"{len(others):,} files have"
            note = f"{subject} no front matter, or others include them: {_first_names(others)}"
            yield f"{'note':<9}{note}"
        if gone := self.gone:
            subject = "1 source is" if len(gone) == 1 else f"{len(gone):,} sources are"
            place = self._options["out"]
            note = f"{subject} gone, and the outputs still in {place}: {_first_names(gone)}"
            yield f"{'note':<9}{note}"


def _first_names(names: Sequence[object]) -> str:
    """The first few of some names."""
    return ", ".join(map(str, names[:SHOWN])) + (" …" if names[SHOWN:] else "")


def _states(folder: Path | None) -> Iterator[str]:
    """The files of a folder with times and sizes."""
    for path in sorted(folder.rglob("*")) if folder else ():
        status = path.stat()
        if "__pycache__" not in path.parts and path.is_file():
            yield f"{path}\0{status.st_mtime_ns}\0{status.st_size}"
