"""The report of a check: of one finished file, as a web page and as JSON."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from markupsafe import Markup

import pipeline
from pipeline.commands.terminal import printable_lines
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.package.result import publication_moment
from pipeline.render.environment import environment, read_text
from pipeline.system import outputs
from pipeline.system.outputs import checksum
from pipeline.system.store import packages
from pipeline.verify.audit import FOR_PEOPLE
from pipeline.verify.rules import rules

TEMPLATE, STYLE = "report/check.html.j2", "report/style.css"

TITLES = {
    "source": "The source of an e-book",
    "pages": "The pages of an e-book, as the templates make them",
    "file": "A finished file of any format",
    "web": "A web page, or a site",
    "book": "An e-book",
    "pdf": "The pages of a PDF",
    "print": "The pages of a PDF as printed",
    "quiz": "A quiz for Moodle",
}
"""Titles for the tables of rules."""

_READ = {
    ".epub": ("file", "book"),
    ".pdf": ("file", "pdf", "print"),
    ".json": ("file",),
    ".xml": ("file", "quiz"),
}
"""The tables whose rules are for a file of this ending."""

_OF_PAGES = ("file", "web")

_JUDGED = {
    "": ("Is the language plain enough for those who will read it?",),
    ".epub": (
        "Do formulas, charts and tables make sense when a screen reader reads them?",
        "Do contents, page list and notes lead where a reader of the print edition would expect?",
    ),
    ".pdf": (
        "Do formulas, charts and tables make sense when a screen reader reads them?",
        "Does a printed copy have the margins, the greys and the sharpness that it should have?",
    ),
}
"""More questions that only a person can answer than those of WCAG, by the ending of a file's
name."""

_FILLED_IN = late(r"\{\w[^{}]*\}")


class RuleTable(msgspec.Struct, frozen=True):
    """A table of rules, with their messages."""

    of: str
    rules: tuple[str, ...]


class CheckedFile(msgspec.Struct, frozen=True):
    """A finished file, and how it was checked: the date (in UTC), the ``checkers`` with their
    versions and notes, the ``findings``, the claims in the file's metadata, the list of
    checks, and those that only a person can ``judge``."""

    file: str
    sha256: str
    day: str
    checkers: tuple[str, ...]
    findings: tuple[Diagnostic, ...]
    claims: tuple[str, ...]
    looked_for: tuple[RuleTable, ...]
    judge: tuple[str, ...]


def report_on(file: Path, findings: Sequence[Diagnostic], notes: Iterable[str]) -> CheckedFile:
    """The report of a file that was checked, with the ``notes`` on that."""
    suffix = file.suffix.lower()
    day = publication_moment("") or datetime.datetime.now(datetime.UTC)
    return CheckedFile(
        file=file.name,
        sha256=checksum(file),
        day=day.date().isoformat(),
        checkers=(*_versions(suffix), *notes),
        findings=tuple(findings),
        claims=tuple(dict.fromkeys(_claims(file))),
        looked_for=tuple(
            RuleTable(TITLES[of], _descriptions(of)) for of in _READ.get(suffix, _OF_PAGES)
        ),
        judge=(*FOR_PEOPLE.values(), *_JUDGED[""], *_JUDGED.get(suffix, ())),
    )


def _versions(suffix: str) -> Iterator[str]:
    yield f"Chapbook {pipeline.__version__}"
    if suffix == ".pdf":
        yield f"PDFium, by pypdfium2 {packages().get('pypdfium2', '')}"


def _descriptions(of: str) -> tuple[str, ...]:
    descriptions = dict.fromkeys(map(_description, rules()[of].values()))
    return tuple(text for text in descriptions if text != "…")  # what another program says


def _description(rule: tuple[object, str, str]) -> str:
    """The message of a rule, with a sign for each thing that is filled in."""
    _, message, _ = rule
    text = _FILLED_IN.sub("…", message.replace("{{", "\0").replace("`", ""))
    return re.sub(r"…[.…]+", "…", text.replace("\0", "{").replace("}}", "}"))


def _claims(file: Path) -> Iterator[str]:
    """The claims of a file's metadata: of accessibility, and of standards that it meets."""
    match file.suffix.lower():
        case ".epub":
            from pipeline.verify.reading import Archive, BrokenBook, read_package

            try:
                with Archive(file) as archive:
                    claims = read_package(archive).claims
            except BrokenBook:
                return
            yield from (f"{claim.name}: {claim.value}" for claim in claims)
        case ".pdf":
            from pipeline.commands.check.checkers import standards_of

            yield from standards_of(file)


def page_of(report: CheckedFile) -> bytes:
    """The report as a web page without scripts, the same bytes for equal reports."""
    packaged = environment()
    style = Markup(read_text(packaged, STYLE))
    markup = packaged.get_template(TEMPLATE).render(report=report, style=style)
    return f"{printable_lines(markup)}\n".encode()


def encode(report: CheckedFile) -> bytes:
    """The report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def write_report(
    folder: Path, file: Path, findings: Sequence[Diagnostic], notes: Iterable[str]
) -> None:
    """Write the report on a file that was checked. Raises `OSError`."""
    report = report_on(file, findings, notes)
    files = {
        folder / f"{file.name}.html": page_of(report),
        folder / f"{file.name}.json": encode(report),
    }
    outputs.write_all(folder, files)
