"""The parts of the system that a PDF needs and that no Python package brings."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sys

# The libraries that WeasyPrint opens, each by the names it may have: the first that loads
# will do. WeasyPrint can subset fonts without harfbuzz-subset, but then to other bytes.
_LIBRARIES: dict[str, tuple[str, ...]] = {
    "GObject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libgobject-2.0-0.dll"),
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"),
    "HarfBuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll"),
    "HarfBuzz-Subset": (
        "libharfbuzz-subset.so.0",
        "libharfbuzz-subset.0.dylib",
        "libharfbuzz-subset-0.dll",
    ),
    "Fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll"),
}

# The names for a search in the folders that the system's linker knows.
_SHORT_NAMES: dict[str, str] = {
    "GObject": "gobject-2.0",
    "Pango": "pango-1.0",
    "PangoFT2": "pangoft2-1.0",
    "HarfBuzz": "harfbuzz",
    "HarfBuzz-Subset": "harfbuzz-subset",
    "Fontconfig": "fontconfig",
}

_INSTALL = (
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian, Ubuntu), "
    "dnf install pango (Fedora), brew install pango (macOS), "
    "pacman -S mingw-w64-ucrt-x86_64-pango in MSYS2 (Windows)"
)


def pango_problem() -> str | None:
    """One line that says which libraries for PDF are missing and how to install them on
    Debian, Fedora, macOS and Windows; ``None`` where all are there.

    Takes about 10 ms where they are there, and does not import WeasyPrint.
    """
    missing = _missing()
    if not missing:
        return None
    return f"PDF needs {_listed(missing)}, not found on this machine; install with: {_INSTALL}"


def _missing() -> list[str]:
    with contextlib.ExitStack() as folders:
        if sys.platform == "win32":
            for folder in _windows_folders():
                with contextlib.suppress(OSError):
                    folders.enter_context(os.add_dll_directory(folder))
        return [library for library in _LIBRARIES if not _loads(library)]


def _loads(library: str) -> bool:
    if any(_opens(name) for name in _LIBRARIES[library]):
        return True
    found = ctypes.util.find_library(_SHORT_NAMES[library])
    return found is not None and _opens(found)


def _opens(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _windows_folders() -> list[str]:
    """Where WeasyPrint looks on Windows, which has no place for such libraries."""
    default = r"C:\msys64\ucrt64\bin;C:\msys64\mingw64\bin;C:\Program Files\GTK3-Runtime Win64\bin"
    return os.environ.get("WEASYPRINT_DLL_DIRECTORIES", default).split(";")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
