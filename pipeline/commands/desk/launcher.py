"""An icon that opens the desk, and the window that it opens in."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path

import platformdirs

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
Terminal=false
Categories=Office;Education;Publishing;
"""


def install() -> list[Path]:
    """Write the launcher of this system, and make the folder that it opens. Raises `OSError`."""
    folder = Path(platformdirs.user_documents_dir()) / NAME
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "pipeline", "desk", str(folder), "--window"]
    desktop = Path(platformdirs.user_desktop_dir())
    if os.name == "nt":
        text = f'@start "{NAME}" /min {subprocess.list2cmdline(words)}\r\n'
        files = {desktop / f"{NAME}.bat": text}
    elif sys.platform == "darwin":
        files = {desktop / f"{NAME}.command": f"#!/bin/sh\nexec {shlex.join(words)}\n"}
    else:
        command = " ".join(_quoted(word) for word in words)
        entry = DESKTOP_ENTRY.format(name=NAME, command=command)
        menu = Path(platformdirs.user_data_dir()) / "applications" / "chapbook.desktop"
        files = {menu: entry} | ({desktop / "chapbook.desktop": entry} if desktop.is_dir() else {})
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
        path.chmod(0o755)
    return [*files]


def _quoted(word: str) -> str:
    """A word in the line of a desktop entry, where shells' quotation marks are not known."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return '"' + escaped.replace("\\", "\\\\").replace("%", "%%") + '"'


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
