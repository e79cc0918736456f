"""Chapbook: one Markdown file in; a web page, a printable PDF and an e-book out.

Three functions are for use as a library:

- `build` makes files, as the command does, in the ways that `Options` has;
- `parse` reads a text into a `pipeline.model.Document`, with all that is wrong with it;
- `render_fragment` gives the HTML of a piece of Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.driver import Options as Options
    from pipeline.driver import build as build
    from pipeline.flow.fragment import render_fragment as render_fragment
    from pipeline.parser import parse as parse

__all__ = ["Options", "build", "parse", "render_fragment"]
__version__ = "0.1.0"

_HOMES = {
    "Options": "driver",
    "build": "driver",
    "parse": "parser",
    "render_fragment": "flow.fragment",
}


def __getattr__(name: str) -> Any:
    """Load what is for use by others when it is asked for: a stage loads what it needs."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"pipeline.{_HOMES[name]}"), name)
