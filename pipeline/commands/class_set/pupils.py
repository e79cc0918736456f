"""The list of a class: a row for each pupil, with name, level, version, and variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.metadata import Metadata
from pipeline.model.names import did_you_mean
from pipeline.parser.constructs.data import Cell, read_delimited
from pipeline.parser.lines import numbered

MOST = 500
"""Pupils on a list."""

NAME, LEVEL, VERSION = "name", "level", "version"


class Pupil(NamedTuple):
    """A pupil, with the columns of the list by their names."""

    name: str
    level: str
    version: str
    columns: dict[str, str]


class ClassList(NamedTuple):
    pupils: tuple[Pupil, ...]
    findings: tuple[Diagnostic, ...]


def read_list(text: str, file: str, metadata: Metadata) -> ClassList:
    """The pupils in a CSV ``text``, in its order. Who has no level gets the first, and who has no
    version the next one, so that neighbours on the list have different ones."""
    rows, mistakes = read_delimited(numbered(text))
    findings = [
        diagnostic(Code.BAD_DATA, each.message, span=each.span, source=file, hint=each.hint)
        for each in mistakes
    ]

    def tell(message: str, span: Span | None, hint: str = "") -> None:
        findings.append(diagnostic(Code.BAD_CLASS_LIST, message, span=span, source=file, hint=hint))

    head = [cell.text.lower() for cell in rows[0]] if rows else []
    if NAME not in head:
        span = rows[0][0].span if rows else None
        hint = "Write the names of the columns in the first row: name, level, version."
        tell("The list has no column `name`.", span, hint)
        return ClassList((), tuple(findings))
    known = {
        LEVEL: [level for level, _ in metadata.levels],
        VERSION: [version for version, _ in metadata.versions],
    }
    pupils = []
    for number, row in enumerate(rows[1:]):
        columns = dict(zip(head, row, strict=False))
        if not columns[NAME].text:
            tell("A pupil has no name.", row[0].span)
        chosen = {key: _chosen(columns.get(key), names) for key, names in known.items()}
        for key, value in chosen.items():
            if value is None:
                cell, names = columns[key], known[key]
                hint = did_you_mean(cell.text, names) or f"There are {', '.join(names) or 'none'}."
                tell(f"The worksheet has no {key} `{cell.text}`.", cell.span, hint)
        versions = known[VERSION] or [""]
        version = chosen[VERSION] or versions[number % len(versions)]
        level = chosen[LEVEL] or next(iter(known[LEVEL]), "")
        texts = {key: cell.text for key, cell in columns.items()}
        pupils.append(Pupil(columns[NAME].text, level, version, texts))
    if not pupils:
        tell("There are no pupils on the list.", rows[0][0].span)
    if len(pupils) > MOST:
        tell(f"There are more than {MOST} pupils on the list.", rows[MOST + 1][0].span)
    return ClassList(tuple(pupils), tuple(findings))


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
