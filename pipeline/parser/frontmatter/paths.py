"""Paths in the front matter. They are judged by their text here, where their place is known;
whether there is a file is found out later."""

from __future__ import annotations

import posixpath
import re


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
