"""Files that the front matter names. Their paths are checked here, where their positions are known;
whether the files exist is checked later."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from pipeline.model.codes import Code
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.values import FieldReport, text
from pipeline.parser.frontmatter.yaml_nodes import Node, Place

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


def _beside(
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


works = _beside(
    "bibliography file", WORKS, "Give a BibTeX file (.bib) or one of CSL's data (.json, .yaml)."
)
word_template = _beside("Word file", (".docx", ".dotx"), "Save it in Word as .docx or .dotx.")


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
