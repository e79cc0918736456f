"""Front matter about grades, files and levels."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from typing import Any

from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Grade
from pipeline.model.names import did_you_mean
from pipeline.parser.frontmatter.registered import BadValueError
from pipeline.parser.frontmatter.values import TEXT, FieldReport, Form, any_of, text, words
from pipeline.parser.frontmatter.yaml import Mapping, Node, Place, Scalar
from pipeline.parser.lines import shorten

# --- grades ----------------------------------------------------------------------------------
# The grading key: grades with the percentages of the marks that they need.

MOST_GRADES = 30
"""Grades of a key."""

LONGEST_GRADE = 30
"""Characters of a grade."""

PERCENT = r"(\d{1,3}(?:[.,]\d{1,2})?) ?%?"


def _grades(node: Node, report: FieldReport, key: str) -> tuple[Grade, ...]:
    """The grades, the best first."""
    if not isinstance(node, Mapping):
        hint = "Write each as `A: 90`: the grade, and the percentage that it needs."
        report.wrong(key, "grades need percentages.", node.place, hint)
        return ()
    grades: dict[float, Grade] = {}
    for written, value in node.entries:
        name, is_empty = written.text.strip(), isinstance(value, Scalar) and value.is_empty
        percentage = "" if is_empty else text(value, report, key)
        match = (
            re.fullmatch(PERCENT, percentage.strip(), re.ASCII) if percentage is not None else None
        )
        percent = float(match[1].replace(",", ".")) if match else 101
        if not 0 < len(name) <= LONGEST_GRADE:
            message = f"`{shorten(name)}` is too long, or too short, for a grade."
            report.wrong(key, message, written.place)
        elif any(grade.name == name for grade in grades.values()):
            report.twice(name, key, written.place)
        elif percent in grades:
            message = f"`{name}` and `{grades[percent].name}` need the same percentage."
            report.wrong(key, message, value.place, "Keep one of them.")
        elif percent > 100:
            if percentage is not None:
                message = f"`{shorten(percentage)}` is not the percentage that `{name}` needs."
                place = written.place if is_empty else value.place
                report.wrong(key, message, place, "Write a number from 0 to 100.")
        elif len(grades) == MOST_GRADES:
            report.wrong(key, f"there are more than {MOST_GRADES} grades.", written.place)
            break
        else:
            grades[percent] = Grade(name, percent, written.place.line, written.place.column)
    return tuple(grades[percent] for percent in sorted(grades, reverse=True))


GRADES = Form(
    {
        "type": "object",
        "additionalProperties": {"type": ["number", "string"], "minimum": 0, "maximum": 100},
    },
    _grades,
    lambda grades: {grade.name: grade.percent for grade in grades},
    reads_lists=True,
)


# --- named files -----------------------------------------------------------------------------
# Files that the front matter names. Their paths are checked here, where their positions are known;
# whether the files exist is checked later.

FONTS = (".otf", ".ttf", ".woff", ".woff2")
PROFILES = (".icc", ".icm")
WORKS = (".bib", ".bibtex", ".json", ".yaml", ".yml")


def is_address(path: str) -> bool:
    """Return whether it is an address, on the web or the like, instead of a path."""
    return re.match(r"[a-z][a-z0-9+.-]+:|//", path, re.IGNORECASE) is not None


def normal(path: str) -> str:
    """The path with slashes, without detours."""
    return posixpath.normpath(path.replace("\\", "/"))


def leads_out(path: str) -> bool:
    """Return whether it leads out of the source's folder."""
    plain = normal(path)
    return plain.startswith(("/", "../")) or plain == ".." or bool(re.match(r"[A-Za-z]:", plain))


def _is_inside(path: str, place: Place, report: FieldReport, subject: str) -> bool:
    """Return whether a path stays in the source's folder; report others, with their position."""
    if is_address(path):
        hint = "Save a copy beside the source, and give its path."
        report.add(
            Code.REMOTE_IMAGE, f"The {subject} is not a file beside the source.", place, hint
        )
        return False
    if leads_out(path):
        hint = "Copy the file into the folder, and give its path from there."
        report.add(
            Code.OUTSIDE_FOLDER, f"The {subject} lies outside the source's folder.", place, hint
        )
        return False
    return True


def inside(subject: str) -> Callable[[str, Node, FieldReport, str], str | None]:
    """A reader that returns a path if it stays in the source's folder; ``subject`` names it."""

    def usable(path: str, node: Node, report: FieldReport, key: str) -> str | None:
        return path if _is_inside(path, node.place, report, subject) else None

    return usable


def _of_kind(
    subject: str, kinds: tuple[str, ...], hint: str
) -> Callable[[Node, FieldReport, str], str | None]:
    """A reader of the path of a file in the source's folder, with one of some endings."""

    def read(node: Node, report: FieldReport, key: str) -> str | None:
        path = text(node, report, key)
        if not path or not _is_inside(path, node.place, report, subject):
            return None
        if not path.lower().endswith(kinds):
            report.wrong(key, f"`{shorten(path)}` is not a {subject}.", node.place, hint)
            return None
        return path

    return read


font = _of_kind("font", FONTS, "Give an OpenType, TrueType or WOFF file.")
class_list = _of_kind("class list", (".csv", ".tsv", ".txt"), "Give a CSV file.")
profile = _of_kind("colour profile", PROFILES, "Give an ICC profile (.icc or .icm).")


def _path_reader(
    subject: str, kinds: tuple[str, ...], hint: str
) -> Callable[[str, Node, FieldReport, str], str | None]:
    """A reader of a path that is one in the source's folder with one of some endings."""

    def usable(path: str, node: Node, report: FieldReport, key: str) -> str | None:
        if not _is_beside(path, node, report):
            return None
        if not path.lower().endswith(kinds):
            report.wrong(key, f"`{shorten(path)}` is not a {subject}.", node.place, hint)
            return None
        return path

    return usable


works = _path_reader(
    "bibliography file", WORKS, "Give a BibTeX file (.bib) or one of CSL's data (.json, .yaml)."
)
word_template = _path_reader("Word file", (".docx", ".dotx"), "Save it in Word as .docx or .dotx.")


def style(value: str, node: Node, report: FieldReport, key: str) -> str | None:
    """A citation style: its name, or a file."""
    # Zotero's address of a style is its name as well.
    name = re.sub(r"^https?://(?:www\.)?zotero\.org/styles/", "", value)
    if name.lower().endswith(".csl"):
        return name if _is_beside(name, node, report) else None
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name, re.ASCII):
        hint = "Write it like `apa` or `chicago-author-date`, or give a file that ends in .csl."
        report.wrong(
            key, f"`{shorten(value)}` is not the name of a citation style.", node.place, hint
        )
        return None
    return name.lower()


def _is_beside(path: str, node: Node, report: FieldReport) -> bool:
    """Return whether a path stays in the source's folder, and report it otherwise."""
    if is_address(path) or leads_out(path):
        hint = "Save a copy beside the source, and give its path from there."
        message = f"“{shorten(path)}” is not in the source's folder."
        report.add(Code.OUTSIDE_FOLDER, message, node.place, hint)
        return False
    return True


# --- variations ------------------------------------------------------------------------------
# The levels of a worksheet, in the front matter, with what is printed on their pages; and its
# versions, with their seeds.

MOST_LEVELS = 9
"""Levels that a worksheet may have."""

LEVEL = r"[^\W\d_][\w-]{0,29}"
"""The name of a level, which is part of file names."""


def _levels(node: Node, report: FieldReport, key: str) -> tuple[tuple[str, str], ...]:
    """The levels by name, each with the text on its pages, or ""."""
    given: Iterable[tuple[Node, Node | None]] = (
        node.entries if isinstance(node, Mapping) else [(item, None) for item in words(node)]
    )
    levels: dict[str, str] = {}
    for name, shown in given:
        level = text(name, report, key) or ""
        if level and not re.fullmatch(LEVEL, level):
            hint = "A name begins with a letter, and has only letters, digits, `-` and `_`."
            message = f"`{shorten(level)}` cannot be the name of a level."
            report.wrong(key, message, name.place, hint)
        elif level.lower() in map(str.lower, levels):
            report.twice(level, key, name.place)
        elif len(levels) == MOST_LEVELS:
            report.wrong(key, f"there are more than {MOST_LEVELS} levels.", name.place)
            break
        elif level:
            is_empty = shown is None or (isinstance(shown, Scalar) and shown.is_empty)
            levels[level] = "" if shown is None or is_empty else text(shown, report, key) or ""
    return tuple(levels.items())


def _write_levels(levels: Any) -> Any:
    """The names, or a mapping if something is printed for one of them."""
    return dict(levels) if any(shown for _, shown in levels) else [name for name, _ in levels]


_NAME = {"type": "string", "pattern": r"^[^\s0-9_.{}-][^\s.{}]*$"}
LEVELS = Form(
    any_of(
        {"type": "string"},
        {"type": "array", "items": _NAME},
        {"type": "object", "propertyNames": _NAME, "additionalProperties": TEXT},
    ),
    _levels,
    _write_levels,
    reads_lists=True,
)


def edition_name(value: str) -> str:
    """The name of an edition."""
    if value not in EDITIONS:
        raise BadValueError(f"`{shorten(value)}` is not an edition.", did_you_mean(value, EDITIONS))
    return value


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The names of versions that are only counted."""

VERSION, SEED = r"[^\W_]{1,9}", r"[0-9]{1,9}"


def _versions(node: Node, report: FieldReport, key: str) -> tuple[tuple[str, int], ...]:
    """The versions by name, each with its seed."""
    if not isinstance(node, Mapping):
        count = text(node, report, key)
        if count and re.fullmatch("[1-9][0-9]?", count) and int(count) <= len(LETTERS):
            return tuple((letter, seed) for seed, letter in enumerate(LETTERS[: int(count)]))
        if count:
            hint = f"Write 1 to {len(LETTERS)}, or names with seeds: `{{A: 0, B: 17}}`."
            report.wrong(key, f"`{shorten(count)}` is not a number of versions.", node.place, hint)
        return ()
    versions: dict[str, int] = {}
    for name, value in node.entries:
        seed = "" if isinstance(value, Scalar) and value.is_empty else text(value, report, key)
        if not re.fullmatch(VERSION, name.text):
            hint = "Write a letter, or a short word of letters and digits."
            message = f"`{shorten(name.text)}` cannot be the name of a version."
            report.wrong(key, message, name.place, hint)
        elif name.text in versions:
            report.twice(name.text, key, name.place)
        elif seed is not None and not re.fullmatch(SEED, seed, re.ASCII):
            message = f"`{shorten(seed)}` is not a seed of version `{name.text}`."
            hint = "Write any whole number; 0 keeps the order of the text."
            report.wrong(key, message, (name if seed == "" else value).place, hint)
        elif seed and len(versions) < len(LETTERS):
            versions[name.text] = int(seed)
    return tuple(versions.items())


def _seeds(versions: Any) -> Any:
    """Their number, if they are only counted."""
    counted = tuple((letter, seed) for seed, letter in enumerate(LETTERS[: len(versions)]))
    return len(versions) if tuple(versions) == counted else dict(versions)


VERSIONS = Form(
    any_of(
        {"type": "integer", "minimum": 1, "maximum": len(LETTERS)},
        {
            "type": "object",
            "propertyNames": {"pattern": r"^[^\W_]{1,9}$"},
            "additionalProperties": {"type": "integer", "minimum": 0},
        },
    ),
    _versions,
    _seeds,
    reads_lists=True,
)
