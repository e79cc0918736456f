"""The pages about a whole library: its catalogue for readers, and the report for its authors.

Both are ordinary documents, and become web pages like others, with the same look, search and
accessibility.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.library.document_task import Built
from pipeline.commands.messages import human_size
from pipeline.driver import rendered, resolved_for
from pipeline.flow.steps import mark, package
from pipeline.flow.values import Options, request_for
from pipeline.keep import keeping
from pipeline.model import Attributes, Document
from pipeline.model.catalog import Record
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.names import slug
from pipeline.model.rewriting import rewrite_document
from pipeline.model.words import words, written_date
from pipeline.model.words.writing_conventions import autonym
from pipeline.resolve.collation import Collation
from pipeline.system.pango import pango_version
from pipeline.system.paths import shown_name
from pipeline.system.store import Store

ON_A_PAGE = 60
"""Maximum titles on a page of the catalogue; if there are more, each letter has a page."""

WIDTH = "25%"
"""The part of the text's width that covers take up."""

LONGEST = 640
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
        link = model.Link(children=_in(about.lang, about.title, metadata.lang), href=f"#{name}")
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
    heading = _in(about.lang, about.title, library.lang)
    yield model.Heading(level=2, children=heading, attributes=Attributes(id=name))
    if record.cover:
        source = quote(f"{built.name}/{record.cover.file}")
        shown = Attributes(classes=("decorative",), pairs=(("width", WIDTH),))
        yield model.Figure(image=model.Image(source=source, alt="", attributes=shown))
    if about.subtitle:
        yield model.Paragraph(children=_in(about.lang, about.subtitle, library.lang))
    people = ", ".join(author.name for author in about.authors)
    date = written_date(about.date, vocabulary) if about.date else ""
    facts = (people, date, autonym(about.lang))
    yield _paragraph(" · ".join(filter(None, facts)))
    for part in filter(None, about.description.split("\n\n")):
        yield model.Paragraph(children=_in(about.lang, part, library.lang))
    links: list[model.Inline] = []
    for file in built.files:
        if is_for_readers(file.edition):
            links += [model.Text(text=" · ")] if links else []
            label = vocabulary.get(f"edition_{file.edition}", EDITIONS[file.edition].label)
            text = model.Text(text=f"{label[:1].upper()}{label[1:]} {file.variation}".rstrip())
            links.append(model.Link(children=(text,), href=BESIDE + quote(file.file)))
            links.append(model.Text(text=f" ({file.format.upper()}, {human_size(file.size)})"))
    yield model.Paragraph(children=tuple(links))


def _in(lang: str, text: str, around: str) -> tuple[model.Inline, ...]:
    """A text in a language, inside one that may be in another."""
    inlines = (model.Text(text=text),)
    if lang == around:
        return inlines
    attributes = Attributes(pairs=(("lang", lang),))
    return (model.InlineElement(name="span", children=inlines, attributes=attributes),)


def is_for_readers(edition: str) -> bool:
    """Return whether an edition has neither answers nor the source, which may contain some."""
    row = EDITIONS.get(edition)
    return row is not None and not row.has_answers and not row.is_archival


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
        resolved = resolved_for(request, chosen).document
        resolved = rewrite_document(resolved, leave={model.Link: _neighbour_link})
        covers = tuple(replace(asset, longest=LONGEST) for asset in resolved.assets)
        marked = mark(replace(resolved, assets=covers), chosen, None)
        web = rendered(request, chosen, marked)
        site = package(web, chosen, out, False, shown_name(str(source)), pango_version(), ())
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
