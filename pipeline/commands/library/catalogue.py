"""The pages about a whole library, and the files over it: catalogue, feed, records, report."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.library.document_task import Built
from pipeline.commands.terminal import human_size, safe_json
from pipeline.driver import render_edition, resolve_for
from pipeline.features import here
from pipeline.flow.steps import mark, package
from pipeline.flow.values import Options, request_for
from pipeline.keep import keeping
from pipeline.model import Attributes, Document
from pipeline.model.catalog import Record
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.names import slug
from pipeline.model.tree import rewrite_document
from pipeline.model.words import words, written_date
from pipeline.model.words.writing_conventions import autonym
from pipeline.parser.frontmatter import library_above, library_metadata
from pipeline.resolve.collation import Collation
from pipeline.system import outputs
from pipeline.system.outputs import LIST, checksum
from pipeline.system.store import Store, key

# --- catalogue -------------------------------------------------------------------------------
# The pages about a whole library: its catalogue for readers, and the report for its authors.
#
# Both are ordinary documents, and become web pages like others, with the same look, search and
# accessibility.

ON_A_PAGE = 60
"""Maximum titles on a page of the catalogue; if there are more, each letter has a page."""

WIDTH = "25%"
"""The part of the text's width that covers take up."""

LONGEST_COVER_SIDE = 640
"""Pixels of the long side of a cover that is as wide: two in each of a screen's."""

BESIDE = "https://files.invalid/"
"""The beginning of an address that leads to a file among the outputs, while the document is
resolved, which has links to the web alone."""


def catalogue(built: Sequence[Built], metadata: Metadata) -> Document:
    """The catalogue of a library that has these metadata."""
    vocabulary = words(metadata.lang)
    collation = Collation(metadata.lang)
    rows = [(document.record, document) for document in built if document.record]
    rows.sort(key=lambda row: (collation.key(_sort_title(row[0].metadata)), row[1].name))
    blocks: list[model.Block] = []
    by_subject: dict[str, list[model.ListItem]] = {}
    by_language: dict[str, list[model.ListItem]] = {}
    letter = ""
    for record, document in rows:
        about = record.metadata
        heading = (
            collation.letter(_sort_title(about))
            if len(rows) > ON_A_PAGE
            else vocabulary["catalogue_titles"]
        )
        if heading != letter:
            letter = heading
            blocks.append(_heading(1, letter))
        name = f"document-{slug(document.name.replace('/', '--'))}"
        blocks += _entry(record, document, metadata, name)
        link = model.Link(
            children=_inlines_in(about.lang, about.title, metadata.lang), href=f"#{name}"
        )
        item = model.ListItem(children=(model.Plain(children=(link,)),))
        subjects = dict.fromkeys((*(s.name or s.code for s in about.subjects), *about.keywords))
        for subject in subjects:
            by_subject.setdefault(subject, []).append(item)
        for language in dict.fromkeys((about.lang, *about.languages)):
            by_language.setdefault(autonym(language), []).append(item)
    for word, groups in (("subjects", by_subject), ("languages", by_language)):
        if len(groups) > (word == "languages"):
            blocks.append(_heading(1, vocabulary[f"catalogue_{word}"]))
            for group in sorted(groups, key=collation.key):
                blocks.append(_heading(2, group))
                blocks.append(model.List(ordered=False, items=tuple(groups[group])))
    return Document(metadata=metadata, blocks=tuple(blocks))


def _sort_title(metadata: Metadata) -> str:
    return metadata.sort_title or metadata.title


def _entry(record: Record, built: Built, library: Metadata, name: str) -> Iterator[model.Block]:
    """The entry of a document: its cover, its authors, its subjects, and its files."""
    about, vocabulary = record.metadata, words(library.lang)
    heading = _inlines_in(about.lang, about.title, library.lang)
    yield model.Heading(level=2, children=heading, attributes=Attributes(id=name))
    if record.cover:
        source = quote(f"{built.name}/{record.cover.file}")
        shown = Attributes(classes=("decorative",), pairs=(("width", WIDTH),))
        yield model.Figure(image=model.Image(source=source, alt="", attributes=shown))
    if about.subtitle:
        yield model.Paragraph(children=_inlines_in(about.lang, about.subtitle, library.lang))
    people = ", ".join(author.name for author in about.authors)
    date = written_date(about.date, vocabulary) if about.date else ""
    facts = (people, date, autonym(about.lang))
    yield _paragraph(" · ".join(filter(None, facts)))
    for part in filter(None, about.description.split("\n\n")):
        yield model.Paragraph(children=_inlines_in(about.lang, part, library.lang))
    links: list[model.Inline] = []
    for file in built.files:
        if is_for_readers(file.edition):
            links += [model.Text(text=" · ")] if links else []
            label = EDITIONS[file.edition].in_words(vocabulary)
            text = model.Text(text=f"{label[:1].upper()}{label[1:]} {file.variation}".rstrip())
            links.append(model.Link(children=(text,), href=BESIDE + quote(file.file)))
            links.append(model.Text(text=f" ({file.format.upper()}, {human_size(file.size)})"))
    yield model.Paragraph(children=tuple(links))


def _inlines_in(lang: str, text: str, around: str) -> tuple[model.Inline, ...]:
    """A text in a language, inside one that may be in another."""
    inlines = (model.Text(text=text),)
    if lang == around:
        return inlines
    attributes = Attributes(pairs=(("lang", lang),))
    return (model.InlineElement(name="span", children=inlines, attributes=attributes),)


def is_for_readers(edition: str) -> bool:
    """Return whether there is such an edition, and everybody may have it."""
    return edition in EDITIONS and EDITIONS[edition].is_for_readers


COLUMNS = {
    "name": "Document", "title": "Title", "language": "Language", "pages": "Pages",
    "sheets": "Sheets", "level": "Reading level", "errors": "Errors", "warnings": "Warnings",
}  # fmt: skip
"""The columns of the report, by the keys of `facts`."""


def report(built: Sequence[Built], metadata: Metadata) -> Document:
    """The report on all documents: the findings by kind, and a row for each document."""
    kinds = Counter(
        (finding.severity.value, finding.code)
        for document in built
        for finding in {finding.code: finding for finding in document.findings}.values()
    )
    counts = [(code, kind, str(count)) for (kind, code), count in kinds.most_common()]
    rows = [tuple(row[key] for key in COLUMNS) for row in map(facts, built)]
    blocks: list[model.Block] = [_heading(1, "Findings")]
    head = ("Code", "Kind", "Documents")
    blocks.append(_table(head, counts) if counts else _paragraph("None."))
    blocks += [_heading(1, "Documents"), _table(tuple(COLUMNS.values()), rows)]
    return Document(metadata=metadata, blocks=tuple(blocks))


def facts(built: Built) -> dict[str, Any]:
    """The row of a document in the report; without the time it took, which is never the same."""
    about = built.record.metadata if built.record else Metadata(title="", lang="")
    errors = sum(finding.is_error for finding in built.findings)
    return {
        "name": built.name,
        "title": about.title,
        "language": about.lang,
        "state": "failed" if built.failed else "built",
        "pages": built.pages,
        "sheets": next((file.sheets for file in built.files if file.sheets), 0),
        "level": built.level,
        "errors": errors,
        "warnings": len(built.findings) - errors,
        "files": sum(bool(file.edition) for file in built.files),
        "bytes": sum(file.size for file in built.files),
    }


def pages(document: Document, edition: str, out: Path, name: str, store: Store) -> dict[str, bytes]:
    """The web pages that a document becomes, below the folder ``name`` of the outputs."""
    chosen, source = replace(EDITIONS[edition], folder="."), out / f"{name}.md"
    request = request_for(source, document, Options())
    with keeping(store):
        resolved = resolve_for(request, chosen).document
        resolved = rewrite_document(resolved, leave={model.Link: _neighbour_link})
        covers = tuple(replace(asset, longest=LONGEST_COVER_SIDE) for asset in resolved.assets)
        marked = mark(replace(resolved, assets=covers), chosen, None)
        web = render_edition(request, chosen, marked)
        site = package(web, chosen, out, False, ())
    first = "index.html" if chosen.chapters else f"{name}.html"
    return {first: site.data, **site.extra}


def _neighbour_link(link: model.Link) -> model.Link:
    if not link.href.startswith(BESIDE):
        return link
    return replace(link, href=f"../{link.href.removeprefix(BESIDE)}")


def _heading(level: int, text: str) -> model.Heading:
    return model.Heading(level=level, children=(model.Text(text=text),))


def _paragraph(text: str) -> model.Paragraph:
    return model.Paragraph(children=(model.Text(text=text),))


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> model.Table:
    def cells(texts: Sequence[Any], scope: Any) -> model.TableRow:
        return model.TableRow(
            cells=tuple(
                model.TableCell(
                    children=(model.Plain(children=(model.Text(text=str(text)),)),),
                    scope=scope,
                    align="right" if isinstance(text, int) else "",
                )
                for text in texts
            )
        )

    return model.Table(head=(cells(head, "col"),), body=tuple(cells(row, "") for row in rows))


# --- collection ------------------------------------------------------------------------------
# The files over a whole library: catalogue, feed, records for shops, report, checksums.

CATALOGUE, REPORT = "catalogue", "report"  # as `sources.RESERVED` says


class _Last(msgspec.Struct):
    """The files written last, with their SHA-256, and the digest of their content."""

    digest: str
    files: dict[str, str]


class LibraryFiles(NamedTuple):
    """The files over a library, those to be deleted with the SHA-256 that they had, and a function
    that records what was written."""

    files: dict[str, bytes]
    gone: dict[str, str]
    keep: Callable[[], None]


def write(built: Sequence[Built], folder: Path, out: Path, store: Store, code: str) -> None:
    """Write what has changed. Raises `OSError` if that is not possible."""
    over = assemble(built, folder, out, store, code, lambda file: (out / file).is_file())
    if over:
        removed = (out / name for name, sum_ in over.gone.items() if checksum(out / name) == sum_)
        outputs.write_all(out, {out / name: data for name, data in over.files.items()}, removed)
        over.keep()


def assemble(
    built: Sequence[Built],
    folder: Path,
    out: Path,
    store: Store,
    code: str,
    is_there: Callable[[str], bool],
    get_ready: Callable[[], object] = lambda: None,
    title: str = "",
) -> LibraryFiles | None:
    """The files over these documents of a folder, or None if nothing has changed. ``code`` is the
    version of the program; ``get_ready`` is called before covers are read."""
    metadata = metadata_of(built, folder, out, title)
    lasting = [msgspec.structs.replace(document, seconds=0.0, read=()) for document in built]
    content = key(code, msgspec.json.encode((metadata, lasting)))
    name = f"{key('the files over a library')}.last"
    last = _Last("", {})
    with contextlib.suppress(msgspec.MsgspecError):
        last = msgspec.json.decode(store.get(name) or b"", type=_Last)
    if last.digest == content and all(map(is_there, last.files)):
        return None
    get_ready()
    files = _files(built, metadata, out, store)
    sums = {file.file: file.sha256 for row in built for file in row.files}
    ours = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    lines = (f"{digest}  {path}\n" for path, digest in sorted({**sums, **ours}.items()))
    files[LIST] = "".join(lines).encode()
    record = msgspec.json.encode(_Last(content, ours))
    gone = {path: sha256 for path, sha256 in last.files.items() if path not in files}
    return LibraryFiles(files, gone, lambda: store.put(name, record))


def covers(built: Sequence[Built]) -> Iterator[str]:
    """The files of the documents' covers."""
    for document in built:
        if document.record and document.record.cover:
            yield f"{document.name}/{document.record.cover.file}"


def metadata_of(built: Sequence[Built], folder: Path, out: Path, title: str = "") -> Metadata:
    """The metadata of the library: from ``library.yaml``, or else from its documents."""
    languages = Counter(document.record.metadata.lang for document in built if document.record)
    lang = languages.most_common(1)[0][0] if languages else "en"
    library = library_above(folder)
    metadata = Metadata(lang=lang)
    if library:
        # paths in it begin in its folder, which the outputs need not be in
        path = os.path.relpath((folder / library.folder).resolve(), out.resolve())
        metadata = library_metadata(library, Path(path).as_posix())
    title = metadata.title or title or folder.resolve().name
    url = f"{metadata.url}{CATALOGUE}/" if metadata.url else ""
    return msgspec.structs.replace(
        metadata,
        title=title,
        url=url,
        identifier=None,
        bibliography=(),
        editions=("site",),
        page_list=False,
        web="chapters",
    )


def _files(built: Sequence[Built], metadata: Metadata, out: Path, store: Store) -> dict[str, bytes]:
    document = catalogue(built, metadata)
    site = pages(document, "site", out, CATALOGUE, store)
    files = {f"{CATALOGUE}/{path}": data for path, data in site.items()}
    records = [result.record for result in built if result.record]
    if records and here("catalog"):
        from pipeline.features.catalog.onix import onix_message
        from pipeline.features.catalog.opds import opds_feed

        feed = f"{CATALOGUE}/opds.json"
        offered = filter(None, map(_feed_record, built))
        files[feed] = opds_feed(offered, metadata.title, f"{metadata.url}opds.json")
        files[f"{CATALOGUE}/onix.xml"] = onix_message(
            *records, sender=metadata.publisher or metadata.title
        )
    about_report = msgspec.structs.replace(
        metadata,
        title=f"Report: {metadata.title}",
        lang="en",
        url="",
        web="page",
        editions=("web",),
    )
    page = pages(report(built, about_report), "web", out, REPORT, store)
    files |= {f"{REPORT}/{path}": data for path, data in page.items()}
    rows = [facts(result) for result in built]
    findings: dict[str, tuple[Diagnostic, ...]] = {result.name: result.findings for result in built}
    with_findings = [row | {"findings": findings[row["name"]]} for row in rows]
    files[f"{REPORT}/report.json"] = f"{safe_json(with_findings)}\n".encode()
    files[f"{REPORT}/report.csv"] = _csv(rows)
    return files


def _feed_record(built: Built) -> Record | None:
    """The record of a document for the feed: the files for all readers, by addresses that lead
    there from the feed."""
    record = built.record
    if record is None:
        return None
    metadata = record.metadata
    if not metadata.url:
        metadata = msgspec.structs.replace(metadata, url=f"../{quote(built.name)}/")
    for_readers = {file.file for file in built.files if is_for_readers(file.edition)}
    products = (p for p in record.products if is_for_readers(p.edition.name))
    web_page = record.web_page if f"{built.name}/{record.web_page}" in for_readers else ""
    return record._replace(metadata=metadata, products=tuple(products), web_page=web_page)


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    """The rows as a table for spreadsheets, which know UTF-8 by its mark."""
    table = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table.getvalue().encode("utf-8-sig")
