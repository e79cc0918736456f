"""The system libraries that a PDF needs and that no Python package contains."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import shlex
import shutil
import sys
from collections.abc import Iterable

# The libraries that WeasyPrint opens, each by the names it may have: the first that loads
# will do. WeasyPrint can cut fonts without HarfBuzz-Subset, too, and the pages look the same;
# but it takes longer, the bytes are others in every run, and it is to end with a later version.
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

# The packages that bring them, by package manager; those not named come with Pango (""). Where
# there are several managers, the first is the system's own.
_PACKAGES: dict[str, dict[str, str]] = {
    "apt-get": {
        "": "libpango-1.0-0",
        "PangoFT2": "libpangoft2-1.0-0",
        "HarfBuzz-Subset": "libharfbuzz-subset0",
    },
    "dnf": {"": "pango", "HarfBuzz-Subset": "harfbuzz"},
    "apk": {"": "pango", "HarfBuzz-Subset": "so:libharfbuzz-subset.so.0"},
    "pacman": {"": "pango", "HarfBuzz-Subset": "harfbuzz"},
    "brew": {"": "pango", "HarfBuzz-Subset": "harfbuzz"},
}

_INSTALL: dict[str, tuple[str, ...]] = {
    "apt-get": ("apt-get update", "apt-get install -y --no-install-recommends"),
    "dnf": ("dnf install -y",),
    "apk": ("apk add --no-cache",),
    "pacman": ("pacman -S --needed --noconfirm",),
    "brew": ("brew install",),
}
_WINDOWS = "in MSYS2, run: pacman -S mingw-w64-ucrt-x86_64-pango"


def pango_problem() -> str | None:
    """One line that names the missing libraries for PDF and the command to install them on this
    system; ``None`` if none are missing.

    Takes about 10 ms if all are there, and does not import WeasyPrint.
    """
    missing = missing_libraries()
    if not missing:
        return None
    return f"PDF needs {list_names(missing)}, not found on this machine; {_advice(missing)}"


def keep_loaded() -> None:
    """Keep PangoFT2 in memory until the process has ended. It has a thread for each set of fonts,
    which ends some time after the set; WeasyPrint's handle of the library is closed with Python,
    and a thread that still runs code that is not there any more crashes the process."""
    any(map(_opens, _LIBRARIES["PangoFT2"]))  # ctypes never closes what it has opened


def pango_version() -> str:
    """The version of Pango, which breaks lines; "" if there is none."""
    with contextlib.suppress(OSError, AttributeError):
        name = next(filter(_opens, _LIBRARIES["Pango"]), None)
        version = ctypes.CDLL(name or "").pango_version_string
        version.restype = ctypes.c_char_p
        return (version() or b"").decode()
    return ""


def missing_libraries() -> list[str]:
    """The names of the libraries that cannot be loaded."""
    with contextlib.ExitStack() as folders:
        if sys.platform == "win32":
            for folder in _windows_folders():
                with contextlib.suppress(OSError):
                    folders.enter_context(os.add_dll_directory(folder))
        return [library for library in _LIBRARIES if not _loads(library)]


def package_manager() -> str | None:
    """The name of the system's package manager, if it is a known one."""
    if sys.platform == "win32":
        return None
    if sys.platform == "darwin":
        return "brew"
    return next((name for name in _PACKAGES if name != "brew" and shutil.which(name)), None)


def packages(libraries: Iterable[str], manager: str) -> list[str]:
    """The packages that contain some libraries, each once."""
    names = _PACKAGES[manager]
    return list(dict.fromkeys(names.get(library, names[""]) for library in libraries))


def install_line(manager: str, names: Iterable[str]) -> str:
    """The line for a shell that installs packages, for the current user."""
    first, last = "", f" {shlex.join(names)}"
    if manager == "brew" or os.geteuid() == 0:
        before, after = "", ""
    elif shutil.which("sudo"):
        before, after = "sudo ", ""
    else:
        before, after, first = "", "'", "su -c '"
    return first + " && ".join(f"{before}{part}" for part in _INSTALL[manager]) + last + after


def list_names(names: list[str]) -> str:
    """Names in a sentence: ``A``, ``A and B``, ``A, B and C``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _advice(libraries: list[str]) -> str:
    manager = package_manager()
    if manager:
        return f"to install, run: {install_line(manager, packages(libraries, manager))}"
    return _WINDOWS if sys.platform == "win32" else "install Pango 1.44 or newer, and HarfBuzz"


def _loads(library: str) -> bool:
    names = _LIBRARIES[library]
    if any(map(_opens, names)):
        return True
    short = names[0].removeprefix("lib").partition(".so")[0]  # as the system's linker knows it
    name = ctypes.util.find_library(short)
    return name is not None and _opens(name)


def _opens(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _windows_folders() -> list[str]:
    """The folders in which WeasyPrint looks on Windows, which has no standard place for
    libraries."""
    default = r"C:\msys64\ucrt64\bin;C:\msys64\mingw64\bin;C:\Program Files\GTK3-Runtime Win64\bin"
    return os.environ.get("WEASYPRINT_DLL_DIRECTORIES", default).split(";")
