"""The conformance checkers, one function each: the findings about a file, ``[]`` if clean.

`.ci/checkers` installs them. A test whose checker is missing is skipped with the reason, or fails
if ``CHAPBOOK_REQUIRE_CHECKERS`` is set. Every finding is one line. What has passed a check is not
checked again until it, the checker or the way to ask it has changed.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import http.server
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias

import pytest

from tests.conftest import CHECKERS
from tests.helpers.paths import ROOT, TESTS

CONFORMANCE = TESTS / "conformance"
CACHE = CHECKERS
ARE_INSTALLED = (CACHE / "installed").exists()
PASSED = CACHE / "passed"
"""Empty files, each named after a check that found nothing."""

Check: TypeAlias = Callable[[Path], list[str]]
P = ParamSpec("P")

_CHROMIUM = "chromium-headless-shell"
"""The browser without windows, and thus without half of the work of a start."""

_PYTHON = CACHE / "venv" / "bin" / "python"
_NODE_MODULES = CACHE / "node_modules"
_ACE = _NODE_MODULES / ".bin" / "ace-cli"
_AXE = _NODE_MODULES / "axe-core" / "axe.min.js"
_JAVA = (
    *("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m"),
    *("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"),
    "-Dnu.validator.servlet.allow-forbidden-hosts=true",  # this machine is one
)
"""Checks end before the slower, better compiler has paid off; without it, calls take more of the
stack. To verify the code of the checkers takes a sixteenth of their time."""

_DRIVER = CACHE / "Checkers.class"
_MOODLE_XML = next(
    CACHE.glob("venv/lib/python3*/site-packages/moodle_xml_parser"), CACHE / "moodle_xml_parser"
)
_QTI = next(CACHE.glob("venv/lib/python3*/site-packages/qti_convert"), CACHE / "qti_convert")
_GIFT = _NODE_MODULES / "gift-pegjs"
_NU = _NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
COMMONMARK = _NODE_MODULES / "commonmark-spec" / "spec.txt"
_VERAPDF = CACHE / "verapdf.classpath"

# the requirements of each checker: commands, and files that .ci/checkers installs last
_NEEDS: dict[str, tuple[str | Path, ...]] = {
    "EPUBCheck": ("java", CACHE / "installed", _DRIVER),
    "Ace": ("node", _CHROMIUM, CACHE / "installed", _ACE),
    "Nu": ("java", CACHE / "installed", _DRIVER, _NU),
    "reading systems": (_CHROMIUM, *(_NODE_MODULES / name for name in ("epubjs", "foliate-js"))),
    "browser": (_CHROMIUM, CACHE / "installed", _AXE),
    "veraPDF": ("java", CACHE / "installed", _DRIVER, _VERAPDF),
    "page-validation": (CACHE / "installed",),
    "qpdf": ("qpdf",),
    "Poppler": ("pdftotext",),
    "MuPDF": ("mutool",),
    "GIFT": ("node", CACHE / "installed", _GIFT),
    "Moodle XML": (CACHE / "installed", _MOODLE_XML),
    "QTI player": (_CHROMIUM, CACHE / "installed", _NODE_MODULES / "qti3-item-player"),
    "LibreOffice": ("soffice",),
    "QTI": (CACHE / "installed", _QTI),
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


def _by(name: str) -> Callable[[Callable[P, list[str]]], Callable[P, list[str]]]:
    """Marks a check by a checker, whose good news is kept between runs."""

    def kept(check: Callable[P, list[str]]) -> Callable[P, list[str]]:
        @functools.wraps(check)
        def checked(*arguments: P.args, **settings: P.kwargs) -> list[str]:
            require(name)
            asked = hashlib.sha256(repr((check.__name__, settings)).encode() + _version(name))
            for one in arguments:
                asked.update(repr(one.name if isinstance(one, Path) else one).encode())
                asked.update(one.read_bytes() if isinstance(one, Path) else b"")
            news = PASSED / asked.hexdigest()
            if news.exists():
                return []
            found = check(*arguments, **settings)
            if not found:
                news.parent.mkdir(exist_ok=True)
                news.touch()
            return found

        return checked

    return kept


@functools.cache
def _version(name: str) -> bytes:
    """A checker as it is installed, and all that asks it."""
    needs = [Path(shutil.which(str(need)) or need).resolve() for need in _NEEDS[name]]
    asking = sorted(one for one in CONFORMANCE.rglob("*") if one.suffix in (".py", ".html", ".js"))
    changed = [need.stat().st_mtime_ns for need in needs]
    return repr(changed).encode() + b"".join(p.read_bytes() for p in (Path(__file__), *asking))


@_by("EPUBCheck")
def epubcheck(path: Path) -> list[str]:
    """EPUBCheck's errors, warnings and usages."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _in_java("epubcheck", "-u", "--json", report, path, ok=(0, 1))
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


@_by("Ace")
def ace(path: Path) -> list[str]:
    """Everything that Ace by DAISY does not pass."""
    with tempfile.TemporaryDirectory() as folder:
        _run(
            [_ACE, "--force", "--silent", "--exiterror", "--outdir", folder, path],
            ok=(0, 1, 2),
            PUPPETEER_EXECUTABLE_PATH=str(CONFORMANCE / "ace-browser"),
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


@_by("Nu")
def nu(path: Path) -> list[str]:
    """The errors and warnings of the Nu Html Checker, for HTML and for the CSS in it."""
    return [
        f"{message.get('lastLine', 0)}:{message.get('lastColumn', 0)}:"
        f" {message.get('subType', message['type'])}: {message['message']}"
        for message in _nu_messages(path)
        if message["type"] != "info" or message.get("subType") == "warning"
    ]


def _nu_messages(*addresses: str | Path) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads(_in_java("nu", *addresses).stderr)["messages"]
    return messages


WINDOWS = ("320-light", "360", "768", "1280-dark")
"""Widths in CSS pixels, and schemes of colour, in which axe-core runs."""

ALL_WINDOWS = tuple(
    f"{width}-{scheme}" for width in (320, 768, 1280) for scheme in ("light", "dark")
)


@_by("browser")
def browser(*paths: Path, windows: Sequence[str] = WINDOWS) -> list[str]:
    """The faults of pages in Chromium: axe-core's findings in the windows with a scheme, sideways
    scrolling, elements that the keyboard does not reach, requests that leave the page, and the
    browser's own complaints. See tests/conformance/web_page.py."""
    chromium = str(shutil.which(_CHROMIUM))
    return _run_own("web_page", _AXE, chromium, ",".join(windows), *paths).splitlines()


READERS = ("epubjs", "foliate")
"""epub.js and foliate-js."""


@_by("reading systems")
def reading_system(reader: str, *paths: Path) -> list[str]:
    """The content of e-books that a reading system does not show, or links that it cannot follow.
    See tests/conformance/reading_systems.py."""
    chromium = str(shutil.which(_CHROMIUM))
    return _run_own("reading_systems", reader, chromium, _NODE_MODULES, *paths).splitlines()


def reading(path: Path, folder: Path) -> dict[str, Any]:
    """The effects of a web page's script in Chromium: see tests/conformance/reading.py."""
    require("browser")
    seen: dict[str, Any] = json.loads(
        _run_own("reading", str(shutil.which(_CHROMIUM)), path, folder)
    )
    return seen


def site(folder: Path, *queries: str) -> dict[str, Any]:
    """A site as seen in Chromium: see tests/conformance/site.py."""
    require("browser")
    seen: dict[str, Any] = json.loads(
        _run_own("site", _AXE, str(shutil.which(_CHROMIUM)), folder, *queries)
    )
    return seen


def preview(address: str, source: Path) -> dict[str, Any]:
    """A preview as seen in Chromium while its source is edited: see
    tests/conformance/preview.py."""
    require("browser")
    seen: dict[str, Any] = json.loads(
        _run_own("preview", _AXE, str(shutil.which(_CHROMIUM)), address, source)
    )
    return seen


def desk(address: str, folder: Path) -> dict[str, Any]:
    """A desk as seen in Chromium by a teacher: see tests/conformance/desk.py."""
    require("browser")
    seen: dict[str, Any] = json.loads(
        _run_own("desk", _AXE, str(shutil.which(_CHROMIUM)), address, folder)
    )
    return seen


def typing(address: str) -> list[float]:
    """The milliseconds that the page of a desk is busy for each key: see
    tests/conformance/desk_keys.py."""
    require("browser")
    spent: list[float] = json.loads(_run_own("desk_keys", str(shutil.which(_CHROMIUM)), address))
    return spent


def preview_pages(address: str, source: Path) -> dict[str, Any]:
    """The preview of a book whose builds wait, as seen in Chromium: see
    tests/conformance/preview_pages.py."""
    require("browser")
    seen: dict[str, Any] = json.loads(
        _run_own("preview_pages", str(shutil.which(_CHROMIUM)), address, source)
    )
    return seen


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def nu_site(folder: Path, *names: str) -> list[str]:
    """The findings of the Nu Html Checker on pages of a served site: for files on a disk it does
    not see that they may load one another."""
    require("Nu")
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        addresses = [f"http://127.0.0.1:{server.server_port}/{name}.html" for name in names]
        messages = _nu_messages(*addresses)
        server.shutdown()
    return [f"{message['url']}: {message['message']}" for message in messages]


@_by("veraPDF")
def verapdf(*paths: Path, profile: str = "ua1") -> list[str]:
    """The rules of a veraPDF profile (``ua1``, ``ua2``, ``3a`` …) that the files break."""
    return _in_java("verapdf", profile, *paths, ok=(0, 1)).stdout.splitlines()


@_by("page-validation")
def page_validation(*paths: Path, profile: str = "ua1") -> list[str]:
    """The findings of page-validation, a second engine in addition to veraPDF."""
    return _run_own("page_validation", profile, *paths).splitlines()


def gift(path: Path) -> list[dict[str, Any]]:
    """The questions in a GIFT file, as gift-pegjs reads them."""
    require("GIFT")
    read: list[dict[str, Any]] = json.loads(
        _run(["node", CONFORMANCE / "gift.js", _GIFT, path]).stdout
    )
    return read


def moodle_xml(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The questions with choices and with gaps in a Moodle XML file, as moodle-xml-parser reads
    them."""
    require("Moodle XML")
    read: dict[str, list[dict[str, Any]]] = json.loads(_run_own("moodle_xml", path))
    return read


def qti3(path: Path) -> str:
    """A file of QTI 2.1 as one of 3.0, by a converter that is not ours."""
    require("QTI")
    return _run_own("qti3", path)


def played(items: Path) -> list[dict[str, Any]]:
    """Questions in QTI 3.0 as answered in a player: see tests/conformance/qti_player.py."""
    require("QTI player")
    result: list[dict[str, Any]] = json.loads(
        _run_own("qti_player", _NODE_MODULES, str(shutil.which(_CHROMIUM)), items)
    )
    return result


def qpdf(path: Path) -> list[str]:
    """Faults in the file's syntax."""
    require("qpdf")
    result = _run(["qpdf", "--check", path], ok=(0, 2, 3))
    return [] if result.returncode == 0 else result.stderr.splitlines()


PROFILE = """\
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/Product">
<prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>99</value></prop>
</item>
</oor:items>
"""
"""Settings of LibreOffice that no version takes for its first start, which would begin twice."""


def text_of(reader: str, path: Path) -> str:
    """The text of a PDF as Poppler or MuPDF extracts it."""
    require(reader)
    command = ("pdftotext", path, "-") if reader == "Poppler" else ("mutool", "draw", "-Ftxt", path)
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def libreoffice(path: Path, folder: Path, kind: str = "pdf") -> Path:
    """A Word file as LibreOffice prints it, or saves it as another ``kind``, in a folder."""
    require("LibreOffice")
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(PROFILE, "utf-8")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    _run(["soffice", profile, "--headless", "--convert-to", kind, "--outdir", folder, path])
    return folder / f"{path.stem}.{kind}"


def _run_own(module: str, *arguments: str | Path) -> str:
    """The output of a module of tests/conformance, run in the Python of the checkers."""
    server = _own()
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps([module, *map(str, arguments)]) + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    if not answer:
        _own.cache_clear()
        pytest.fail(f"{module} ends the server of the checkers")
    printed, failed = json.loads(answer)
    if failed:
        pytest.fail(f"{module} could not do its work: {failed}")
    return str(printed)


@functools.cache
def _own() -> subprocess.Popen[str]:
    """The server that the tests of this process share: tests/conformance/server.py."""
    server = subprocess.Popen(
        [_PYTHON, "-m", "tests.conformance.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
        },
    )
    atexit.register(server.communicate)  # this ends it
    return server


def _in_java(
    name: str, *arguments: str | Path, ok: tuple[int, ...] = (0,)
) -> subprocess.CompletedProcess[str]:
    """Has a checker run by the server that all tests share: tests/conformance/Checkers.java."""
    words = [str(word).encode() for word in (name, *arguments)]
    request = struct.pack(">i", len(words))
    request += b"".join(struct.pack(">i", len(word)) + word for word in words)
    for _ in range(3):
        server, answer = _java()
        try:
            server.sendall(request)
            (status,) = struct.unpack(">i", answer.read(4))
            out, err = (answer.read(*struct.unpack(">i", answer.read(4))) for _ in range(2))
        except (OSError, struct.error):  # it has just ended with its last client
            _java.cache_clear()
            continue
        result = subprocess.CompletedProcess(words, status, out.decode(), err.decode())
        return _right(result, name, ok)
    pytest.fail(f"{name} ends the server of the checkers")


@functools.cache
def _java() -> tuple[socket.socket, io.BufferedReader]:
    """A connection to the server, which the first that needs one starts."""
    import fcntl  # not on Windows

    folder = Path(os.environ["CHAPBOOK_TEST_RUN"])
    port = folder / "port"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            connection = socket.create_connection(("127.0.0.1", int(port.read_text("utf-8"))))
        except OSError:  # none yet, or it has ended with its last client
            port.unlink(missing_ok=True)
            epubcheck = next(CACHE.glob("venv/lib/python3*/site-packages/epubcheck/epubcheck.jar"))
            classpaths = (epubcheck, f"{_NU}:{CACHE}", _VERAPDF.read_text("utf-8"))
            command: list[str | Path] = [*_JAVA, "-cp", CACHE, "Checkers", port, *classpaths]
            nothing = subprocess.DEVNULL
            server = subprocess.Popen(command, stdin=nothing, stdout=nothing)
            atexit.register(server.wait)  # once all have closed their connections, it ends
            while not port.exists():
                assert server.poll() is None, "the server of the checkers does not start"
                time.sleep(0.05)
            connection = socket.create_connection(("127.0.0.1", int(port.read_text("utf-8"))))
    answer = connection.makefile("rb")
    atexit.register(connection.close)
    atexit.register(answer.close)
    return connection, answer


def _run(
    command: Sequence[str | Path], ok: tuple[int, ...] = (0,), **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a checker; if it fails itself, the test fails with its message."""
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
    return _right(result, Path(command[0]).name, ok)


def _right(
    result: subprocess.CompletedProcess[str], name: str, ok: tuple[int, ...]
) -> subprocess.CompletedProcess[str]:
    if result.returncode not in ok:
        pytest.fail(f"{name} stopped with {result.returncode}: {result.stderr}")
    return result
