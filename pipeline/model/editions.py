"""The table of editions: each is a row. A format also needs a template folder and a packager."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from pipeline.model.metadata import Metadata

FormatName: TypeAlias = Literal[
    "html", "pdf", "epub", "docx", "xml", "zip", "h5p", "gift", "apkg", "csv"
]  # fmt: skip
Imposition: TypeAlias = Literal["none", "booklet", "tri-fold", "2-up", "4-up"]
Look: TypeAlias = Literal["standard", "large", "grey"]


class Edition(msgspec.Struct, frozen=True):
    """An edition. ``label`` is for people who choose one, and a ``title`` for readers, in English;
    other languages have theirs in their files, as ``edition_<name>``.

    Only editions for a ``teacher`` contain answers and teacher's notes; an ``answers`` edition
    contains nothing else, and one of ``keys`` those of all versions side by side. One for a
    learning ``platform`` contains the questions of pupils, with their answers. ``paper`` is the
    sheet size of a printed edition, a name in `paper.SIZES`; ``fixed_paper`` means that the front
    matter's page size does not apply. An ``imposition`` puts several pages on each side of a sheet.
    With ``fields``, blanks are form fields. An edition that ``is_archival`` is PDF/A with its
    source attached. With ``page_marks`` it marks the pages of the standard print edition
    (`has_page_marks`); with ``same_pages`` its own pages begin there too. An edition of
    ``chapters`` is a ``folder`` with one page per chapter, which is named after the source by
    default. An edition that ``replaces`` another replaces it if the front matter asks for that. Of
    a document with levels or versions, an edition is at one ``level``, or at all for teachers, and
    in one ``version``; its ``variation`` is the end of the names of its files, before the format,
    ``-support-B`` (`variations_of`).
    """

    name: str
    format: FormatName
    label: str
    paper: str = ""
    fixed_paper: bool = False
    audience: Literal["student", "teacher"] = "student"
    part: Literal["all", "answers", "keys"] = "all"
    platform: str = ""
    look: Look = "standard"
    imposition: Imposition = "none"
    is_archival: bool = False
    fields: bool = False
    page_marks: bool = False
    same_pages: bool = False
    chapters: bool = False
    folder: str = ""
    replaces: str = ""
    level: str = ""
    version: str = ""
    variation: str = ""
    title: str = ""

    @property
    def is_versioned(self) -> bool:
        """Return whether there is one for each version: on screens, nobody sits beside another."""
        return self.format == "pdf" and self.part != "keys"

    @property
    def is_of_a_level(self) -> bool:
        """True if it has one level of several: pupils get it, or see it on a platform."""
        return self.audience == "student" or bool(self.platform)

    @property
    def has_answers(self) -> bool:
        """True if its files are not handed out."""
        return self.audience == "teacher" or bool(self.platform)

    @property
    def is_for_readers(self) -> bool:
        """True if its files have neither answers nor the source, which may contain some."""
        return not self.has_answers and not self.is_archival

    def in_words(self, vocabulary: Mapping[str, str]) -> str:
        """The words for it in the language of a ``vocabulary``."""
        if self.platform:
            return vocabulary["edition_questions"].format(platform=self.platform)
        return vocabulary.get(f"edition_{self.name}", self.title or self.label)

    @property
    def full_name(self) -> str:
        return f"{self.name}{self.variation}"


# fmt: off
_ROWS = (
    Edition("web", "html", "web page", page_marks=True),
    Edition("site", "html", "website, one page per chapter", page_marks=True, chapters=True,
            replaces="web", title="website"),
    Edition("handout", "pdf", "printable handout, A4", "A4", title="handout"),
    Edition("letter", "pdf", "printable handout, US Letter", "Letter", fixed_paper=True,
            title="handout (US Letter)"),
    Edition("ebook", "epub", "e-book", page_marks=True),
    Edition("teacher", "pdf", "teacher's handout with answers", "A4", audience="teacher",
            page_marks=True, same_pages=True, title="teacher’s edition"),
    Edition("large-print", "pdf", "handout in large print", "A4", look="large", page_marks=True),
    Edition("greyscale", "pdf", "greyscale handout, to save ink", "A4", look="grey",
            title="greyscale handout"),
    Edition("answers", "pdf", "answers only", "A4", audience="teacher", part="answers",
            page_marks=True, title="answers"),
    Edition("keys", "pdf", "answers of all versions side by side", "A4", audience="teacher",
            part="keys"),
    Edition("form", "pdf", "handout to fill in on screen", "A4", fields=True, title="form"),
    Edition("archive", "pdf", "handout for long-term storage (PDF/A), with its source", "A4",
            is_archival=True, title="handout for archives"),
    Edition("booklet", "pdf", "booklet to fold and staple", "A4", imposition="booklet",
            title="booklet"),
    Edition("greyscale-booklet", "pdf", "booklet in greyscale, to save ink", "A4", look="grey",
            imposition="booklet", title="greyscale booklet"),
    Edition("tri-fold", "pdf", "leaflet of six pages, to fold twice", "A4", imposition="tri-fold",
            title="folded leaflet"),
    Edition("2-up", "pdf", "two pages per side", "A4", imposition="2-up"),
    Edition("4-up", "pdf", "four pages per side", "A4", imposition="4-up"),
    Edition("word", "docx", "Word file, to fill in or to edit", "A4", title="Word file"),
    Edition("teacher-word", "docx", "teacher's Word file with answers", "A4",
            audience="teacher", title="teacher’s Word file"),
    Edition("teacher-web", "html", "teacher's web page with answers", audience="teacher",
            page_marks=True, title="teacher’s web page"),
    Edition("teacher-ebook", "epub", "teacher's e-book with answers", audience="teacher",
            page_marks=True, title="teacher’s e-book"),
    Edition("moodle", "xml", "questions for Moodle", platform="Moodle"),
    Edition("gift", "gift", "questions as text in GIFT", platform="GIFT"),
    Edition("qti", "zip", "questions as a QTI 2.1 package", platform="QTI 2.1"),
    Edition("qti3", "zip", "questions as a QTI 3.0 package", platform="QTI 3.0"),
    Edition("h5p", "h5p", "questions as an H5P question set", platform="H5P"),
    Edition("anki", "apkg", "questions and glossary as cards for Anki", platform="Anki"),
    Edition("csv", "csv", "questions as a table for Kahoot and Quizlet",
            platform="Kahoot, Quizlet"),
)
# fmt: on
EDITIONS: dict[str, Edition] = {edition.name: edition for edition in _ROWS}

DEFAULT_EDITIONS = ("web", "handout", "ebook")

ALL = "all"
"""The name for all editions in the front matter, or else all that exist to be read."""

STANDARD_PRINT = "handout"
"""The edition whose page numbers all others refer to."""


def chosen_editions(names: Iterable[str], metadata: Metadata) -> tuple[Edition, ...]:
    """The editions with these names, each once, or else those in the front matter, or web, handout
    and ebook; the site replaces the web page if the front matter asks for that. Raises `KeyError`
    for an unknown name."""
    requested = tuple(names) or metadata.editions or DEFAULT_EDITIONS
    if ALL in requested:
        to_read = (edition.name for edition in EDITIONS.values() if not edition.platform)
        requested = (*requested, *(metadata.editions or to_read))
    site = metadata.web == "chapters"
    standing_in = {e.replaces: e.name for e in EDITIONS.values() if e.replaces and site}
    chosen = dict.fromkeys(standing_in.get(name, name) for name in requested if name != ALL)
    return tuple(EDITIONS[name] for name in chosen)


def variations_of(edition: Edition, metadata: Metadata) -> tuple[Edition, ...]:
    """An edition at each level and, if it is printed, in each version; the files of the first have
    its plain name. Pupils get one level, also on a platform, and teachers all. The standard print
    edition at other levels than the first keeps the pages of that."""
    levels = [level.lower() for level, _ in metadata.levels] if edition.is_of_a_level else []
    versions = [version for version, _ in metadata.versions] if edition.is_versioned else []
    variations: list[Edition] = []
    for place, version in enumerate(versions or [""]):
        for number, level in enumerate(levels or [""]):
            parts = (level if number else "", version if place else "")
            named = "".join(f"-{part}" for part in parts if part)
            row = replace(edition, level=level, version=version, variation=named)
            keeps = bool(number) and edition.name == STANDARD_PRINT
            variations.append(replace(row, page_marks=True, same_pages=True) if keeps else row)
    return tuple(variations)


def edition_with_answers(edition: Edition) -> Edition:
    """The edition for teachers with the answers that go with the questions for a platform."""
    return replace(edition, audience="teacher")


def variations_wanted(edition: Edition, metadata: Metadata) -> tuple[Edition, ...]:
    """An edition at all levels and in all versions, or only the first of these, as the front matter
    says."""
    is_varied = not metadata.varied or edition.name in metadata.varied
    return variations_of(edition, metadata)[: None if is_varied else 1]


def for_pupils(metadata: Metadata) -> tuple[Edition, ...]:
    """All editions for pupils that can be made of a document."""
    rows = (edition for edition in EDITIONS.values() if edition.audience == "student")
    return tuple(each for edition in rows for each in variations_of(edition, metadata))


def standard_print(metadata: Metadata, version: str = "") -> Edition:
    """The edition whose page numbers all others refer to, at the first level, in a version, or in
    the first one, which screens have."""
    editions = variations_of(EDITIONS[STANDARD_PRINT], metadata)
    return next((e for e in editions if e.version == version), editions[0])


def editions_in_view(
    requested: tuple[Edition, ...], views: Mapping[str, str], metadata: Metadata
) -> tuple[Edition, ...]:
    """The editions in view, or all if none is: of those with the same name the first."""
    first: dict[str, Edition] = {edition.format: edition for edition in reversed(requested)}
    seen = (
        variations_of(EDITIONS[name], metadata)[0] if name in EDITIONS else first.get(format)
        for format, name in views.items()
    )
    return tuple(dict.fromkeys(edition for edition in seen if edition)) or requested


TEACHERS_EDITIONS = ("teacher", "teacher-ebook")


def editions_offered(edition: Edition, metadata: Metadata) -> tuple[Edition, ...]:
    """The editions offered on a web edition: the other default ones at its level, if there are
    any, or those for teachers."""
    requested = metadata.editions or DEFAULT_EDITIONS
    names = TEACHERS_EDITIONS if edition.audience == "teacher" else DEFAULT_EDITIONS
    rows = (EDITIONS[name] for name in names if name in requested)
    others = (
        [e for e in variations_wanted(row, metadata) if e.level == edition.level][:1]
        for row in rows
    )
    files = (other for each in others for other in each if other.format != "html")
    return tuple(files) if edition.format == "html" else ()


def has_page_marks(edition: Edition, metadata: Metadata) -> bool:
    """Return whether an edition has a page map, the page numbers of the standard print edition: if
    it is for screens, the publication has that edition, and the front matter allows it."""
    if edition.format == "pdf":
        return edition.page_marks
    is_printed = STANDARD_PRINT in (metadata.editions or DEFAULT_EDITIONS)
    return edition.page_marks and is_printed and metadata.page_list


LONGEST_STEM = 200
"""Bytes of a file name before the edition's suffix; most systems allow 255 in total."""


def stem_of(source: Path) -> str:
    """The file name of a source without its extension, for the folder and files of its editions:
    shortened if too long, and never a path to another folder, such as ``..``."""
    stem = source.stem.strip(".") and source.stem
    if len(stem.encode("utf-8", "surrogateescape")) <= LONGEST_STEM:
        return stem or "untitled"
    cut = stem.encode("utf-8", "surrogateescape")[:LONGEST_STEM].decode("utf-8", "ignore")
    return f"{cut}-{hashlib.sha256(os.fsencode(stem)).hexdigest()[:8]}"


def output_name(stem: str, edition: Edition) -> str:
    """The file of an edition: ``x.pdf``, or ``x-letter.pdf``; of several pages the first."""
    if edition.chapters:
        folder = edition.folder or f"{stem}-{edition.name}{edition.variation}"
        return f"{folder}/index.{edition.format}"
    suffix = "" if edition.name in DEFAULT_EDITIONS else f"-{edition.name}"
    return f"{stem}{suffix}{edition.variation}.{edition.format}"


def bundle_name(stem: str, edition: Edition) -> str:
    """The archive of all parts: ``x-handout.zip``."""
    return f"{stem}-{edition.name}{edition.variation}.zip"


def pages_name(name: str, edition: Edition) -> str:
    """The file of a booklet's pages in reading order: ``x-booklet-pages.pdf``; else ""."""
    if edition.imposition != "booklet":
        return ""
    return f"{name.removesuffix('.pdf')}-pages.pdf"


def printed_editions(
    editions: Iterable[Edition], level: int, *, by_name: bool
) -> tuple[Edition, ...]:
    """The editions that can be split: the printed ones, or the standard one. Raises `ValueError`
    for others requested ``by_name``, and for an invalid level."""
    if not 1 <= level <= 6:
        raise ValueError(f"sections have levels from 1 to 6, not {level}")
    chosen = tuple(editions)
    others = [edition.name for edition in chosen if edition.format != "pdf"]
    if others and by_name:
        raise ValueError(f"the edition {others[0]} is not printed, and cannot be split")
    printed = tuple(edition for edition in chosen if edition.format == "pdf")
    return printed or (EDITIONS[STANDARD_PRINT],)


def making_order(edition: Edition) -> int:
    """The key by which those that take the most time come first."""
    return {"pdf": 0, "epub": 1}.get(edition.format, 2)
