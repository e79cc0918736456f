"""An icon that opens the desk, and the window that it opens in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from pipeline.commands.panes.server import is_served

NAME = "Chapbook"

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge",
    "msedge", "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)  # fmt: skip
"""Browsers that can show a page in a window of its own."""

DESKTOP_ENTRY = """\
[Desktop Entry]
Type=Application
Name={name}
Comment=Write, see and hand out worksheets, handouts and books
Exec={command}
Icon=accessories-text-editor
Terminal=false
Categories=Office;Education;Publishing;
"""


def install() -> list[Path]:
    """Write the launcher of this system, and make the folder that it opens. Raises `OSError`."""
    folder = Path(platformdirs.user_documents_dir()) / NAME
    folder.mkdir(parents=True, exist_ok=True)
    # -P: a folder of the user's may be called as one of our packages is
    words = [sys.executable, "-P", "-m", "pipeline", "desk", str(folder), "--window"]
    desktop = Path(platformdirs.user_desktop_dir())
    if os.name == "nt":
        command = subprocess.list2cmdline(words).replace("%", "%%")
        text = f'@chcp 65001 >nul\r\n@start "{NAME}" /min {command}\r\n'
        files = {desktop / f"{NAME}.bat": text}
    elif sys.platform == "darwin":
        files = {desktop / f"{NAME}.command": f"#!/bin/sh\nexec {shlex.join(words)}\n"}
    else:
        command = " ".join(_quote(word) for word in words)
        entry = DESKTOP_ENTRY.format(name=NAME, command=command)
        menu = Path(platformdirs.user_data_dir()) / "applications" / "chapbook.desktop"
        files = {menu: entry} | ({desktop / "chapbook.desktop": entry} if desktop.is_dir() else {})
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
        path.chmod(0o755)
        if path.suffix == ".desktop" and (gio := shutil.which("gio")):  # GNOME asks for it
            subprocess.run([gio, "set", path, "metadata::trusted", "true"], capture_output=True)
    return [*files]


def _quote(word: str) -> str:
    """A word in the line of a desktop entry, where shells' quotation marks are not known."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return '"' + escaped.replace("\\", "\\\\").replace("%", "%%") + '"'


def _note(folder: Path) -> Path:
    """The file that has the address of the desk of a folder while it is open."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return platformdirs.user_cache_path("chapbook", appauthor=False) / "desks" / name


def find_running(folder: Path) -> str | None:
    """The address of the desk of a folder if it is open already: who double-clicks the icon again
    is to see the same one, which tells two windows on a text of each other."""
    try:
        address = _note(folder).read_text("ascii")
    except (OSError, ValueError):
        return None
    return address if is_served(address) else None


@contextlib.contextmanager
def note_address(folder: Path, address: str) -> Iterator[None]:
    """Let `find_running` find a desk, which only this user may do."""
    note = _note(folder)
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch(0o600)
        note.write_text(address, "ascii")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if note.read_text("ascii") == address:
                note.unlink()


def show(address: str, *, window: bool) -> None:
    """Open a page in the browser, or in a window of its own."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if window and program:
        nothing = subprocess.DEVNULL
        subprocess.Popen(
            [program, f"--app={address}"], stdin=nothing, stdout=nothing, stderr=nothing
        )
    else:
        webbrowser.open(address)
