"""Books in several files: those of mdBook and GitBook by their summary, and folders by the names of
their files. A single source includes the chapters in order."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml
from msgspec.structs import replace

from pipeline.commands.importing.draft import Changes, Draft, InputFolder, page_of, tell_loss
from pipeline.commands.importing.draft_writing import Imported, Row, report_failure, write_draft
from pipeline.commands.importing.inputs import FORMATS, read
from pipeline.commands.importing.markdown import id_of_title
from pipeline.commands.importing.metadata import language_of
from pipeline.model import Heading, Node, Note, NoteReference, Text
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Severity, Span
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata, Placed
from pipeline.model.names import slug
from pipeline.model.tree import rewrite
from pipeline.model.words import fold_word
from pipeline.parser.attributes import make_attributes
from pipeline.parser.files import normalise
from pipeline.parser.frontmatter import front_matter
from pipeline.system.paths import shown_name

SUMMARY = "SUMMARY.md"
DEEPEST = 6
"""Maximum nesting levels in settings."""

_ENTRY = late(r"([ \t]{0,40})(?:[-*+]|\d{1,3}[.)])?[ \t]{0,4}\[(.{1,300}?)\]\((?:<(.*?)>|(.*?))\)")
_PART = late(r"#{1,3}[ \t]+(.{1,300})")
_FIRST = ("index", "readme", "preface", "foreword", "introduction", "intro")
"""Names of files that come first in a folder."""


_FRONT = ("index", "readme", "cover", "title", "titlepage", "title-page")
"""Names of files that are the front page of a book."""


class _Chapter(NamedTuple):
    """A file of a book, its level below a chapter, and its title in the summary; a part has no
    file."""

    path: Path | None
    depth: int = 0
    title: str = ""
    is_outside: bool = False
    """True if it does not belong to the part before it."""
    is_part: bool = False
    """True if it is the page that a part begins with."""


class _Book(NamedTuple):
    """The main source, and the chapters by their paths from its folder."""

    main: Imported
    chapters: dict[str, Imported]


def is_summary(path: Path) -> bool:
    """Return whether a file is the summary of a book."""
    return path.name == SUMMARY


def import_book(path: Path, changes: Changes = "accept") -> _Book:
    """The book that a folder, or its summary, becomes."""
    folder, summary = _summary(path)
    name = shown_name(str(summary or path))
    if summary and summary.suffix == ".md":
        chapters, findings = _read_summary(summary, name)
    elif summary:
        chapters, findings = _chapters_in_settings(summary, folder, name)
    else:
        chapters, findings = [*_files_in_order(folder)], []
    files = [chapter.path for chapter in chapters if chapter.path]
    if not files:
        message = "There are no chapters in it."
        return _Book(report_failure(diagnostic(Code.UNREADABLE_FILE, message, source=name)), {})
    root = path if path.is_dir() else path.parent
    metadata = _metadata(folder, root)
    inside = InputFolder.read(folder, files)._replace(values=_values(root))
    imported: dict[str, Imported] = {}
    lines: list[str] = []
    labels: Counter[str] = Counter()
    in_part = False
    wrong: list[Diagnostic] = []
    for chapter in chapters:
        if chapter.path is None:
            in_part = True
            lines.append(f"## {chapter.title} {{.part}}")
            continue
        in_part = in_part and not chapter.is_outside and not chapter.is_part
        path_inside = chapter.path.relative_to(folder).with_suffix(".md").as_posix()
        part = _chapter(chapter, changes, inside, labels)
        if part.failed:
            wrong += part.findings
            continue
        imported[path_inside] = part
        shift = min(5, chapter.depth + in_part)
        shown = f'"{path_inside}"' if " " in path_inside else path_inside
        lines.append(f"{{{{ include {shown}{f' shift={shift}' if shift else ''} }}}}")
        in_part = in_part or chapter.is_part
    if not imported:
        return _Book(report_failure(*wrong), {})
    findings += (
        replace(d, severity=Severity.WARNING, message=f"The chapter is left out: {d.message}")
        for d in wrong
    )
    speakers = {s.name: s for part in imported.values() for s in part.metadata.speakers}
    works = (
        Placed(posixpath.join(posixpath.dirname(path_inside), work.text))
        for path_inside, part in imported.items()
        for work in part.metadata.bibliography
    )
    lang = next(
        (part.metadata.lang for part in imported.values() if part.metadata.lang != "en"), "en"
    )
    metadata = replace(
        metadata,
        title=metadata.title
        or _front_title(imported)
        or re.sub("[-_]+", " ", root.resolve().name).capitalize(),
        speakers=tuple(speakers.values()),
        bibliography=tuple(works),
        lang=metadata.lang if metadata.lang != "en" else lang,
    )
    text = front_matter(metadata) + "\n" + "\n\n".join(lines) + "\n"
    rows: dict[str, Row] = {}
    for row in (row for part in imported.values() for row in part.ledger):
        before = rows.get(row.name, Row(row.name, 0, 0))
        rows[row.name] = Row(
            row.name, before.in_input + row.in_input, before.in_source + row.in_source
        )
    all_findings = [
        *findings,
        *(finding for part in imported.values() for finding in part.findings),
    ]
    return _Book(Imported(text, metadata, {}, tuple(rows.values()), tuple(all_findings)), imported)


def _front_title(chapters: dict[str, Imported]) -> str:
    """The title of the page that a book begins with, if it has one for that."""
    path, front = next(iter(chapters.items()))
    stem = posixpath.splitext(posixpath.basename(path))[0].casefold()
    title = front.metadata.title
    is_named = fold_word(title) not in map(fold_word, (*_FIRST, "home", stem))
    return title if stem in _FRONT and is_named else ""


def _summary(path: Path) -> tuple[Path, Path | None]:
    """The folder that the paths of a book start from, and its summary, if it has one."""
    if not path.is_dir():
        return path.parent, path
    gitbook = _settings_of_gitbook(path)
    structure = gitbook.get("structure")
    named = structure.get("summary") if isinstance(structure, dict) else None
    for folder, name in (
        (path / str(gitbook.get("root") or "."), str(named or SUMMARY)),
        (path, SUMMARY),
        (path / "src", SUMMARY),
    ):
        summary = folder / name
        if summary.is_file() and summary.resolve().is_relative_to(path.resolve()):
            return summary.parent, summary
    for settings in (path / "_quarto.yml", path / "mkdocs.yml"):
        if settings.is_file():
            values = _settings(settings)
            if settings.name == "mkdocs.yml" and values.get("nav"):
                return path / str(values.get("docs_dir") or "docs"), settings
            book = values.get("book")
            if isinstance(book, dict) and book.get("chapters"):
                return path, settings
    return path, None


def _settings_of_gitbook(folder: Path) -> dict[str, Any]:
    """The settings of GitBook; JSON is YAML too."""
    names = (".gitbook.yaml", "book.json")
    return next((values for name in names if (values := _settings(folder / name))), {})


def _values(folder: Path) -> dict[str, str]:
    """The values that GitBook's settings give to names: ``{{ book.name }}``."""
    settings = _settings_of_gitbook(folder)
    own = settings.get("variables")
    named = {**settings, **(own if isinstance(own, dict) else {})}
    return {str(key): value for key, value in named.items() if isinstance(value, str)}


def _settings(file: Path) -> dict[str, Any]:
    """The settings of a tool; none if they are not plain YAML."""
    try:
        values = yaml.safe_load(file.read_text("utf-8-sig", "replace"))
    except (OSError, yaml.YAMLError):
        return {}
    return values if isinstance(values, dict) else {}


def _chapters_in_settings(
    settings: Path, folder: Path, name: str
) -> tuple[list[_Chapter], list[Diagnostic]]:
    """The chapters that the settings of Quarto or MkDocs list, each file once."""
    values = _settings(settings)
    book = values.get("book")
    listed = values.get("nav")
    if isinstance(book, dict):
        more = book.get("appendices")
        listed = [*book["chapters"], *(more if isinstance(more, list) else [])]
    chapters: list[_Chapter] = []
    findings: list[Diagnostic] = []
    seen: set[Path] = set()

    def take(target: str, title: str, level: int, *, is_part: bool = False) -> None:
        file = _file(folder, target)
        if file is None or not FORMATS.get(file.suffix.lower()):
            message = f"The chapter “{(title or target)[:60]}” has no file, and is left out."
            findings.append(tell_loss(message, name))
        elif file.resolve() not in seen:
            seen.add(file.resolve())
            is_outside = not level and not is_part
            chapters.append(_Chapter(file, max(0, level - 1), title, is_outside, is_part))

    def read_all(entries: Any, level: int) -> None:
        for entry in entries if isinstance(entries, list) and level < DEEPEST else ():
            if isinstance(entry, str):
                take(entry, "", level)
            elif isinstance(entry, dict) and "part" in entry:
                if _file(folder, title := str(entry["part"])):
                    take(title, "", 0, is_part=True)
                else:
                    chapters.append(_Chapter(None, title=title))
                read_all(entry.get("chapters"), 1)
            elif isinstance(entry, dict) and "file" in entry:
                take(str(entry["file"]), str(entry.get("text") or ""), level)
            elif isinstance(entry, dict):
                for title, inner in entry.items():
                    if isinstance(inner, str):
                        take(inner, str(title), level)
                    elif level:  # a part within a part, which is none
                        read_all(inner, level)
                    else:
                        chapters.append(_Chapter(None, title=str(title)))
                        read_all(inner, 1)

    read_all(listed, 0)
    return chapters, findings


def _read_summary(summary: Path, name: str) -> tuple[list[_Chapter], list[Diagnostic]]:
    """The chapters that a summary lists, each file once."""
    chapters: list[_Chapter] = []
    findings: list[Diagnostic] = []
    indents: list[int] = []
    folder = summary.parent
    seen: set[Path] = set()
    lines = summary.read_text("utf-8-sig", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        part = _PART.match(line)
        if part and (
            chapters or part[1].strip().casefold() not in ("summary", "table of contents")
        ):
            chapters.append(_Chapter(None, title=part[1].strip()))
            continue
        entry = _ENTRY.match(line)
        if not entry:
            continue
        indent = len(entry[1].expandtabs(4))
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        target = unquote((entry[3] or entry[4] or "").partition("#")[0])
        file = _file(folder, target)
        if file and file.resolve() not in seen:
            seen.add(file.resolve())
            chapters.append(_Chapter(file, len(indents) - 1, entry[2].strip()))
        elif not file:
            message = f"The chapter “{entry[2][:60]}” has no file, and is left out."
            findings.append(tell_loss(message, name, span=Span(number, entry.start(2) + 1)))
    if chapters and chapters[0].path is None and not any(chapter.path for chapter in chapters):
        return [], findings
    return chapters, findings


def _file(folder: Path, target: str) -> Path | None:
    """The file of a book that an entry means: also as websites write it, from the root of the site,
    with another suffix or with none."""
    file = folder / target.strip("/")
    page = page_of(file)
    for path in (file, page.with_name(f"{page.name}.md"), page / "README.md", page / "index.md"):
        if target and path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def _files_in_order(folder: Path) -> Iterator[_Chapter]:
    """The files of a folder that can be read, as people sort them: numbers by their size."""

    def key(file: Path) -> tuple[Any, ...]:
        inside = file.relative_to(folder)
        names = [*inside.parent.parts, inside.stem]
        first = inside.stem.casefold() not in _FIRST
        parts = [re.split(r"(\d{1,9})", name.casefold()) for name in names]
        return (
            [[int(p) if p.isdigit() else p for p in part] for part in parts[:-1]],
            first,
            [int(p) if p.isdigit() else p for p in parts[-1]],
        )

    for file in sorted(folder.rglob("*"), key=key):
        inside = file.relative_to(folder)
        hidden = any(part.startswith((".", "_")) for part in inside.parts)
        if file.is_file() and not hidden and FORMATS.get(file.suffix.lower()):
            yield _Chapter(file)


def _metadata(folder: Path, root: Path) -> Metadata:
    """The metadata in the settings of mdBook, GitBook, Quarto or MkDocs."""
    quarto, mkdocs = _settings(root / "_quarto.yml"), _settings(root / "mkdocs.yml")
    if values := (quarto.get("book") or mkdocs.get("site_name")):
        book = values if isinstance(values, dict) else mkdocs
        names = book.get("author") or book.get("site_author") or []
        names = names if isinstance(names, list) else [names]
        names = [name.get("name", "") if isinstance(name, dict) else name for name in names]
        return Metadata(
            title=str(book.get("title") or book.get("site_name") or ""),
            subtitle=str(book.get("subtitle") or ""),
            authors=tuple(Contributor(name=str(name)) for name in names if name),
            description=str(book.get("description") or book.get("site_description") or ""),
            lang=language_of(str(quarto.get("lang") or "")),
        )
    if said := _settings_of_gitbook(root):
        author = said.get("author")
        return Metadata(
            title=str(said.get("title") or ""),
            authors=(Contributor(name=str(author)),) if isinstance(author, str) else (),
            description=str(said.get("description") or ""),
            lang=language_of(str(said.get("language") or "")),
        )
    for file in (root / "book.toml", folder / "book.toml", folder.parent / "book.toml"):
        if file.is_file():
            try:
                values = tomllib.loads(file.read_text("utf-8")).get("book", {})
            except (tomllib.TOMLDecodeError, UnicodeDecodeError):
                return Metadata()
            if not isinstance(values, dict):
                return Metadata()
            authors = values.get("authors", [])
            return Metadata(
                title=str(values.get("title", "")),
                authors=tuple(
                    Contributor(name=str(name).partition("<")[0].strip())
                    for name in (authors if isinstance(authors, list) else [])
                ),
                description=str(values.get("description", "")),
                lang=language_of(str(values.get("language", ""))),
            )
    return Metadata()


def _chapter(
    chapter: _Chapter, changes: Changes, folder: InputFolder, labels: Counter[str]
) -> Imported:
    """A chapter, which begins with its heading and has no front matter."""
    path = chapter.path or Path()
    name = shown_name(str(path))
    draft = read(path, name, changes, folder)
    imported = write_draft(_as_chapter(draft, chapter, path, labels), name, path.stem)
    if imported.failed:
        return imported
    marks = _marks(imported.text, name)
    body = imported.text.partition("---\n")[2].partition("\n---\n")[2].lstrip("\n")
    return imported._replace(text=body, findings=(*imported.findings, *marks))


def _marks(text: str, name: str) -> Iterator[Diagnostic]:
    """Findings on the syntax of mdBook's preprocessors, which is left as written."""
    for mark in dict.fromkeys(re.findall(r"\{\\?\{#[^}\n]{0,80}", text)):
        write_draft = mark.replace("\\", "")
        yield tell_loss(f"“{write_draft}}}}}” is mdBook syntax, and is left as written.", name)


def _as_chapter(draft: Draft, chapter: _Chapter, path: Path, labels: Counter[str]) -> Draft:
    """The draft under a heading, with its own headings lower, and labels of notes that no other
    chapter has."""
    title = draft.metadata.title
    if fold_word(title) in ("", fold_word(path.stem)):  # no title of its own
        title = chapter.title or title or path.stem
    new_labels = {note.label: note.label for note in draft.notes}
    for label in new_labels:
        if labels[label]:
            new_labels[label] = f"{slug(path.stem)}-{label}"
        labels[new_labels[label]] += 1
    changes = {
        Heading: lambda node: replace(node, level=min(6, node.level + 1)),
        NoteReference: lambda node: replace(node, label=new_labels.get(node.label, node.label)),
        Note: lambda node: replace(node, label=new_labels.get(node.label, node.label)),
    }
    is_markdown = FORMATS.get(path.suffix.lower()) == "markdown"
    name = id_of_title(normalise(path.read_text("utf-8", "replace"))) if is_markdown else ""
    attributes = make_attributes(
        name if name != slug(title) else "", ("part",) if chapter.is_part else ()
    )
    heading: tuple[Node, ...] = (
        Heading(level=2, children=(Text(text=title),), attributes=attributes),
    )
    counts = {**draft.counts, "headings": draft.counts.get("headings", 0) + 1}
    return replace(
        draft,
        metadata=replace(draft.metadata, title=title),
        blocks=(*heading, *rewrite(draft.blocks, leave=changes)),  # type: ignore[arg-type]
        notes=rewrite(draft.notes, leave=changes),  # type: ignore[arg-type]
        counts=counts,
    )
