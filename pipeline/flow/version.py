"""The versions on which a stage's outcome depends, besides its inputs: Chapbook's code, the
libraries, Python, and the environment."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from pipeline.system.store import key

CODE = Path(__file__).parent.parent
NOT_CODE = {"__pycache__", "_templates"}
"""Folders without code of stages: templates that a stage reads count as its files."""


def version() -> str:
    """A wrapper for functions whose results are equal for equal arguments."""
    return key(_installed(), os.environ.get("SOURCE_DATE_EPOCH", ""))


@functools.cache
def _installed() -> str:
    """The code and all packages installed with it."""
    code: list[str | bytes] = []
    for folder, folders, files in os.walk(CODE):
        folders[:] = sorted(set(folders) - NOT_CODE)
        for file in sorted(files):
            path = Path(folder, file)
            code += (path.relative_to(CODE).as_posix(), path.read_bytes())
    packages = {found.name for folder in sys.path for found in Path(folder).glob("*.dist-info")}
    return key(sys.version, *sorted(packages), *code)
