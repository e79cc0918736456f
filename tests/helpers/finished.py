"""Finished files: all that they say, and what they lack of their source."""

from __future__ import annotations

from pathlib import Path

from pipeline.commands.check.comparison import compare_file
from pipeline.commands.check.finished import CheckReport, check
from pipeline.parser import parse_file
from pipeline.verify.all_text import contents


def all_text(file: Path) -> str:
    """All that is said in a file, in its name and metadata too."""
    return "\n".join(content.text for content in contents(file.name, file.read_bytes()))


def checked(file: Path) -> CheckReport:
    """The findings of ``chapbook check`` in a file or a site."""
    return check(file)


def compared(file: Path, source: Path, *, renamed: bool = False) -> CheckReport:
    """The findings about text of its source that a file or a site lacks."""
    return compare_file(file, parse_file(source), source, renamed=renamed)
