"""The faster engine starts soon: its C declarations are read in advance, and little is loaded."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cffi
import pytest

from pipeline.features.fast_engine import declared, loading
from pipeline.package.pdf import engine
from pipeline.package.pdf.engine.adapter import weasyprint

pytestmark = pytest.mark.skipif(engine.PLAIN in os.environ, reason="the engine is plain")

ENGINE, FAST_ENGINE = Path(engine.__file__).parent, Path(declared.__file__).parent

DECLARED = '''\
"""C declarations, by WeasyPrint and us, of the libraries that set type, in parsed form: written by
`pytest tests/features/test_engine_start.py --accept`."""

# ruff: noqa: E501
# fmt: off
# mypy: ignore-errors

import ctypes.util
import sys

import _cffi_backend

DIGEST = "{digest}"
"""Of the file in which WeasyPrint declares it."""


class Functions(_cffi_backend.FFI):
    """The contents of a `cffi.FFI` with these declarations."""

    def cdef(self, text: str) -> None:
        """Nothing: it was read."""

    def dlopen(self, name: str, flags: int = 0) -> object:
        """The library of that name, looked for where the linker does; and where Python does, but
        on Linux: there Python asks a compiler, ten times before it has all libraries."""
        try:
            return super().dlopen(name, flags)
        except OSError:
            path = ctypes.util.find_library(name) if sys.platform != "linux" else None
            if path is None:
                raise
            return super().dlopen(path, flags)


def functions() -> Functions:
    """As if they had been declared now."""
    return FUNCTIONS


FUNCTIONS = Functions({values}
'''


def declarations(file: Path) -> Iterator[str]:
    """The C declarations of a module: the literal arguments of ``ffi.cdef``."""
    text = file.read_text("utf-8")
    for node in ast.walk(ast.parse(text)) if "ffi.cdef" in text else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ffi.cdef":
            yield ast.literal_eval(node.args[0])


def test_what_is_declared_in_c_was_read(accept: bool) -> None:
    """Otherwise each process would parse it again."""
    assert weasyprint.__file__
    theirs = Path(weasyprint.__file__).parent / "text" / "ffi.py"
    ffi = cffi.FFI()
    for file in (theirs, *sorted((*ENGINE.parent.rglob("*.py"), *FAST_ENGINE.rglob("*.py")))):
        for text in declarations(file):
            ffi.cdef(text)
    ffi.set_source("declared", None)
    emitted = io.StringIO()
    ffi.emit_python_code(emitted)
    values = emitted.getvalue().partition("_cffi_backend.FFI(")[2]
    made = DECLARED.format(
        digest=hashlib.sha256(theirs.read_bytes()).hexdigest(), values=values.rstrip()
    )
    place = FAST_ENGINE / "declared.py"
    if accept:
        place.write_text(made, encoding="utf-8")
    assert place.read_text(encoding="utf-8") == made


def test_unread_declarations_are_parsed_and_what_is_seldom_called_is_not_loaded() -> None:
    """Those of another version of WeasyPrint, say."""
    code = (
        "import importlib.util, sys; importlib.util.find_spec = lambda name: None;"
        "from pipeline.package.pdf.engine.adapter.resources import ffi;"
        "print(type(ffi).__module__, *set(sys.argv) & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, *loading.SELDOM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "cffi.api\n"
    assert type(weasyprint.text.ffi.ffi) is declared.Functions
