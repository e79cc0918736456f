"""Paths in the front matter. They are judged by their text here, where their place is known;
whether there is a file is found out later."""

from __future__ import annotations

import posixpath
import re

from pipeline.codes import Code
from pipeline.parser.frontmatter.values import Report
from pipeline.parser.frontmatter.yaml_nodes import Place


def is_address(path: str) -> bool:
    """Whether it is an address on the web or the like, and no path."""
    return re.match(r"[a-z][a-z0-9+.-]+:|//", path, re.IGNORECASE) is not None


def normal(path: str) -> str:
    """The path with slashes, without detours."""
    return posixpath.normpath(path.replace("\\", "/"))


def leads_out(path: str) -> bool:
    """Whether it leads out of the source's folder."""
    plain = normal(path)
    return plain.startswith(("/", "../")) or plain == ".." or bool(re.match(r"[A-Za-z]:", plain))


def is_inside(path: str, place: Place, report: Report, what: str) -> bool:
    """Whether a path stays in the source's folder; says so where it does not, since only
    here its place is known."""
    if is_address(path):
        hint = "Save a copy beside the source, and give its path."
        report.add(Code.REMOTE_IMAGE, f"The {what} is not a file beside the source.", place, hint)
        return False
    if leads_out(path):
        hint = "Copy the file into the folder, and give its path from there."
        report.add(
            Code.OUTSIDE_FOLDER, f"The {what} lies outside the source's folder.", place, hint
        )
        return False
    return True
