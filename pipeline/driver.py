"""The whole flow, from a source to its editions. Read this first.

    source ─parse─▶ ─select─▶ ─resolve─▶ ─mark─▶ ─render─▶ ─package─▶ ─save─▶ files

`flow.stages` is the table of stages; a `flow.editions.Source` runs them for each edition with a
`flow.runner.Runner`, which skips those whose result is known. `flow.saving` writes all files at
once, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from pipeline.flow.editions import BuiltEdition, Options, Source
from pipeline.flow.manifest import Output
from pipeline.flow.runner import Begun, DocumentReady, Ran, Runner
from pipeline.flow.saving import Saved, Saving
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import (
    ALL,
    EDITIONS,
    STANDARD_PRINT,
    Edition,
    chosen_editions,
    has_page_marks,
    offered,
    output_name,
    stem_of,
)
from pipeline.model.messages import in_order
from pipeline.package.catalog.record import Record
from pipeline.package.units import Proof
from pipeline.system import outputs
from pipeline.system.store import BETWEEN_TRIMS, CACHE, Folder, Memory, Store

if TYPE_CHECKING:
    from pipeline.model import Document
    from pipeline.verify import CheckReport

Event: TypeAlias = Begun | Ran | DocumentReady | Proof | BuiltEdition | Saved
"""An event of a build: a stage begins, or has run or was known; the document of an edition is
ready; the pages of a long one can be seen; an edition is made; at the end, a file is saved."""

Listener: TypeAlias = Callable[[Event], object]
"""A function that gets each event. If it raises an exception, the build ends with it."""

__all__ = [
    "Begun",
    "BuiltEdition",
    "DocumentReady",
    "Event",
    "Listener",
    "Memory",
    "Options",
    "Proof",
    "Ran",
    "Result",
    "Saved",
    "build",
    "compare",
    "dump",
    "printed_editions",
    "render_fragment",
]  # fmt: skip

SHOWN = ("parsed", "selected", "resolved", "pages")
"""The stages whose result ``dump`` can show."""


class Result(msgspec.Struct, frozen=True):
    """The outcome of a build: the findings in order, and the files unless errors prevented it. The
    files ``read`` are known in any case. ``missing`` are files that web pages link to and that have
    not been built yet. ``outputs`` are the files as described in the manifest, and ``record``
    describes the publication for catalogues, if requested."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...] = ()
    read: tuple[str, ...] = ()
    missing: tuple[Path, ...] = ()
    outputs: tuple[Output, ...] = ()
    record: Record | None = None

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.diagnostics)

    @property
    def is_blocked(self) -> bool:
        """Return whether errors prevented that anything was written."""
        return self.failed and not self.files


def build(
    source: Path | str,
    editions: Iterable[str] = (),
    *,
    out: Path | str = "build",
    options: Options | None = None,
    executor: Executor | None = None,
    store: Store | None = None,
    listener: Listener = lambda event: None,
    memory: Memory | None = None,
) -> Result:
    """Build editions of ``source`` into ``out/<stem>/``.

    ``editions`` are names from the table of editions, or ``all``, which omits forms and answer keys
    that would be empty; by default, they are those in the front matter, or web, handout and ebook.
    With an ``executor``, they are made in parallel. The ``listener`` gets all events. Results of
    stages are kept in a folder in ``out``, or in another ``store``. A process that builds a source
    repeatedly passes a ``memory``, so that nothing unchanged is made again.

    If there are errors among the findings, nothing is written, and earlier outputs stay; where an
    edition has text that is withheld from its readers, all others are written. Raises
    `KeyError` for an unknown edition, `ValueError` if an edition that is not printed is to be
    split, and `OSError` if a file cannot be written.
    """
    options = options or Options()
    names, folder = tuple(editions), Path(out) / stem_of(Path(source))
    outputs.recover(folder)
    store = Folder(Path(out) / CACHE) if store is None else store
    runner = Runner(store, executor, listener, memory)
    way = Source(Path(source), runner, options)
    chosen = chosen_editions(names, way.metadata)
    if options.split:
        chosen = printed_editions(chosen, options.split, by_name=bool(names))
    if options.cover_spread and EDITIONS[STANDARD_PRINT] not in chosen:
        chosen = (*chosen, EDITIONS[STANDARD_PRINT])
    if way.parsed.failed:
        return Result(_judge(way.all_findings(chosen), options.strict), read=tuple(runner.files))
    named = {*names, *way.metadata.editions} if ALL in names else {*EDITIONS}
    made = tuple(one for one in way.all_built(chosen) if one.edition.name in named or one.has_use)
    if memory:
        memory.end()
    for one in made:
        listener(one)
    found = (*way.parsed.findings, *(finding for one in made for finding in one.findings))
    if options.catalog is True:
        from pipeline.package.catalog import missing_for_shops

        found += tuple(missing_for_shops(way.metadata, chosen, way.name))
    result = Result(_judge(found, options.strict), read=tuple(runner.files))
    passed = tuple(one for one in made if not _is_leak(one.findings))
    if not passed or any(one.is_error and not _is_leak([one]) for one in result.diagnostics):
        return result
    saving = Saving(folder, way.stem)
    saving.add_model(way.parsed.data, way.parsed.seconds)
    for one in passed:
        saving.add(one)
    record = saving.add_catalog(way.metadata, passed) if options.catalog else None
    if leaks := _leaks_for_all(way.parsed.value, saving.records(way.metadata)):
        return Result(_judge((*found, *leaks), options.strict), read=tuple(runner.files))
    files = saving.write(way.metadata)
    if isinstance(store, Folder):
        store.trim(every=BETWEEN_TRIMS)
    for saved in saving.saved:
        listener(saved)
    led_to = (one for edition in chosen for one in offered(edition, way.metadata))
    paths = dict.fromkeys(folder / output_name(way.stem, edition) for edition in led_to)
    missing = tuple(path for path in paths if not path.is_file())
    entries = saving.entries
    return msgspec.structs.replace(
        result, files=files, missing=missing, outputs=entries, record=record
    )


def _is_leak(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.code == Code.LEAKED_TEXT.slug for finding in findings)


def _leaks_for_all(document: Document, records: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """Findings about records for everybody that have text for teachers."""
    if not document.withheld:
        return ()
    from pipeline.verify.gate import leaks_for_all

    return leaks_for_all(document, records)


def dump(source: Path, edition: Edition, stage: str, templates: Path | None = None) -> bytes:
    """The document after ``stage`` (one of `SHOWN`), as JSON."""
    way = Source(source, Runner(), Options(templates=templates))
    if stage == "parsed":
        return _shown(way.parsed.data)
    if stage == "selected":
        return _shown(way.selected(edition).data)
    page_map = None
    if has_page_marks(edition, way.metadata):
        page_map = way.begin(EDITIONS[STANDARD_PRINT])().page_map
    marked = way.marked(edition, page_map)
    return _shown((marked if stage == "resolved" else way.pages(edition, marked, page_map)).data)


def compare(file: Path, document: Document, source: Path, *, renamed: bool = False) -> CheckReport:
    """Compare a finished file with the parsed ``document`` of the file ``source``; see
    `completeness.compare`."""
    from pipeline.verify import completeness

    way = Source(source, Runner(), document=document)
    return completeness.compare(
        file, source, lambda edition: way.marked(edition).value, renamed=renamed
    )


def render_fragment(
    markdown_text: str, *, templates: Path | None = None, folder: Path | None = None
) -> str:
    """The HTML of a Markdown text without front matter, with heading levels as written.

    Included files (text, code, data) are read from ``folder``; without it, none are. Images and
    links stay as they are, except for addresses that could run code. The result is what the web
    page contains, and so has no answers. Findings are ignored; `pipeline.parse` returns them.
    """
    from pipeline.parser import parse_body
    from pipeline.render import html
    from pipeline.render.environment import environment
    from pipeline.resolve import resolve_fragment
    from pipeline.select import select

    document = select(parse_body(markdown_text, folder), EDITIONS["web"])
    document = resolve_fragment(document)
    return html.fragment(document, environment(templates))


def _shown(data: bytes) -> bytes:
    return msgspec.json.format(data, indent=1) + b"\n"


def printed_editions(
    editions: Iterable[Edition], level: int, *, by_name: bool
) -> tuple[Edition, ...]:
    """The editions that can be split: the printed ones, or the standard one. Raises `ValueError`
    for others requested ``by_name``, and for an invalid level."""
    if not 1 <= level <= 6:
        raise ValueError(f"sections have levels from 1 to 6, not {level}")
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
