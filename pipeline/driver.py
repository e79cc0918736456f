"""The whole flow, from a source to its editions. Read this first.

    source ─parse─▶ ─select─▶ ─resolve─▶ ─mark─▶ ─render─▶ ─package─▶ ─compare─▶ ─save─▶ files

`flow.steps` has a function for each of these words, which calls the stage, and which runs only if
its result is not known (`pipeline.keep`). `flow.saving` writes all files at once, or none.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from pipeline.features import here
from pipeline.flow import steps
from pipeline.flow.saving import Saving, find_unannounced, keep_made, made_before
from pipeline.flow.steps import render_fragment
from pipeline.flow.values import (
    BuiltEdition,
    DocumentReady,
    Event,
    Listener,
    Options,
    PageMaps,
    PendingEdition,
    PendingText,
    Request,
    Resolved,
    Result,
    absences,
    has_errors,
    is_held_back,
    judge,
    page_maps,
    request_for,
    requested_editions,
    sources_of,
    without_pages,
)  # fmt: skip
from pipeline.keep import Timed, keeping, spent, tell
from pipeline.model import Document
from pipeline.model.audience import for_teachers
from pipeline.model.diagnostics import Begun, Diagnostic, Ran, Saved, place_in_source
from pipeline.model.editions import (
    ALL,
    EDITIONS,
    Edition,
    edition_with_answers,
    editions_in_view,
    editions_offered,
    has_page_marks,
    making_order,
    output_name,
    standard_print,
    stem_of,
    variations_of,
)
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.package.result import Package
from pipeline.package.units import Proof, may_divide
from pipeline.system import outputs
from pipeline.system.pango import pango_problem
from pipeline.system.paths import noting
from pipeline.system.store import (
    CACHE,
    Folder,
    Memory,
    Store,
    code_version,
    key,
)

__all__ = [
    "Begun", "BuiltEdition", "DocumentReady", "Event", "Listener", "Memory", "Options", "Proof",
    "Ran", "Result", "Saved", "build", "render_fragment",
]  # fmt: skip


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
    in_view: Mapping[str, str] | None = None,
    unless_made: bool = False,
) -> Result:
    """Build editions of ``source`` into ``out/<stem>/``.

    ``editions`` are names from the table of editions, or ``all``, which omits forms and answer keys
    that would be empty; by default, they are those in the front matter, or web, handout and ebook.
    With an ``executor``, they are made in parallel. The ``listener`` gets all events. Results of
    steps are kept in a folder in ``out``, or in another ``store``. A process that builds a source
    repeatedly passes a ``memory``, so that nothing unchanged is made again, and may have only those
    editions made that are ``in_view``: by format, the name of one, or "" for the first requested.
    ``unless_made``, nothing is done but to tell of what was saved if the last build with the same
    arguments read and wrote the same files.

    If there are errors among the findings, nothing is written, and earlier outputs stay; where an
    edition has text that is withheld from its readers, all others are written. Raises
    `KeyError` for an unknown edition, `ValueError` if an edition that is not printed is to be
    split, and `OSError` if a file cannot be written.
    """
    source, options, names = Path(source), options or Options(), tuple(editions)
    folder = Path(out) / stem_of(source)
    outputs.recover(folder)
    store = Folder(Path(out) / CACHE) if store is None else store
    asked = repr((Path.cwd(), source, folder, names, options))
    name, began = f"{key(asked, code_version())}.build", time.time_ns()
    if unless_made and (made := made_before(store, name)):
        for saved in made[1]:
            listener(saved)
        return made[0]

    with keeping(store, memory, executor, listener) as read:
        document = steps.parse(source)
        metadata, seconds = document.metadata, spent()
        requested = requested_editions(names, metadata, options)
        chosen = editions_in_view(requested, in_view, metadata) if in_view else requested
        request = request_for(source, document, options, tuple(read), is_lasting=bool(memory))
        built = make(request, chosen)
    named = {*names, *metadata.editions} if ALL in names else EDITIONS.keys()
    built = tuple(output for output in built if output.edition.name in named or output.has_use)
    for output in built:
        listener(output)

    findings = [*document.diagnostics, *(f for output in built for f in output.findings)]
    findings += absences(options, document.source)
    if options.catalog is True and here("catalog"):
        from pipeline.features.catalog import missing_for_shops

        findings += missing_for_shops(metadata, chosen, document.source)
    if memory is None:
        findings += find_unannounced(folder, document)
    every = tuple(dict.fromkeys(edition.name for edition in requested))
    result = Result(judge(findings, options.strict), read=read, requested=every)
    writable = [output for output in built if not is_held_back(output.findings)]
    if not writable or any(f.is_error and not is_held_back([f]) for f in result.diagnostics):
        return result

    saving = Saving(folder, request.stem)
    saving.add_model(msgspec.json.encode(document), seconds)
    for output in writable:
        saving.add(output)
    record = saving.add_catalog(metadata, writable) if options.catalog else None
    if leaks := saving.leaks(document):
        with_leaks = judge((*findings, *leaks), options.strict)
        return msgspec.structs.replace(result, diagnostics=with_leaks)
    linked = (other for edition in chosen for other in editions_offered(edition, metadata))
    result = msgspec.structs.replace(
        result,
        files=saving.write(metadata),
        linked=tuple(dict.fromkeys(folder / output_name(request.stem, other) for other in linked)),
        outputs=saving.entries,
        record=record,
        withheld=for_teachers(document),
    )
    for saved in saving.saved:
        listener(saved)
    if unless_made and not result.failed:
        keep_made(store, name, result, saving.saved, folder, began)
    return result


def make(request: Request, editions: Iterable[Edition]) -> tuple[BuiltEdition, ...]:
    """The editions of a parsed document, in order: one version of it after the other."""
    editions, metadata = tuple(editions), request.document.metadata
    versions: dict[Edition, list[Edition]] = {}
    for edition in editions:
        versions.setdefault(standard_print(metadata, edition.version), []).append(edition)
    outputs_of = {
        built.edition: built
        for standard, of_version in versions.items()
        for built in make_version(request, of_version, standard)
    }
    return tuple(outputs_of[edition] for edition in editions)


def make_version(
    request: Request, editions: Sequence[Edition], standard: Edition
) -> tuple[BuiltEdition, ...]:
    """The editions of a version, in order.

    Those that mark the pages of the ``standard`` print edition wait for it, and it is made for them
    if it was not requested. If it cannot be made, screen editions do without page marks.
    """
    metadata = request.document.metadata
    waiting = [edition for edition in editions if has_page_marks(edition, metadata)]
    first = [edition for edition in editions if edition not in waiting]
    for_screens = all(edition.format != "pdf" for edition in editions)
    problem = (waiting and for_screens and pango_problem()) or ""
    if waiting and not problem and standard not in first:
        first.insert(0, standard)
    first.sort(key=making_order)
    waiting.sort(key=making_order)

    pending = begin_packaging(request, [(each, resolve_for(request, each)) for each in first])
    # other processes package the first ones while the waiting ones are resolved here
    resolved = [(each, resolve_for(request, each)) for each in waiting]
    packed = [(draft, list(runs)) for draft, runs in pending]

    maps = page_maps(packed, standard)
    if waiting and not problem and not maps:
        problem = "It has errors: build the handout to see them."
    pending = begin_packaging(request, resolved, maps)
    built = {draft.edition: finish(request, draft, runs) for draft, runs in (*packed, *pending)}
    for edition in waiting if problem and for_screens else ():
        built[edition] = without_pages(request, built[edition], problem)
    return tuple(built[edition] for edition in editions)


def resolve_for(request: Request, edition: Edition) -> Resolved:
    """The document for an edition, resolved."""
    if edition.part == "keys":
        from pipeline.exercises.keys import side_by_side

        answers = variations_of(EDITIONS["answers"], request.document.metadata)
        return Resolved(side_by_side({each.version: mark_for(request, each) for each in answers}))
    with noting() as files:
        resolved = _resolve(request, edition)
        if edition.platform:
            from pipeline.exercises.platforms.questions import with_answers

            teachers = _resolve(request, edition_with_answers(edition))
            resolved = with_answers(resolved, teachers, request.document.withheld, edition)
    return Resolved(resolved, tuple(files))


def _resolve(request: Request, edition: Edition) -> Document:
    selected = steps.select(request.document, edition)
    return steps.resolve(selected, edition, request.folder, request.options.split)


def draft_edition(
    request: Request, edition: Edition, resolved: Resolved, maps: PageMaps | None = None
) -> PendingEdition:
    """An edition, marked and rendered: its text, or if it is split, handouts, one for each section.
    ``maps`` are those of the standard print edition."""
    whole = resolved.document
    if has_errors(whole.diagnostics):
        return PendingEdition(edition, whole.diagnostics)
    findings = whole.diagnostics
    parts: tuple[tuple[str, tuple[str, ...], Document], ...]
    parts = ((output_name(request.stem, edition), (), whole),)
    if request.options.split and here("split"):
        from pipeline.features.split import divide

        parts, on_parts = divide(whole, request.options.split, request.stem, edition)
        findings += on_parts
    remaining = {section: list(section_maps) for section, section_maps in (maps or {}).items()}
    texts, empty = list[PendingText](), tuple[Diagnostic, ...]()
    for file, section, part in parts:
        before, page_map = spent(), remaining[section].pop(0) if remaining.get(section) else None
        document = steps.mark(part, edition, page_map)
        if section and not document.blocks:  # because it has no answers, for example
            empty = document.diagnostics
            continue
        pages = render_edition(request, edition, document, page_map, file)
        findings += (*document.diagnostics, *pages.findings)
        if not has_errors(pages.findings):
            tell(DocumentReady(edition.name, document))
            texts.append(PendingText(document, pages, spent() - before, file, section))
    findings += () if texts else empty
    sources = sources_of(request, resolved) if edition.is_archival else ()
    return PendingEdition(edition, tuple(dict.fromkeys(findings)), tuple(texts), sources)


def render_edition(
    request: Request,
    edition: Edition,
    document: Document,
    page_map: PageMap | None = None,
    file: str = "",
) -> Pages:
    """The pages of a marked document, those of an e-book with its claims."""
    pages = steps.render(document, edition, request.stem, request.templates, page_map, file)
    if edition.format != "epub" or has_errors(pages.findings):
        return pages
    return steps.audit(pages, document, edition)


def begin_packaging(
    request: Request, group: Sequence[tuple[Edition, Resolved]], maps: PageMaps | None = None
) -> list[tuple[PendingEdition, Iterator[Timed]]]:
    """Draft editions one after the other, and begin to package their texts. Other processes begin
    at once with those that have pages or a cover, which need the engine; a web page takes
    less time to make than to hand over, and comes first, made here while others work; long texts
    are handed over in units. A process that stays, which has loaded the engine, makes one file
    alone itself."""
    folder, assets_beside = request.folder, request.options.assets_beside
    set_in_type = sum(edition.format != "html" for edition, _ in group)
    pending = []
    for edition, resolved in group:
        draft = draft_edition(request, edition, resolved, maps)
        is_alone = request.is_lasting and set_in_type == len(draft.texts) == 1
        runs = steps.package.runs(
            ((text.pages, edition, folder, assets_beside, draft.sources) for text in draft.texts),
            lambda pages, edition, *_, is_alone=is_alone: (
                not is_alone and edition.format != "html" and not may_divide(pages, edition)
            ),
        )
        pending.append((draft, runs))
    return sorted(pending, key=lambda entry: entry[0].edition.format != "html")


def finish(request: Request, pending: PendingEdition, runs: Iterable[Timed]) -> BuiltEdition:
    """An edition whose texts are packaged, compared with the files."""
    parts = [
        _finish_text(request, pending.edition, text, run.value, text.seconds + run.seconds)
        for text, run in zip(pending.texts, runs, strict=True)
    ]
    edition, parsed = pending.edition, request.document
    findings = (*pending.findings, *dict.fromkeys(each for part in parts for each in part.findings))
    if parts and edition.audience == "teacher":
        from pipeline.exercises.key_proof import missing_answers

        documents = [text.document for text in pending.texts]
        name = output_name(request.stem, edition)
        findings += (*missing_answers(parsed, documents, edition, name),)
    if parts and (edition.audience == "student" or edition.platform):
        findings += parsed.unread
    if parts and not parts[0].section:
        return parts[0]._replace(findings=findings)
    return BuiltEdition(edition, findings, parts=tuple(parts))


def _finish_text(
    request: Request, edition: Edition, text: PendingText, output: Package, seconds: float
) -> BuiltEdition:
    findings, document = output.diagnostics, text.document
    if output.data and not has_errors(findings):
        findings += steps.compare(output, document, edition, text.file, request.document)
    is_standard = edition == standard_print(request.document.metadata)
    if request.options.cover_spread and is_standard and output.data:
        assert output.sheet, "the standard print edition has a sheet"
        made_with = request.stem, request.templates, request.folder
        spread = steps.cover(document, edition, output.sheet, output.facts.pages, *made_with)
        output = msgspec.structs.replace(output, extra={**output.extra, **spread.extra})
        findings += spread.diagnostics
    findings = place_in_source(findings, document.source)
    return BuiltEdition(edition, findings, document, output, seconds, (), text.file, text.section)


def mark_for(request: Request, edition: Edition, page_map: PageMap | None = None) -> Document:
    """The document for an edition, resolved and marked."""
    return steps.mark(resolve_for(request, edition).document, edition, page_map)
