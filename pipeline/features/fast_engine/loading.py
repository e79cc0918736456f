"""Loads WeasyPrint without what takes long and is not needed for what we set."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib import request

import cffi
import cssselect2.compiler
import tinycss2  # type: ignore[import-untyped]

from pipeline.features.fast_engine import declared

SELDOM = (
    "PIL.ImageCms", "fontTools.subset", "fontTools.ttLib.woff2", "fontTools.varLib.instancer",
    "tinyhtml5",
)  # fmt: skip
"""Imports that take a third of WeasyPrint's import time, and are not needed if there is HarfBuzz,
markup is a tree already, no style sheet has a font, and colours are in no profile."""

_HINTS = "pre[wrap]"
"""The first selector of the style sheet for attributes such as ``bgcolor``."""

_EMPTY = Path(__file__).parent / "no-fonts.conf"

_NO_CONTEXT: Any = object()
"""The context of connections that are never made. The usual one trusts all certificates of the
machine, which Python 3.12 and later read at once, in 8 ms, three times."""


class _Later(ModuleType):
    """A placeholder for a module, which is loaded when one of its functions is first called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given, **named: getattr(importlib.import_module(self.__name__), name)(
            *given, **named
        )


def _late_test(source: str, names: dict[str, Any], none: dict[str, Any]) -> Callable[[Any], Any]:
    """The test of a selector, which is compiled for the first element that may match it: of the
    thousand selectors of a text, most have none."""
    compiled = functools.cache(lambda: eval(source, names, none))
    return lambda element: compiled()(element)


@contextlib.contextmanager
def lighter_import() -> Iterator[None]:
    """The environment in which WeasyPrint is imported.

    Fontconfig's default is empty, so that the machine's fonts are not even listed (which takes
    seconds if there are many); WeasyPrint warns about that. The style sheet for presentational
    hints, which nobody asks for, is left empty.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    parsing, connecting = cffi.FFI, request.HTTPSHandler
    parse_sheet = tinycss2.parse_stylesheet
    vars(cssselect2.compiler)["eval"] = _late_test
    later = {name: _Later(name) for name in SELDOM if name not in sys.modules}
    sys.modules.update(later)
    os.environ["FONTCONFIG_FILE"] = str(_EMPTY)
    vars(request)["HTTPSHandler"] = lambda context: connecting(context=context or _NO_CONTEXT)
    tinycss2.parse_stylesheet = lambda css: [] if _HINTS in css else parse_sheet(css)
    if _declarations() == declared.DIGEST:
        cffi.FFI = declared.functions
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        cffi.FFI = parsing
        vars(request)["HTTPSHandler"] = connecting
        tinycss2.parse_stylesheet = parse_sheet
        for name in later:
            del sys.modules[name]
        del os.environ["FONTCONFIG_FILE"]
        if before is not None:
            os.environ["FONTCONFIG_FILE"] = before


def _declarations() -> str:
    """The digest of the file in which WeasyPrint declares C functions; none if it is not a file."""
    spec = importlib.util.find_spec("weasyprint")
    folders = (spec and spec.submodule_search_locations) or ()
    files = (Path(folder, "text", "ffi.py") for folder in folders)
    return next((hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()), "")
