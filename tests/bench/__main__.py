"""Measures builds side by side with Pandoc and Typst, prints a table, and puts it into
docs/performance.md: `python -m tests.bench --peers VENV [--runs N] [--edits N] [--pages N]`. VENV
has pypandoc_binary and typst from PyPI."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pypdfium2

from tests.bench import texts
from tests.helpers.paths import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->\n"
EDITIONS = ("web", "handout", "ebook")

TYPESET = (
    "import subprocess, sys, typst; subprocess.run(sys.argv[3:], check=True);"
    "typst.compile(sys.argv[1], output=sys.argv[2])"
)
VERSIONS = (
    "import pypandoc, importlib.metadata as m; print(pypandoc.get_pandoc_path());"
    "print('Pandoc', pypandoc.get_pandoc_version(), 'and Typst', m.version('typst'))"
)


class Took(NamedTuple):
    """The cost of commands that were started together."""

    seconds: float
    processor: float
    megabytes: float
    """Of the one process that had most."""


def run(commands: Iterable[list[str]]) -> Took:
    """Start all, and wait for them. Each is a process of its own, whose use the system counts."""
    began, processes = time.perf_counter(), []
    for command in commands:
        processes.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
    used = []
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"bench: {process.args!r} ended with {process.returncode}")
        used.append(usage)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Took(
        time.perf_counter() - began,
        sum(one.ru_utime + one.ru_stime for one in used),
        max(one.ru_maxrss for one in used) / unit,
    )


class Peers:
    """Pandoc for the web page and the e-book; Pandoc and Typst for the PDF; three at once."""

    def __init__(self, venv: Path, folder: Path) -> None:
        self._python, self._folder = str(venv / "bin" / "python"), folder
        told = subprocess.run([self._python, "-c", VERSIONS], capture_output=True, text=True)
        if told.returncode:
            raise SystemExit(f"bench: {venv} has no Pandoc and Typst:\n{told.stderr}")
        self._pandoc, self.versions = told.stdout.splitlines()

    def __call__(self, source: Path) -> Took:
        stem = str(self._folder / source.stem)
        pandoc = [self._pandoc, "-s", "--toc", "--mathml", "--quiet", str(source)]
        typeset = [self._python, "-c", TYPESET, f"{stem}.typ", f"{stem}.pdf"]
        return run(
            [
                [*pandoc, "-o", f"{stem}.html"],
                [*pandoc, "-o", f"{stem}.epub"],
                [*typeset, *pandoc, "-t", "typst", "-o", f"{stem}.typ"],
            ]
        )


class Chapbook:
    """Builds in a folder, with its cache there; both can be deleted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, source: Path, editions: Iterable[str] = EDITIONS) -> Took:
        os.environ["CHAPBOOK_CACHE"] = str(self._folder / "cache")
        # recompiled, the program takes twice as long
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "pipeline", "build", str(source)]
        command += ["--out", str(self._folder / "out")]
        return run([command + [part for name in editions for part in ("--edition", name)]])

    def class_set(self, source: Path) -> Took:
        """One PDF for the class on the list of a worksheet, with nothing kept."""
        self.forget()
        os.environ["CHAPBOOK_CACHE"] = str(self._folder / "cache")
        out = str(self._folder / "out")
        return run([[sys.executable, "-m", "pipeline", "class", str(source), "--out", out]])

    def single_handouts(self, source: Path, count: int) -> Took:
        """The same handout so many times, by a process each, with nothing kept."""
        used = []
        for _ in range(count):
            self.forget()
            used.append(self(source, ["handout"]))
        seconds, processor = sum(one.seconds for one in used), sum(one.processor for one in used)
        return Took(seconds, processor, max(one.megabytes for one in used))

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def pages(self, source: Path) -> int:
        """The number of pages the handout has."""
        pdf = self._folder / "out" / source.stem / f"{source.stem}.pdf"
        with pypdfium2.PdfDocument(pdf) as document:
            return len(document)


class Row(NamedTuple):
    """Both sides' runs, in turn."""

    what: str
    ours: list[Took]
    theirs: list[Took]

    def __str__(self) -> str:
        ours, theirs = median(t.seconds for t in self.ours), median(t.seconds for t in self.theirs)
        processor = (median(t.processor for t in side) for side in (self.ours, self.theirs))
        memory = (max(t.megabytes for t in side) for side in (self.ours, self.theirs))
        return (
            f"| {self.what} | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} |"
            f" {' / '.join(f'{s:.2f}' for s in processor)} s |"
            f" {' / '.join(f'{m:.0f}' for m in memory)} MB |"
        )


BUILDS = """\
| Three formats, cold process | Chapbook | Pandoc with Typst | Ratio | Processor time | Memory |
|---|--:|--:|--:|--:|--:|"""
CLASS_SET = """\
| Thirty pupils, 3 levels, 3 versions | Class set | 12 handouts | Ratio | Processor | Memory |
|---|--:|--:|--:|--:|--:|"""
EDITS = """\
| One word edited, in a process that stays: time (of processors), memory | 20th | 200th | 1,000th |
|---|--:|--:|--:|"""
GROWTH = """\
| Processor time for one more page of print | {} |
|---|{}|"""


def builds(chapbook: Chapbook, peers: Peers, folder: Path, runs: int) -> Iterator[Row]:
    """A book with nothing kept, again, and after an edit; then shorter and other texts."""
    source = folder / "warm-up.md"
    source.write_text(texts.interview(), encoding="utf-8")
    chapbook(source)  # what Python and Jinja compile once is no part of it
    peers(source)
    novel = texts.novel()
    source = folder / "novel.md"
    kinds = ("with nothing kept", "again, nothing changed", "one word edited in chapter 70")
    rows = [Row(f"A novel of 208,600 words, {kind}", [], []) for kind in kinds]
    for _ in range(runs):
        chapbook.forget()
        for row, text in zip(rows, (novel, novel, texts.edited(novel, 70)), strict=True):
            source.write_text(text, encoding="utf-8")
            row.ours.append(chapbook(source))
            row.theirs.append(peers(source))
    yield from rows
    for what, text in (
        ("An interview", texts.interview()),
        ("A book of code", texts.book("code", 200)),
        ("A book of formulas", texts.book("formulas", 200)),
    ):
        source = folder / f"{what.split()[-1]}.md"
        source.write_text(text, encoding="utf-8")
        row = Row(f"{what}, with nothing kept", [], [])
        for _ in range(runs):
            chapbook.forget()
            row.ours.append(chapbook(source))
            row.theirs.append(peers(source))
        pages = chapbook.pages(source)
        yield row._replace(what=f"{what} ({pages} pages), with nothing kept")


def class_set(chapbook: Chapbook, folder: Path, runs: int) -> Row:
    """A handout for each of thirty pupils, and twelve single ones."""
    worksheet, single = folder / "worksheet.md", folder / "single.md"
    worksheet.write_text(texts.worksheet(*texts.FOR_A_CLASS), encoding="utf-8")
    single.write_text(texts.worksheet(), encoding="utf-8")
    (folder / "pupils.csv").write_text(texts.pupils(30), encoding="utf-8")
    row = Row("", [], [])
    for _ in range(runs):
        row.ours.append(chapbook.class_set(worksheet))
        row.theirs.append(chapbook.single_handouts(single, 12))
    return row._replace(what=f"A worksheet of {chapbook.pages(single)} pages")


def growth(chapbook: Chapbook, folder: Path, sizes: list[int]) -> Iterator[str]:
    """The time that a page of each kind costs, between each size of a book and the next."""
    for kind in texts.KINDS:
        measured = []
        for size in sizes:
            source = folder / f"{kind.replace(' ', '-')}-{size}.md"
            source.write_text(texts.book(kind, size), encoding="utf-8")
            chapbook.forget()
            took = chapbook(source, ["handout"]).processor
            measured.append((chapbook.pages(source), took))
        cells = (
            f"{1000 * (later - before) / (more - fewer):.0f} ms"
            for (fewer, before), (more, later) in pairwise(measured)
        )
        yield f"| {kind} | {' | '.join(cells)} |"


def edits(folder: Path, most: int) -> Iterator[str]:
    """The cost of an edit in a process that stays, after a few and after many."""
    for name, number in (("interview", most), ("novel", most // 5)):
        command = [sys.executable, "-m", "tests.bench.edits", name, str(number), str(folder)]
        yield subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def machine() -> str:
    """The processors and the system, described without paths or names."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    name = found[1] if found else platform.processor() or platform.machine()
    python = platform.python_version()
    return f"{os.cpu_count()} processors ({name}), {platform.system()}, Python {python}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="their virtual environment")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--edits", type=int, default=1000, help="in a process that stays")
    parser.add_argument("--pages", type=int, default=400, help="of the longest book of a kind")
    asked = parser.parse_args()
    lines: list[str] = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peers, chapbook = Peers(asked.peers.absolute(), folder), Chapbook(folder / "chapbook")
        versions = f"WeasyPrint {version('weasyprint')}; {peers.versions}"
        say(f"{machine()}, {versions}, three formats started at once.")
        say(f"Median of {asked.runs}. The machine's load before: {os.getloadavg()[0]:.1f}.")
        say(f"\n{BUILDS}")
        for row in builds(chapbook, peers, folder, asked.runs):
            say(str(row))
        say(f"\n{CLASS_SET}")
        say(str(class_set(chapbook, folder, asked.runs)))
        say(f"\n{EDITS}")
        for line in edits(folder, asked.edits):
            say(line.rstrip())
        sizes = [size for size in (10, 100) if size < asked.pages] + [asked.pages]
        steps = [f"{few} to {many} pages" for few, many in pairwise(sizes)]
        say("\n" + GROWTH.format(" | ".join(steps), "|".join("--:" for _ in steps)))
        for line in growth(chapbook, folder, sizes):
            say(line)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
