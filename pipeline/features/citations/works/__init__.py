"""The works that can be cited: in BibTeX, CSL-JSON and CSL-YAML in the source's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipeline.features.citations.csl.csl_data import Reference
from pipeline.features.citations.works import bibtex, from_bibtex, from_csl
from pipeline.features.citations.works.bibtex import BibtexEntry
from pipeline.features.citations.works.from_csl import BadEntryError
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late

LARGEST = 32 * 1024 * 1024

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
        if len(data) > LARGEST:
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
                    self._add(from_csl.to_reference(_clean(data_of_work), span))
                except BadEntryError as bad:
                    self._wrong(str(bad), span)
        except _BadFileError as bad:
            self._wrong(str(bad), Span(bad.line, bad.column, file=name), bad.hint)

    def _read_bibtex(self, name: str, text: str) -> None:
        parser = bibtex.Parser(text)
        for place, message, hint in parser.mistakes:
            self._wrong(message, Span(place.line, place.column, file=name), hint)
        self.broken |= parser.broken
        for entry in _inherited(parser.entries):
            self._add(from_bibtex.to_reference(entry, name, self._word))

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


def _inherited(entries: Sequence[BibtexEntry]) -> Iterator[BibtexEntry]:
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
