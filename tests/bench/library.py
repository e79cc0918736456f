"""Measures a library side by side with Pandoc and Typst, which run for each document, and puts a
table into docs/scale.md: `python -m tests.bench.library --peers VENV [--documents N]`."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench import texts
from tests.bench.__main__ import BEGIN, END, Peers, Took, machine, run
from tests.helpers.paths import ROOT

PAGE = ROOT / "docs" / "scale.md"

HEAD = """\
| Three formats | Documents | Time | Processor time | Processor time per document |
|---|--:|--:|--:|--:|"""


def handouts(folder: Path, count: int) -> None:
    """So many handouts of two pages, each with a text of its own."""
    folder.mkdir(parents=True)
    text = texts.interview()
    for number in range(count):
        own = re.sub(r"(?m)^title: .*", f"title: Handout {number}", text, count=1)
        own = own.replace(". ", f". Number {number}. ", 1)
        (folder / f"handout-{number:04}.md").write_text(own, encoding="utf-8")


def chapbook(folder: Path, out: Path, *options: str) -> Took:
    os.environ["CHAPBOOK_CACHE"] = str(out / "user")
    command = [sys.executable, "-m", "pipeline", "library", str(folder), "--out", str(out / "out")]
    return run([[*command, *options]])


def others(peers: Peers, folder: Path) -> Took:
    """All documents, as many at a time as there are processors."""
    began = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        took = list(pool.map(peers, sorted(folder.glob("*.md"))))
    seconds = time.perf_counter() - began
    return Took(seconds, sum(t.processor for t in took), max(t.megabytes for t in took))


def on_a_cluster(folder: Path, out: Path) -> float:
    """The seconds that two workers take."""
    dask = [sys.executable, "-m", "dask"]
    processes = []
    try:
        scheduler = [*dask, "scheduler", "--port", "18787", "--no-dashboard"]
        worker = [*dask, "worker", "tcp://127.0.0.1:18787", "--nthreads", "1", "--no-dashboard"]
        worker += ["--no-nanny", "--local-directory", str(out)]
        for command in (scheduler, worker, worker):
            quiet = subprocess.DEVNULL
            processes.append(subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet))
        time.sleep(15)  # until they have begun
        return chapbook(folder, out, "--scheduler", "tcp://127.0.0.1:18787").seconds
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-library", description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="their virtual environment")
    parser.add_argument("--documents", type=int, default=200)
    asked = parser.parse_args()
    lines: list[str] = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    def row(what: str, count: int, took: Took) -> None:
        cost = took.processor / count
        say(
            f"| {what} | {count:,} | {took.seconds:.1f} s | {took.processor:.1f} s | {cost:.3f} s |"
        )

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peers = Peers(asked.peers.absolute(), folder)
        many, few = asked.documents, asked.documents // 4
        for count in (few, many):
            handouts(folder / str(count), count)
        say(f"{machine()}; {peers.versions}. Load before: {os.getloadavg()[0]:.1f}.\n\n{HEAD}")
        chapbook(folder / str(few), folder / "warm-up", "--stop", "--edition", "web")
        row("Chapbook", few, chapbook(folder / str(few), folder / "a"))
        row("Chapbook", many, chapbook(folder / str(many), folder / "b"))
        row("Chapbook, nothing changed", many, chapbook(folder / str(many), folder / "b"))
        row("Pandoc with Typst for each", many, others(peers, folder / str(many)))
        seconds = on_a_cluster(folder / str(many), folder / "c")
        say(f"| Chapbook, on two Dask workers | {many:,} | {seconds:.1f} s | – | – |")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
