"""Questions for learning platforms: an edition for each, from one typed list (`questions`).

These files have the answers in them, and so are not handed out. A module for each platform says
how its file is written, and what becomes of what it cannot hold; XML and HTML are in templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import jinja2
from msgspec.structs import replace

from pipeline.exercises.platforms import anki, csv_table, gift, h5p, moodle, qti
from pipeline.exercises.platforms.questions import Question, QuestionSheet, questions_of
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import Edition
from pipeline.model.rendered import Inventory, Page, Pages
from pipeline.package.bundle import write_archive
from pipeline.package.html import read_images
from pipeline.package.result import Package
from pipeline.resolve.findings import Findings


class PlatformWriter(Protocol):
    """The module of a platform."""

    def pages(self, questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
        """The text of its files."""

    def data(self, files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
        """The bytes of its file, from these and the images."""


WRITERS: Mapping[str, PlatformWriter] = {
    "moodle": moodle, "gift": gift, "qti": qti, "qti3": qti, "h5p": h5p,
    "anki": anki, "csv": csv_table,
}  # fmt: skip

WITH_POINTS = ("moodle", "qti", "qti3")


def assemble_questions(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment, *_: object
) -> Pages:
    """The files of an edition, as text, and the names of the images that they need."""
    findings, ignored = Findings(document), Findings(document)
    sheet = QuestionSheet(document, findings, environment, edition)
    items = questions_of(document, findings)
    if edition.name not in WITH_POINTS:
        sheet.tell_of_points(items)
    write = WRITERS[edition.name].pages
    pages = write(items, sheet)
    unanswered = [item.unanswered for item in items]
    asked = write(unanswered, QuestionSheet(document, ignored, environment, edition))
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=document.metadata,
        pages=pages,
        inventory=Inventory(images=tuple(sorted(sheet.images))),
        assets=document.assets,
        asked=asked,
        findings=findings.add_to(replace(document, diagnostics=())).diagnostics,
    )


def package_questions(pages: Pages, folder: Path) -> Package:
    """The file of an edition, with its images in it."""
    files, paths, problems = read_images(pages, folder)
    images = {name: file.data for name, file in files.items()}
    try:
        data = WRITERS[pages.edition].data(pages.pages, images)
    except ModuleNotFoundError as error:
        message = f"This edition needs {error.name}: install Chapbook with its extra `anki`."
        absent = diagnostic(Code.ABSENT_FEATURE, message)
        return Package(b"", (replace(absent, severity=Code.TEMPLATE_ERROR.value.severity),))
    asked = {page.name: page.markup.encode() for page in pages.asked}
    for name, content in images.items():
        if any(name in page.markup for page in pages.asked):  # others belong to answers
            asked[f"images/{name}"] = content
    return Package(data, problems, tuple(map(str, paths)), asked=write_archive(asked))
