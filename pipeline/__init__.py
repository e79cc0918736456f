"""Chapbook: one Markdown file in; a web page, a printable PDF and an e-book out.

Three functions are for other programs:

- `build` makes files, like the command, with `Options`;
- `parse` parses a text into a `Document`, with all its problems;
- `render_fragment` returns the HTML of a piece of Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.driver import Begun as Begun
    from pipeline.driver import BuiltEdition as BuiltEdition
    from pipeline.driver import Options as Options
    from pipeline.driver import Ran as Ran
    from pipeline.driver import Result as Result
    from pipeline.driver import Saved as Saved
    from pipeline.driver import build as build
    from pipeline.driver import render_fragment as render_fragment
    from pipeline.model import Document as Document
    from pipeline.model.diagnostics import Diagnostic as Diagnostic
    from pipeline.parser import parse as parse

__all__ = [
    "Begun", "BuiltEdition", "Diagnostic", "Document", "Options", "Ran", "Result", "Saved", "build",
    "parse", "render_fragment",
]  # fmt: skip
__version__ = "0.1.0"

_HOMES = {"Diagnostic": "model.diagnostics", "Document": "model", "parse": "parser"}
_HOME = "driver"
"""The module of all other names."""


def __getattr__(name: str) -> Any:
    """Load public names when they are used: a stage loads only what it needs."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"pipeline.{_HOMES.get(name, _HOME)}"), name)
