"""The list of a class: a row for each pupil, with name, level, version, and variables, as schools
export it."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.metadata import Metadata
from pipeline.model.names import MISSPELT, did_you_mean, nearest
from pipeline.model.words import called, understood
from pipeline.model.writing_systems import scripts
from pipeline.parser.constructs.data import Cell, read_delimited
from pipeline.parser.lines import numbered
from pipeline.parser.source import read_any

MOST = 500
"""Pupils on a list."""

BEFORE_HEAD = 10
"""Lines of a list in which its columns may be named: programs write titles above them."""

NAME, SURNAME, FIRST_NAME, LEVEL, VERSION = (
    "name", "surname", "first name", "level", "version"
)  # fmt: skip
MEANINGS = {
    NAME: "pupil_column",
    SURNAME: "surname_column",
    FIRST_NAME: "first_name_column",
    LEVEL: "level_column",
    VERSION: "version_column",
}
"""The columns that are known, and the words for them in all languages."""

WITHOUT_SPACE = frozenset({"Hani", "Hang", "Hira", "Kana"})
"""The scripts in which the family's name is first, and no space after it."""

OLD_ENCODINGS = {
    "ar": "cp1256", "cs": "cp1250", "el": "cp1253", "he": "cp1255", "hu": "cp1250", "ja": "cp932",
    "ko": "cp949", "pl": "cp1250", "ru": "cp1251", "th": "cp874", "tr": "cp1254", "uk": "cp1251",
    "zh": "gb18030",
}  # fmt: skip
"""The encodings of lists from Windows, in languages in which it is not Windows-1252."""


class Pupil(NamedTuple):
    """A pupil, with the columns of the list by their names."""

    name: str
    level: str
    version: str
    columns: dict[str, str]


class ClassList(NamedTuple):
    pupils: tuple[Pupil, ...]
    findings: tuple[Diagnostic, ...]


def read_file(path: Path, file: str, lang: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of a list in the encoding of Unicode or of the language, and findings. Raises
    `OSError`."""
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), ()
    encoding = OLD_ENCODINGS.get(lang.split("-")[0])
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        if not encoding:
            return read_any(path)
        message = f"The list is not written in UTF-8. It is read as {encoding.upper()}."
        span = Span(data.count(b"\n", 0, error.start) + 1)
        finding = diagnostic(Code.OLD_ENCODING, message, span=span, source=file)
        return data.decode(encoding, "replace"), (finding,)


def read_list(
    text: str, file: str, metadata: Metadata, variables: Collection[str] = ()
) -> ClassList:
    """The pupils in a CSV ``text``, in its order. Who has no level gets the first, and who has no
    version the next one, so that neighbours on the list have different ones. Other columns are
    those of ``variables`` of the text."""
    first, delimiter = _head_of(text)
    lines = numbered(text.replace("\r\n", "\n").replace("\r", "\n"))[first:]
    rows, mistakes = read_delimited(lines, delimiter)
    rows = tuple(row for row in rows if any(cell.text for cell in row))
    findings = [
        diagnostic(Code.BAD_DATA, each.message, span=each.span, source=file, hint=each.hint)
        for each in mistakes
    ]

    def tell(message: str, span: Span | None, hint: str = "") -> None:
        findings.append(diagnostic(Code.BAD_CLASS_LIST, message, span=span, source=file, hint=hint))

    places = _columns(rows[0]) if rows else {}
    if not places.keys() & {NAME, SURNAME, FIRST_NAME}:
        span = rows[0][0].span if rows else None
        hint = "Write the names of the columns in the first row: name, level, version."
        tell("The list has no column `name`.", span, hint)
        return ClassList((), tuple(findings))
    findings += _unused(rows[0], places, variables, file)
    head = [cell.text for cell in rows[0]]
    known = {
        LEVEL: [level for level, _ in metadata.levels],
        VERSION: [version for version, _ in metadata.versions],
    }
    pupils = []
    for number, row in enumerate(rows[1:]):
        cells = {key: row[at] for key, at in places.items() if at < len(row)}
        name = _name_in(cells)
        if not name:
            tell("A pupil has no name.", row[0].span)
        if len(row) > len(head) and any(cell.text for cell in row[len(head) :]):
            hint = "Put quotation marks around a text with a comma or a semicolon."
            tell("The row has more cells than there are columns.", row[len(head)].span, hint)
        chosen = {key: _chosen(cells.get(key), names) for key, names in known.items()}
        for key, value in chosen.items():
            if value is None:
                cell, names = cells[key], known[key]
                hint = did_you_mean(cell.text, names) or f"There are {', '.join(names) or 'none'}."
                tell(f"The worksheet has no {key} `{cell.text}`.", cell.span, hint)
        versions = known[VERSION] or [""]
        version = chosen[VERSION] or versions[number % len(versions)]
        level = chosen[LEVEL] or next(iter(known[LEVEL]), "")
        texts = {key: cell.text for key, cell in zip(head, row, strict=False)}
        own = {key: text for key, text in texts.items() if key in variables}
        own |= {key.lower(): text for key, text in texts.items() if key.lower() in variables}
        pupils.append(Pupil(name, level, version, own))
    if not pupils:
        tell("There are no pupils on the list.", rows[0][0].span)
    if len(pupils) > MOST:
        tell(f"There are more than {MOST} pupils on the list.", rows[MOST + 1][0].span)
    return ClassList(tuple(pupils), tuple(findings))


def _head_of(text: str) -> tuple[int, str]:
    """The number of lines above the one that names the columns, and the delimiter of cells."""
    for number, line in enumerate(text.splitlines()[:BEFORE_HEAD]):
        for delimiter in [mark for mark in "\t;," if mark in line] or ["\t"]:
            rows = read_delimited(numbered(line), delimiter).rows
            if rows and {NAME, SURNAME, FIRST_NAME} & _columns(rows[0]).keys():
                # Names in a single column may have commas.
                return number, delimiter if len(rows[0]) > 1 else "\t"
    return 0, ""


def _columns(head: Sequence[Cell]) -> dict[str, int]:
    """The places of the columns that are known, by what they are."""
    places: dict[str, int] = {}
    for at, cell in enumerate(head):
        meanings = (key for key, words in MEANINGS.items() if called(cell.text, words))
        if meaning := next((key for key in meanings if key not in places), ""):
            places[meaning] = at
    return places


def _name_in(cells: Mapping[str, Cell]) -> str:
    """The whole name of a pupil. A column `Name` beside one of first names has surnames, and beside
    one of surnames first names."""
    whole, last, first = (
        " ".join(cells[key].text.split()) if key in cells else ""
        for key in (NAME, SURNAME, FIRST_NAME)
    )
    if NAME in cells and FIRST_NAME in cells and SURNAME not in cells:
        last, whole = whole, ""
    elif NAME in cells and SURNAME in cells and FIRST_NAME not in cells:
        first, whole = whole, ""
    if whole:
        return whole
    if last and first and scripts(last + first) <= WITHOUT_SPACE:
        return last + first
    return " ".join(filter(None, (first, last)))


def _unused(
    head: Sequence[Cell], places: Mapping[str, int], variables: Collection[str], file: str
) -> Iterator[Diagnostic]:
    """Findings about columns that are nothing known, and no variable: one for each that is almost
    one, and one for all others."""
    candidates = [*variables, *(word for words in MEANINGS.values() for word in understood(words))]
    others = []
    for at, cell in enumerate(head):
        is_known = {cell.text, cell.text.lower()} & {*variables}
        if at in places.values() or is_known or not cell.text:
            continue
        if meant := nearest(cell.text.lower(), candidates, MISSPELT):
            message = f"The column `{cell.text}` is not used."
            hint = f"Did you mean `{meant}`?"
            yield diagnostic(Code.UNUSED_COLUMN, message, span=cell.span, source=file, hint=hint)
        else:
            others.append(cell)
    if others:
        names = ", ".join(f"`{cell.text}`" for cell in others)
        message = f"The text has no variable for {names}, which changes nothing."
        hint = "Name a variable of the front matter, or leave the column."
        yield diagnostic(Code.UNUSED_COLUMN, message, span=others[0].span, source=file, hint=hint)


def _chosen(cell: Cell | None, names: list[str]) -> str | None:
    """The one of some names that a cell has: "" if it is empty, and None for another one."""
    if cell is None or not cell.text:
        return ""
    written = {name.lower(): name for name in names}
    return written.get(cell.text.lower())


def shown_codes(pupils: tuple[Pupil, ...]) -> Iterator[str]:
    """The code of each pupil, which says nothing about them but their place on the list."""
    digits = len(str(len(pupils)))
    for number in range(1, len(pupils) + 1):
        yield f"{number:0{digits}}"
